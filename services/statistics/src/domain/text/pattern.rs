//! Patterns of codes whose segments are joined by dots.

/// Whether a code is the pattern, or like it: `*` stands for exactly one segment.
#[must_use]
pub fn matches(pattern: &str, code: &str) -> bool {
    let mut segments = code.split('.');
    let fits = |wanted: &str| segments.next().is_some_and(|segment| wanted == "*" || wanted == segment);
    pattern.split('.').all(fits) && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_segment() {
        for (pattern, code, is_match) in [
            ("a.b", "a.b", true),
            ("a.*", "a.b", true),
            ("*.*", "a.b", true),
            ("*", "a.b", false),
            ("a.*", "a", false),
            ("a.*", "a.b.c", false),
            ("a.b", "a.c", false),
            ("a", "a.b", false),
        ] {
            assert_eq!(matches(pattern, code), is_match, "{pattern} {code}");
        }
    }
}
