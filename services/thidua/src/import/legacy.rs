//! Vietnamese text from before Unicode. Fonts such as `.VnTime` (TCVN3, also called ABC) and VNI-Times draw Vietnamese letters in
//! the places of other ones, so that their text reads as Western European: `Céng hßa`, `Coäng hoøa` for `Cộng hòa`.

use std::borrow::Cow;

/// What text a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Encoding {
    /// Unicode, whatever it looks like
    Unicode,
    /// TCVN3 (ABC): fonts `.VnTime` and others that begin with .Vn
    Tcvn3,
    /// VNI: fonts VNI-Times and others that begin with VNI
    Vni,
}

/// The letters that stand from a place on (TCVN 5712:1993, VN3).
const TCVN3: [(char, &str); 8] = [
    ('\u{a1}', "ĂÂÊÔƠƯĐăâêôơưđ"),
    ('\u{b5}', "àảãáạ"),
    ('\u{bb}', "ằẳẵắ"),
    ('\u{c6}', "ặầẩẫấậè"),
    ('\u{ce}', "ẻẽéẹềểễếệìỉ"),
    ('\u{dc}', "ĩíịò"),
    ('\u{e1}', "ỏõóọồổỗốộờởỡớợù"),
    ('\u{f1}', "ủũúụừửữứựỳỷỹýỵ"),
];

/// A letter, the marks that may follow it, and what letter and mark are together. Capitals are the same in capitals.
const VNI: [(char, &str, &str); 7] = [
    ('a', "ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ"),
    ('e', "ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    ('o', "ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    ('u', "ùøûõï", "úùủũụ"),
    ('ô', "ùøûõï", "ớờởỡợ"),
    ('ö', "ùøûõï", "ứừửữự"),
    ('y', "ùøûõ", "ýỳỷỹ"),
];

/// Letters of VNI that stand alone.
const VNI_ALONE: [(char, char); 8] =
    [('ô', 'ơ'), ('ö', 'ư'), ('ñ', 'đ'), ('î', 'ỵ'), ('æ', 'ỉ'), ('ó', 'ĩ'), ('ò', 'ị'), ('í', 'í')];

/// Letters that Vietnamese in Unicode never has. Ð and ð are left out: they are written for Đ and đ by mistake.
const FOREIGN: &str = "ÄÅÆÇËÎÏÑÖØÛÜÞßäåæçëîïñöøûüþÿ";
/// Signs that are letters of TCVN3. Some stand beside words in any text, so they tell only inside of one.
const SIGNS: &str = "¡¢£¤¥¦§¨©ª¬\u{ad}®µ¶·¸¹";

impl Encoding {
    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unicode => "Unicode",
            Self::Tcvn3 => "TCVN3 (.VnTime)",
            Self::Vni => "VNI (VNI-Times)",
        }
    }

    /// The value of `--encoding`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
        }
    }

    /// The text in Unicode; `None` where there are letters that this encoding does not have, so that it is mixed.
    pub(super) fn convert(self, text: Cow<'_, str>) -> Option<Cow<'_, str>> {
        if self == Self::Unicode || text.is_ascii() {
            return Some(text);
        }
        // Quotation marks and dashes come from the word processor.
        if text.chars().any(|c| c > '\u{ff}' && !('\u{2010}'..='\u{2026}').contains(&c)) {
            return None;
        }
        Some(Cow::Owned(match self {
            Self::Tcvn3 => text.chars().map(|c| letter_of_tcvn3(c).unwrap_or(c)).collect(),
            Self::Vni | Self::Unicode => convert_vni(&text),
        }))
    }
}

fn letter_of_tcvn3(c: char) -> Option<char> {
    TCVN3.iter().find_map(|(first, letters)| {
        let place = u32::from(c).checked_sub(u32::from(*first))?;
        letters.chars().nth(usize::try_from(place).ok()?)
    })
}

fn convert_vni(text: &str) -> String {
    let mut converted = String::with_capacity(text.len() * 2);
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        let marked = rest.peek().and_then(|mark| marked(letter, *mark));
        if marked.is_some() {
            rest.next();
        }
        converted.push(marked.or_else(|| alone(letter)).unwrap_or(letter));
    }
    converted
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// In the case of another letter.
fn in_case_of(like: char, c: char) -> char {
    if like.is_uppercase() { c.to_uppercase().next().unwrap_or(c) } else { c }
}

fn marked(letter: char, mark: char) -> Option<char> {
    let (_, marks, letters) = VNI.iter().find(|(base, ..)| *base == lower(letter))?;
    let place = marks.chars().position(|one| one == lower(mark))?;
    letters.chars().nth(place).map(|found| in_case_of(letter, found))
}

fn alone(letter: char) -> Option<char> {
    let (_, found) = VNI_ALONE.iter().find(|(alone, _)| *alone == lower(letter))?;
    Some(in_case_of(letter, *found))
}

/// The first word that Vietnamese in Unicode does not have, and the encoding that it looks like.
pub(super) fn suspect(text: &str) -> Option<(&str, Encoding)> {
    if text.is_ascii() {
        return None;
    }
    text.split([' ', '\t', '\n', '\r', ',', ';', '"', '(', ')', '/', ':', '\u{a0}'])
        .find(|word| !word.is_ascii() && is_suspect(word))
        .map(|word| (word, if is_vni(word) { Encoding::Vni } else { Encoding::Tcvn3 }))
}

/// A word of several letters, one of them foreign, or with a sign inside.
fn is_suspect(word: &str) -> bool {
    if word.chars().any(|c| c > '\u{ff}' || c.is_ascii_digit()) {
        return false;
    }
    let letters: Vec<char> = word.chars().collect();
    let is_letter = |at: Option<usize>| {
        at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_ascii_alphabetic() || *c >= '\u{c0}')
    };
    letters.len() > 1
        && letters.iter().enumerate().any(|(at, c)| {
            let (before, after) = (is_letter(at.checked_sub(1)), is_letter(Some(at + 1)));
            match c {
                // A trade mark stands after its word, guillemets around theirs.
                '®' | '©' | '§' => after,
                // Of a unit of measure.
                'µ' => before,
                '«' | '»' | '¼' | '½' | '¾' => before && after,
                c if SIGNS.contains(*c) => before || after,
                c => FOREIGN.contains(*c) && (before || after),
            }
        })
}

/// Whether all that is not ASCII are marks after their letters, or letters that stand alone.
fn is_vni(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let before = |at: usize| at.checked_sub(1).and_then(|before| letters.get(before));
    letters.iter().enumerate().filter(|(_, c)| !c.is_ascii()).all(|(at, c)| {
        let is_mark = before(at).is_some_and(|letter| marked(*letter, *c).is_some());
        let small_before = before(at).is_some_and(|letter| letter.is_lowercase());
        is_mark || (alone(*c).is_some() && !(small_before && c.is_uppercase()))
    })
}

/// Bytes of Windows' Western European code page, in which the legacy fonts' text is kept.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    let wide = |byte: u8| match byte {
        0x85 => '…',
        0x91 => '‘',
        0x92 => '’',
        0x93 => '“',
        0x94 => '”',
        0x96 => '–',
        0x97 => '—',
        other => char::from(other),
    };
    bytes.iter().map(|byte| wide(*byte)).collect()
}

#[cfg(test)]
mod tests;
