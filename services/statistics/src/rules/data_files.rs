//! The data files: those built in, and an operator's own beside them.
//!
//! An operator may name a folder. A file in it that goes by the name of a built-in one replaces that one as a whole, or, with
//! `extends = true` at its top, adds to it: its entries are appended to the lists, an entry whose `code` is there already takes
//! that one's place, and every other setting replaces the built-in one. Either must state its own `version`, which is named
//! wherever a result tells what it was computed from. Own files are read at the start and checked as the built-in ones are.

use std::ffi::OsStr;
use std::path::Path;

use toml::{Table, Value};

use super::rule_set::Rules;
use crate::domain::calendars::calendar;
use crate::domain::deadlines::deadline::Schedule;
use crate::domain::deadlines::rules::DeadlineRules;
use crate::domain::deadlines::workdays::Workdays;
use crate::domain::figures::catalogue as measure;
use crate::domain::forms::catalogue as form;
use crate::domain::forms::check;

/// The files that an operator's folder may hold, beside those of forms.
const FILES: [&str; 5] = [MEASURES, CALENDARS, CHECKS, HOLIDAYS, DEADLINES];
const MEASURES: &str = "measures.toml";
const CALENDARS: &str = "calendars.toml";
const CHECKS: &str = "checks.toml";
const HOLIDAYS: &str = "holidays.toml";
const DEADLINES: &str = "deadlines.toml";
/// The folder of forms in it, which may hold any data files: of a document that is not built in, too.
const FORMS: &str = "forms";

/// Refuses a folder that cannot be read, or that holds a file which would be passed over in silence.
fn check_folder(dir: &Path) -> Result<(), String> {
    let unreadable = |cause| format!("{}: {cause}", dir.display());
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if is_data(&name) && FILES.iter().all(|known| name != *known) {
            let (dir, name) = (dir.display(), name.display());
            return Err(format!("{dir}: `{name}` is none of the data files: {}", FILES.join(", ")));
        }
    }
    Ok(())
}

fn is_data(name: &OsStr) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "toml")
}

/// The text of a data file as it applies: the built-in one, replaced or extended by the operator's of the same name.
fn data_file(dir: Option<&Path>, name: &str, built_in: &str) -> Result<String, String> {
    let Some(path) = dir.map(|dir| dir.join(name)).filter(|path| path.exists()) else {
        return Ok(built_in.to_owned());
    };
    let told = |cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|cause| told(&cause))?;
    let mut own: Table = text.parse().map_err(|cause: toml::de::Error| told(&cause))?;
    if !own.get("version").is_some_and(Value::is_str) {
        return Err(told(&"an own file must state its `version`"));
    }
    match own.remove("extends") {
        None | Some(Value::Boolean(false)) => Ok(own.to_string()),
        Some(Value::Boolean(true)) => {
            let base: Table = built_in.parse().map_err(|cause: toml::de::Error| told(&cause))?;
            Ok(extend(base, own).to_string())
        }
        Some(_) => Err(told(&"`extends` must be true or false")),
    }
}

fn extend(mut base: Table, own: Table) -> Table {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(Value::Array(entries)), Value::Array(more)) if more.iter().all(Value::is_table) => {
                for entry in more {
                    put(entries, entry);
                }
            }
            (_, value) => drop(base.insert(key, value)),
        }
    }
    base
}

/// Puts an entry in the place of the one with its `code`, or at the end.
fn put(entries: &mut Vec<Value>, entry: Value) {
    let code = entry.get("code").cloned();
    match entries.iter_mut().find(|there| code.is_some() && there.get("code") == code.as_ref()) {
        Some(there) => *there = entry,
        None => entries.push(entry),
    }
}

/// Measures, forms, calendars and checks.
pub fn figures(dir: Option<&Path>) -> Result<Rules, String> {
    dir.map_or(Ok(()), check_folder)?;
    let measures = data_file(dir, MEASURES, measure::BUILT_IN)?;
    let calendars = data_file(dir, CALENDARS, calendar::BUILT_IN)?;
    let checks = data_file(dir, CHECKS, check::BUILT_IN)?;
    let forms = forms(dir.map(|dir| dir.join(FORMS)).as_deref())?;
    let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
    Rules::parse(&measures, &forms, &calendars, &checks)
}

/// The built-in files of forms as they apply, then the others of the folder, by name.
fn forms(dir: Option<&Path>) -> Result<Vec<String>, String> {
    let mut texts: Vec<String> =
        form::BUILT_IN.iter().map(|(name, text)| data_file(dir, name, text)).collect::<Result<_, _>>()?;
    let Some(dir) = dir.filter(|dir| dir.exists()) else { return Ok(texts) };
    let unreadable = |cause| format!("{}: {cause}", dir.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name());
    }
    names.sort();
    for name in names.iter().filter_map(|name| name.to_str()) {
        if is_data(name.as_ref()) && form::BUILT_IN.iter().all(|(known, _)| *known != name) {
            texts.push(data_file(Some(dir), name, "")?);
        }
    }
    Ok(texts)
}

