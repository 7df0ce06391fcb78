//! Names as people type them: marks, case, spacing and Unicode form make no difference.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The key under which two spellings of a name are one: decomposed, without marks, đ as d, lower case, single spaces.
/// Tone placement (thủy, thuỷ) goes with the marks.
#[must_use]
pub fn search_key(text: &str) -> String {
    let folded: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        // đ does not decompose; Ð and ð (eth) stand for it in legacy text.
        .map(|c| if matches!(c, 'đ' | 'ð') { 'd' } else { c })
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How near two keys are, from 0 to 100.
#[must_use]
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a similarity lies between 0 and 1"
)]
pub fn nearness(a: &str, b: &str) -> u8 {
    (strsim::sorensen_dice(a, b) * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn spellings_of_one_name_share_a_key() {
        let name = "Bộ Chỉ huy Quân sự tỉnh";
        let decomposed: String = name.nfd().collect();
        for spelling in [
            name,
            &decomposed,
            "bo chi huy quan su tinh",
            "BỘ  CHỈ HUY\u{a0}QUÂN SỰ TỈNH",
            " Bộ Chỉ-huy Quân sự tỉnh. ",
        ] {
            assert_eq!(search_key(spelling), "bo chi huy quan su tinh", "{spelling:?}");
        }
        for (old, new) in [
            ("Thủy lợi", "Thuỷ lợi"),
            ("Hòa bình", "Hoà bình"),
            ("Khỏe", "Khoẻ"),
            ("Xã Tụy An, tuy hòa", "Xã Tuỵ An, tuy hoà"),
            ("HÓA", "HOÁ"),
            ("Quý", "qúy"),
        ] {
            assert_eq!(search_key(old), search_key(new));
            assert_eq!(search_key(old), search_key(&new.nfd().collect::<String>()));
        }
        assert_eq!(search_key("Ðồng Đăng"), "dong dang");
    }

    #[test]
    fn nearer_names_are_nearer() {
        let key = search_key("Sở Tư");
        assert!(nearness(&key, &search_key("Sở Tư pháp")) > nearness(&key, &search_key("Công an tỉnh")));
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in ".{0,40}") {
            let key = search_key(&text);
            prop_assert_eq!(search_key(&key), key);
        }
    }
}
