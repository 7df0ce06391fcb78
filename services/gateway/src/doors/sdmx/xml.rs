//! What may stand in XML.

/// A text with a replacement character for each that XML 1.0 forbids: names and addresses come from outside, and no
/// reference can stand for such a character either.
#[must_use]
pub fn without_forbidden(text: String) -> String {
    if text.chars().all(is_allowed) {
        return text;
    }
    text.chars().map(|c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// `Char` of XML 1.0; surrogates are no characters of Rust.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_replaced() {
        for (text, expected) in [
            ("Sở <A>\t\r\n", "Sở <A>\t\r\n"),
            ("a\0b", "a\u{fffd}b"),
            ("\u{1}\u{8}\u{b}\u{c}\u{e}\u{1f}", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("\u{fffe}\u{ffff}", "\u{fffd}\u{fffd}"),
            ("\u{7f}\u{10ffff}\u{1f600}", "\u{7f}\u{10ffff}\u{1f600}"),
        ] {
            assert_eq!(without_forbidden(text.to_owned()), expected, "{text:?}");
        }
    }
}