/// The rules of deadlines and the working days.
pub fn schedule(dir: Option<&Path>) -> Result<Schedule, String> {
    dir.map_or(Ok(()), check_folder)?;
    let holidays = data_file(dir, HOLIDAYS, include_str!("../../data/holidays.toml"))?;
    let deadlines = data_file(dir, DEADLINES, include_str!("../../data/deadlines.toml"))?;
    Ok(Schedule::new(DeadlineRules::parse(&deadlines)?, Workdays::parse(&holidays)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT_IN: &str = "version = \"1\"\nlimit = 1\n[[day]]\ncode = \"a\"\nname = \"A\"\n[[day]]\ncode = \"b\"\nname = \"B\"\n";

    fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn read(text: &str) -> Result<Table, String> {
        let dir = with(&[("x.toml", text)]);
        data_file(Some(dir.path()), "x.toml", BUILT_IN).map(|text| text.parse().unwrap())
    }

    #[test]
    fn without_an_own_file_the_built_in_one_applies() {
        let dir = with(&[("other.toml", "")]);
        assert_eq!(data_file(Some(dir.path()), "x.toml", BUILT_IN).unwrap(), BUILT_IN);
        assert_eq!(data_file(None, "x.toml", BUILT_IN).unwrap(), BUILT_IN);
    }

    #[test]
    fn an_own_file_replaces_the_built_in_one() {
        assert_eq!(read("version = \"2\"").unwrap(), toml::toml! { version = "2" });
        assert_eq!(read("version = \"2\"\nextends = false").unwrap(), toml::toml! { version = "2" });
    }

    #[test]
    fn an_own_file_extends_the_built_in_one() {
        let own = "version = \"2\"\nextends = true\nmore = 3\n[[day]]\ncode = \"c\"\n[[day]]\ncode = \"a\"\nname = \"Z\"";
        let expected: Table =
            "version = \"2\"\nlimit = 1\nmore = 3\nday = [{code = \"a\", name = \"Z\"}, {code = \"b\", name = \"B\"}, {code = \"c\"}]"
                .parse()
                .unwrap();
        assert_eq!(read(own).unwrap(), expected);
    }

    #[test]
    fn an_own_file_that_says_nothing_sound_is_refused() {
        for (text, problem) in [
            ("extends = true", "must state its `version`"),
            ("version = 2", "must state its `version`"),
            ("version = \"2\"\nextends = 1", "`extends` must be true or false"),
            ("version = ", "x.toml"),
        ] {
            assert!(read(text).unwrap_err().contains(problem), "{text}");
        }
    }

    #[test]
    fn a_file_that_would_be_passed_over_is_refused() {
        let misspelt = with(&[("holiday.toml", "")]);
        assert!(schedule(Some(misspelt.path())).unwrap_err().contains("`holiday.toml` is none of"));
        let beside = with(&[("README.md", "")]);
        assert!(schedule(Some(beside.path())).is_ok());
        assert!(schedule(Some(&beside.path().join("none"))).is_err());
    }

    fn built_in_headline() -> (&'static str, &'static str) {
        *form::BUILT_IN.iter().find(|(name, _)| *name == "thidua.toml").unwrap()
    }

    #[test]
    fn own_forms_stand_beside_the_built_in_ones() {
        let dir = with(&[]);
        std::fs::create_dir(dir.path().join(FORMS)).unwrap();
        let own = r#"
            version = "tỉnh 1"
            document = "QĐ 1/2026/QĐ-UBND"
            official = true
            source = "Công báo của tỉnh"
            validity_certainty = "found"
            certainty = "found"
            [[form]]
            code = "01/T"
            title = "Lượt tiếp"
            title_en = "Visits"
            column = [{ code = "1", label = "Lượt", label_en = "Visits", unit = "lượt", measures = ["receptions.visits"] }]
        "#;
        std::fs::write(dir.path().join(FORMS).join("tinh.toml"), own).unwrap();
        let built_in = figures(None).unwrap();
        let found = figures(Some(dir.path())).unwrap();
        assert_eq!(found.forms.all().count(), built_in.forms.all().count() + 1);
        assert!(found.forms.version.ends_with("tỉnh 1"), "{}", found.forms.version);
        // A form of a built-in file, in its place.
        let title = "Số liệu công bố của tỉnh";
        let mut headline = built_in_headline().1.parse::<Table>().unwrap();
        headline["form"][0]["title"] = title.into();
        let extended = format!(
            "version = \"2\"\nextends = true\n{}",
            Table::from_iter([("form".to_owned(), headline["form"].clone())])
        );
        std::fs::write(dir.path().join(FORMS).join(built_in_headline().0), extended).unwrap();
        let found = figures(Some(dir.path())).unwrap();
        assert!(found.forms.all().any(|form| form.title == title));
        std::fs::write(dir.path().join(FORMS).join("tinh.toml"), own.replace("visits\"]", "lost\"]"))
            .unwrap();
        let told = figures(Some(dir.path())).unwrap_err();
        assert!(told.contains("QĐ 1/2026/QĐ-UBND 01/T") && told.contains("receptions.lost"), "{told}");
    }

    #[test]
    fn an_own_calendar_sets_until_when_returns_are_due() {
        let mut own = calendar::BUILT_IN.parse::<Table>().unwrap();
        own["calendar"][0]["due"][0]["days"] = 10.into();
        own["version"] = "tỉnh 1".into();
        let dir = with(&[(CALENDARS, &own.to_string())]);
        assert_eq!(figures(Some(dir.path())).unwrap().calendars.version, "tỉnh 1");
    }

    #[test]
    fn own_holidays_are_checked_like_the_built_in_ones() {
        let own = "version = \"tỉnh 1\"\nextends = true\n[[day]]\ncode = \"x\"\nfirst_date = 2024-05-04\nlast_date = 2024-05-04\n\
                   display_name = \"a\"\ndisplay_name_en = \"b\"\nsource = \"c\"\ncertainty = \"found\"";
        let dir = with(&[("holidays.toml", own)]);
        let problem = schedule(Some(dir.path())).unwrap_err();
        assert_eq!(problem, "holidays: 2024-05-04 is both off and worked");
        let dir = with(&[("holidays.toml", &own.replace("05-04", "05-06"))]);
        assert!(schedule(Some(dir.path())).unwrap().version().ends_with("; tỉnh 1"));
    }
}
