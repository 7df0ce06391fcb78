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

/// How many codes are suggested in place of one that is not there, and how near one must be.
const SUGGESTED: (usize, f64) = (3, 0.6);

/// The codes nearest to one that is not there, best first; none where none is near.
pub fn nearest(written: &str, codes: impl IntoIterator<Item = String>) -> Vec<String> {
    let (most, least) = SUGGESTED;
    let written = written.to_lowercase();
    let score = |code: &str| {
        let code = code.to_lowercase();
        // Letters that changed places or were slipped in, or whole words that did.
        strsim::normalized_damerau_levenshtein(&written, &code).max(strsim::sorensen_dice(&written, &code))
    };
    let ranked = codes.into_iter().map(|code| (score(&code), code));
    let mut near: Vec<(f64, String)> = ranked.filter(|(score, _)| *score >= least).collect();
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    near.truncate(most);
    near.into_iter().map(|(_, code)| code).collect()
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

    #[test]
    fn a_mistyped_code_has_its_nearest_beside_it() {
        let near = |written: &str, codes: &[&str]| {
            nearest(written, codes.iter().map(|code| (*code).to_owned())).join(", ")
        };
        let codes = ["petitions.received", "petitions.processed", "receptions.visits", "matters.resolved"];
        assert_eq!(near("petitions.recieved", &codes), "petitions.received, petitions.processed");
        assert_eq!(near("received.petitions", &codes[..1]), "petitions.received");
        assert_eq!(near("money", &codes), "");
        let periods = ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4", "2023-Y"];
        assert_eq!(near("2023-Q5", &periods), "2023-Q1, 2023-Q2, 2023-Q3");
        assert_eq!(near("units/so-noivu", &["units/so-noi-vu", "units/cong-an-tinh"]), "units/so-noi-vu");
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in ".{0,40}") {
            let key = search_key(&text);
            prop_assert_eq!(search_key(&key), key);
        }
    }
}
