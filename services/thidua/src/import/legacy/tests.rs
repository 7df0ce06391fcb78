use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::*;

/// The same sentence in Unicode, TCVN3 and VNI.
const SENTENCES: [(&str, &str, &str); 4] = [
    (
        "Cộng hòa xã hội chủ nghĩa Việt Nam",
        "Céng hßa x· héi chñ nghÜa ViÖt Nam",
        "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam",
    ),
    ("Độc lập - Tự do - Hạnh phúc", "§éc lËp - Tù do - H¹nh phóc", "Ñoäc laäp - Töï do - Haïnh phuùc"),
    (
        "Khiếu nại về bồi thường, giải phóng mặt bằng ở phường Võ Cường",
        "KhiÕu n¹i vÒ båi th\u{ad}êng, gi¶i phãng mÆt b»ng ë ph\u{ad}êng Vâ C\u{ad}êng",
        "Khieáu naïi veà boài thöôøng, giaûi phoùng maët baèng ôû phöôøng Voõ Cöôøng",
    ),
    (
        "Thanh tra Sở Nội vụ: kiểm tra quỹ, ký kết, ý kiến tỉ mỉ",
        "Thanh tra Së Néi vô: kiÓm tra quü, ký kÕt, ý kiÕn tØ mØ",
        "Thanh tra Sôû Noäi vuï: kieåm tra quyõ, kyù keát, yù kieán tæ mæ",
    ),
];

fn convert(encoding: Encoding, text: &str) -> Option<String> {
    encoding.convert(Cow::Borrowed(text)).map(Cow::into_owned)
}

#[test]
fn sentences_are_converted() {
    for (unicode, tcvn3, vni) in SENTENCES {
        assert_eq!(convert(Encoding::Tcvn3, tcvn3).as_deref(), Some(unicode));
        assert_eq!(convert(Encoding::Vni, vni).as_deref(), Some(unicode));
        assert_eq!(convert(Encoding::Unicode, unicode).as_deref(), Some(unicode));
    }
    assert_eq!(convert(Encoding::Vni, "ÑOÄC LAÄP TÖÏ DO").as_deref(), Some("ĐỘC LẬP TỰ DO"));
    assert_eq!(convert(Encoding::Tcvn3, "“C«ng an” – 2023").as_deref(), Some("“Công an” – 2023"));
}

#[test]
fn legacy_sentences_are_suspect_and_their_encoding_is_seen() {
    for (unicode, tcvn3, vni) in SENTENCES {
        assert_eq!(suspect(unicode), None);
        assert_eq!(suspect(tcvn3).map(|(_, encoding)| encoding), Some(Encoding::Tcvn3), "{tcvn3}");
        assert_eq!(suspect(vni).map(|(_, encoding)| encoding), Some(Encoding::Vni), "{vni}");
    }
}

#[test]
fn ordinary_text_is_not_suspect() {
    for text in [
        "Công an, xã Hòa Ý, ông Ích, bà Ý Nhi, Nhà văn hóa",
        "Thu hồi 300 m² đất; 25 °C; 5 µm; § 3; © 2023",
        "Công ty ABC® «Thanh tra» 1½ giờ; điểm a · b",
        "QÐ-UBND, Ðiện Biên, ðường",
        "TÔN ĐỨC THẮNG, HÀ NỘI, ĐÀ NẴNG, CÀ MAU",
        "²",
        "µ",
    ] {
        assert_eq!(suspect(text), None, "{text}");
    }
}

#[test]
fn text_with_letters_of_both_kinds_is_not_converted() {
    assert_eq!(convert(Encoding::Tcvn3, "Khiếu n¹i"), None);
    assert_eq!(convert(Encoding::Vni, "Khiếu naïi"), None);
}

#[test]
fn bytes_of_the_western_code_page_are_text() {
    assert_eq!(of_bytes(b"\x93C\xe9ng h\xdfa\x94"), "“Céng hßa”");
}

/// Every letter of Vietnamese, small.
const LETTERS: &str =
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ";

/// As TCVN3 writes it.
fn in_tcvn3(text: &str) -> String {
    let place = |c: char| {
        TCVN3.iter().find_map(|(first, letters)| {
            let at = letters.chars().position(|one| one == c)?;
            char::from_u32(u32::from(*first) + u32::try_from(at).unwrap())
        })
    };
    text.chars().map(|c| place(c).unwrap_or(c)).collect()
}

/// As VNI writes it.
fn in_vni(text: &str) -> String {
    let pair = |c: char| {
        VNI.iter().find_map(|(base, marks, letters)| {
            let at = letters.chars().position(|one| one == c)?;
            Some(format!("{base}{}", marks.chars().nth(at).unwrap()))
        })
    };
    let single =
        |c: char| VNI_ALONE.iter().find(|(_, found)| *found == c).map(|(alone, _)| alone.to_string());
    text.chars().map(|c| pair(c).or_else(|| single(c)).unwrap_or_else(|| c.to_string())).collect()
}

#[test]
fn every_letter_has_its_place_in_both() {
    for letter in LETTERS.chars().filter(|c| !c.is_ascii()) {
        let alone = letter.to_string();
        let (tcvn3, vni) = (in_tcvn3(&alone), in_vni(&alone));
        assert!(tcvn3.chars().all(|c| c <= '\u{ff}'), "{letter} is not in TCVN3");
        assert!(vni.chars().all(|c| c <= '\u{ff}'), "{letter} is not in VNI");
        assert_eq!(convert(Encoding::Tcvn3, &tcvn3).as_deref(), Some(alone.as_str()));
        assert_eq!(convert(Encoding::Vni, &vni).as_deref(), Some(alone.as_str()));
    }
}

fn letter() -> impl Strategy<Value = char> {
    proptest::sample::select(format!("{LETTERS} {}", LETTERS.to_uppercase()).chars().collect::<Vec<_>>())
}

proptest! {
    /// Words as Vietnamese builds them: consonants, then vowels with a tone on one, then consonants.
    #[test]
    fn words_survive_both_ways(words in proptest::collection::vec("[bcdđghklmnpqrstvx]{1,2}[aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ][cghmnpt]{0,2}", 1..6)) {
        let text = words.join(" ");
        prop_assert_eq!(convert(Encoding::Tcvn3, &in_tcvn3(&text)), Some(text.clone()));
        prop_assert_eq!(convert(Encoding::Vni, &in_vni(&text)), Some(text.clone()));
        prop_assert_eq!(suspect(&text), None);
    }

    #[test]
    fn vietnamese_in_unicode_is_never_suspect(letters in proptest::collection::vec(letter(), 0..30)) {
        let text: String = letters.into_iter().collect();
        let composed: String = text.nfc().collect();
        prop_assert_eq!(suspect(&composed), None);
    }
}
