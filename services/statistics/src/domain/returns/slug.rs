//! Readable ids of returns, and that no two of a unit's returns share one.

use std::collections::BTreeMap;

use crate::domain::calendars::calendar::Calendars;
use crate::domain::forms::catalogue::Forms;
use crate::domain::forms::form::FormId;

/// What identifies a return of a unit.
#[must_use]
pub fn key(form: &FormId, calendar: &str, period: &str) -> String {
    format!("{form} {calendar} {period}")
}

/// A readable id: small letters and digits, with single hyphens for all between them.
#[must_use]
pub fn slug(key: &str) -> String {
    let mut slug = String::new();
    for c in key.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Refuses forms and calendars that would give two returns one id. A period's code is a year and one word, so that ids can
/// only be the same where they are so before it.
pub fn check(forms: &Forms, calendars: &Calendars) -> Result<(), String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for form in forms.all() {
        for calendar in calendars.all() {
            let key = key(&form.id, &calendar.code, "");
            if let Some(other) = seen.insert(slug(&key), key.clone()) {
                return Err(format!(
                    "forms: returns of `{}` and `{}` would share a name",
                    other.trim(),
                    key.trim()
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::catalogue::Catalogue;
    use crate::rules::Rules;

    #[test]
    fn slugs_are_letters_digits_and_single_hyphens() {
        for (key, expected) in [
            ("TT 02/2021/TT-TTCP 01/TCD tt-02-2021 2023-Q1", "tt-02-2021-tt-ttcp-01-tcd-tt-02-2021-2023-q1"),
            ("Đề án số 6", "n-s-6"),
            ("//", ""),
        ] {
            assert_eq!(slug(key), expected);
        }
    }

    #[test]
    fn no_two_returns_built_in_share_a_name() {
        let rules = Rules::built_in().unwrap();
        check(&rules.forms, &rules.calendars).unwrap();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for form in rules.forms.all() {
            for calendar in rules.calendars.all() {
                for period in (2020..2030).flat_map(|year| calendar.periods(year)) {
                    let key = key(&form.id, &calendar.code, &period.code);
                    assert_eq!(seen.insert(slug(&key), key.clone()), None, "{key}");
                }
            }
        }
        assert!(seen.len() > 1000);
    }

    #[test]
    fn forms_whose_returns_would_share_a_name_are_refused() {
        let form = |document: &str, code: &str| {
            format!(
                "version = \"1\"\ndocument = \"{document}\"\nofficial = false\nsource = \"s\"\nvalidity_certainty = \"found\"\ncertainty = \"found\"\n\
                 [[form]]\ncode = \"{code}\"\ntitle = \"t\"\ntitle_en = \"t\"\n\
                 [[form.column]]\ncode = \"1\"\nlabel = \"l\"\nlabel_en = \"l\"\nunit = \"đơn\"\n\
                 measures = [\"petitions.received\"]\n"
            )
        };
        let catalogue = Catalogue::parse(crate::domain::figures::catalogue::BUILT_IN).unwrap();
        let calendars = Calendars::parse(crate::domain::calendars::calendar::BUILT_IN).unwrap();
        let checked = |texts: [&str; 2]| check(&Forms::parse(&texts, &catalogue).unwrap(), &calendars);
        let first = form("TT 1/2", "A.1");
        for (document, code) in [("TT 1/2", "a-1"), ("TT 1", "2 A 1"), ("tt.1.2", "A_1")] {
            let problem = checked([&first, &form(document, code)]).unwrap_err();
            assert!(problem.contains("would share a name"), "{problem}");
        }
        checked([&first, &form("TT 1/2", "A.2")]).unwrap();
    }
}
