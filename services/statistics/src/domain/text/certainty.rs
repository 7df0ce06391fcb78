//! How sure an entry of the data is. What rests on several entries is as sure as the least sure of them.

use serde::Deserialize;

/// How sure an entry of the data is, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Read in the document itself, or in an official account of it.
    Found,
    /// Read in somebody else's copy or account, such as a vendor's template.
    SecondHand,
    /// Concluded from what was read; written nowhere.
    Inferred,
    /// From memory alone: a setting until somebody finds the document.
    Memory,
}

impl Certainty {
    /// Whether it was read somewhere.
    #[must_use]
    pub fn is_read(self) -> bool {
        self <= Self::SecondHand
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Entry {
        certainty: Certainty,
    }

    #[test]
    fn the_words_of_the_data_are_four_and_what_was_read_is_surer_than_what_was_not() {
        let words = ["found", "second-hand", "inferred", "memory"];
        let read =
            words.map(|word| toml::from_str::<Entry>(&format!("certainty = \"{word}\"")).unwrap().certainty);
        assert!(read.is_sorted());
        assert_eq!(read.map(Certainty::is_read), [true, true, false, false]);
        for other in ["true", "\"yes\"", "\"secondhand\"", "\"\""] {
            assert!(toml::from_str::<Entry>(&format!("certainty = {other}")).is_err(), "{other}");
        }
    }
}
