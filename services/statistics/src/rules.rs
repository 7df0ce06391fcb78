//! The data files: those built in, and an operator's own beside them.
//!
//! An operator may name a folder. A file in it that goes by the name of a built-in one replaces that one as a whole, or, with
//! `extends = true` at its top, adds to it: its entries are appended to the lists, an entry whose `code` is there already takes
//! that one's place, and every other setting replaces the built-in one. Either must state its own `version`, which is named
//! wherever a result tells what it was computed from. Own files are read at the start and checked as the built-in ones are.

use std::path::Path;

use toml::{Table, Value};

use crate::domain::deadline::{DeadlineRules, Schedule};
use crate::domain::workday::Workdays;

/// The files that an operator's folder may hold.
const FILES: [&str; 2] = [HOLIDAYS, DEADLINES];
const HOLIDAYS: &str = "holidays.toml";
const DEADLINES: &str = "deadlines.toml";

/// Refuses a folder that cannot be read, or that holds a file which would be passed over in silence.
pub fn check_folder(dir: &Path) -> Result<(), String> {
    let unreadable = |cause| format!("{}: {cause}", dir.display());
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let is_data = Path::new(&name).extension().is_some_and(|extension| extension == "toml");
        if is_data && FILES.iter().all(|known| name != *known) {
            let (dir, name) = (dir.display(), name.display());
            return Err(format!("{dir}: `{name}` is none of the data files: {}", FILES.join(", ")));
        }
    }
    Ok(())
}

/// The text of a data file as it applies: the built-in one, replaced or extended by the operator's of the same name.
pub fn data_file(dir: Option<&Path>, name: &str, built_in: &str) -> Result<String, String> {
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

/// The rules of deadlines and the working days.
pub fn schedule(dir: Option<&Path>) -> Result<Schedule, String> {
    dir.map_or(Ok(()), check_folder)?;
    let holidays = data_file(dir, HOLIDAYS, include_str!("../data/holidays.toml"))?;
    let deadlines = data_file(dir, DEADLINES, include_str!("../data/deadlines.toml"))?;
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

    #[test]
    fn own_holidays_are_checked_like_the_built_in_ones() {
        let own = "version = \"tỉnh 1\"\nextends = true\n[[day]]\ncode = \"x\"\nfirst_date = 2024-05-04\nlast_date = 2024-05-04\n\
                   display_name = \"a\"\ndisplay_name_en = \"b\"\nsource = \"c\"\nverified = true";
        let dir = with(&[("holidays.toml", own)]);
        let problem = schedule(Some(dir.path())).unwrap_err();
        assert_eq!(problem, "holidays: 2024-05-04 is both off and worked");
        let dir = with(&[("holidays.toml", &own.replace("05-04", "05-06"))]);
        assert!(schedule(Some(dir.path())).unwrap().version().ends_with("; tỉnh 1"));
    }
}
