//! The content of a petition as a token: equal for equal contents, and telling nothing of them.

use std::fmt;
use std::str::FromStr;

/// HMAC-SHA-256 of a petition's content, as 64 hexadecimal digits in lower case, under a key that offices share and thidua
/// never sees: without the key, nothing personal can be read from it, nor a guess at the content be tried.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentToken(String);

/// The text is no such token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoToken;

impl ContentToken {
    /// The form, for those who get it wrong.
    pub const FORM: (&'static str, &'static str) =
        ("64 hexadecimal digits in lower case", "64 chữ số thập lục phân viết thường");
}

impl FromStr for ContentToken {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, NoToken> {
        let digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if text.len() == 64 && text.bytes().all(digit) { Ok(Self(text.to_owned())) } else { Err(NoToken) }
    }
}

impl fmt::Display for ContentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn tokens_print_as_they_were_read(text in "[0-9a-f]{64}") {
            prop_assert_eq!(text.parse::<ContentToken>().map(|token| token.to_string()), Ok(text));
        }

        #[test]
        fn other_texts_are_refused(text in "[0-9A-Fa-g]{0,70}|.{64}") {
            let hexadecimal = text.len() == 64 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
            prop_assert_eq!(text.parse::<ContentToken>().is_ok(), hexadecimal);
        }
    }
}
