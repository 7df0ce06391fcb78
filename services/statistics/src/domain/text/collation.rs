//! The order of names as a Vietnamese dictionary has them (CLDR `vi`): a ă â, d đ, e ê, o ô ơ, u ư are letters of their
//! own, and the tones ngang, huyền, hỏi, ngã, sắc, nặng decide where the letters are the same.

use std::cmp::Ordering;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;

/// The order of a language.
#[derive(Debug)]
pub struct Collation(CollatorBorrowed<'static>);

impl Collation {
    /// The Vietnamese one; its data is built in.
    pub fn vietnamese() -> Result<Self, String> {
        Collator::try_new(locale!("vi").into(), CollatorOptions::default())
            .map(Self)
            .map_err(|cause| format!("the data of the collation cannot be read: {cause}"))
    }

    /// Which of two texts comes first. Texts that differ only in their Unicode form are equal.
    #[must_use]
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        self.0.compare(a, b)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn sorted(mut texts: Vec<&str>) -> Vec<&str> {
        let order = Collation::vietnamese().unwrap();
        texts.reverse();
        texts.sort_by(|a, b| order.compare(a, b));
        texts
    }

    #[test]
    fn letters_stand_as_in_the_alphabet() {
        let alphabet = vec![
            "a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "h", "i", "k", "l", "m", "n", "o", "ô", "ơ",
            "p", "q", "r", "s", "t", "u", "ư", "v", "x", "y",
        ];
        assert_eq!(sorted(alphabet.clone()), alphabet);
        // A letter decides before any tone of the letters before it.
        let words = vec!["dan", "dạn", "dân", "đan", "đàn", "đân", "thu", "thụ", "thư", "thử"];
        assert_eq!(sorted(words.clone()), words);
    }

    #[test]
    fn tones_decide_where_the_letters_are_the_same() {
        for tones in [
            vec!["ma", "mà", "mả", "mã", "má", "mạ"],
            vec!["ân", "ần", "ẩn", "ẫn", "ấn", "ận"],
            vec!["ơ", "ờ", "ở", "ỡ", "ớ", "ợ"],
            // Whole names: the first letters that differ decide, wherever the tones are.
            vec!["Sở Nội vụ", "Sở Tài chính", "Sở Tư pháp", "Sở Y tế"],
            vec!["Xã An Bình", "Xã Ân Thi", "Xã Bạch Hạ", "Xã Đại Đồng"],
        ] {
            assert_eq!(sorted(tones.clone()), tones);
        }
    }

    #[test]
    fn the_form_of_the_text_makes_no_difference_and_capitals_hardly_one() {
        let order = Collation::vietnamese().unwrap();
        let decomposed: String = "Thuỷ lợi Đồng Đăng".nfd().collect();
        assert_eq!(order.compare("Thuỷ lợi Đồng Đăng", &decomposed), Ordering::Equal);
        assert_eq!(sorted(vec!["ban", "Ban", "bản"]), ["ban", "Ban", "bản"]);
    }

    proptest! {
        #[test]
        fn it_is_an_order(texts in prop::collection::vec("[aăâdđeêoơ ạảã]{0,6}", 3)) {
            let order = Collation::vietnamese().unwrap();
            let [a, b, c] = [&texts[0], &texts[1], &texts[2]];
            prop_assert_eq!(order.compare(a, b), order.compare(b, a).reverse());
            if order.compare(a, b).is_le() && order.compare(b, c).is_le() {
                prop_assert!(order.compare(a, c).is_le());
            }
        }
    }
}
