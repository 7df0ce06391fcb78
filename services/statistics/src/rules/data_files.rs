//! The data files: those built in, and an operator's own beside them.
//!
//! An operator may name a folder. A file in it that goes by the name of a built-in one replaces that one as a whole, or, with
//! `extends = true` at its top, adds to it: its entries are appended to the lists, an entry whose `code` is there already takes
//! that one's place, and every other setting replaces the built-in one. Either must state its own `version`, which is named
//! wherever a result tells what it was computed from. Own files are read at the start and checked as the built-in ones are.

use std::ffi::OsStr;
use std::path::Path;

use super::own_file::{self, DataFile};
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

/// Measures, forms, calendars and checks.
pub fn figures(dir: Option<&Path>) -> Result<Rules, String> {
    dir.map_or(Ok(()), check_folder)?;
    let mut files = vec![
        DataFile::read(dir, MEASURES, Some(measure::BUILT_IN))?,
        DataFile::read(dir, CALENDARS, Some(calendar::BUILT_IN))?,
        DataFile::read(dir, CHECKS, Some(check::BUILT_IN))?,
    ];
    files.extend(forms(dir.map(|dir| dir.join(FORMS)).as_deref())?);
    own_file::check(&files, |texts| match texts {
        [measures, calendars, checks, forms @ ..] => {
            let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
            Rules::parse(measures, &forms, calendars, checks)
        }
        _ => Err("the built-in data files are missing".to_owned()),
    })
}

/// The built-in files of forms as they apply, then the others of the folder, by name.
fn forms(dir: Option<&Path>) -> Result<Vec<DataFile>, String> {
    let built_in = form::BUILT_IN.iter().map(|(name, text)| DataFile::read(dir, name, Some(text)));
    let mut files: Vec<DataFile> = built_in.collect::<Result<_, _>>()?;
    let Some(dir) = dir.filter(|dir| dir.exists()) else { return Ok(files) };
    let unreadable = |cause| format!("{}: {cause}", dir.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name());
    }
    names.sort();
    for name in names.iter().filter_map(|name| name.to_str()) {
        if is_data(name.as_ref()) && form::BUILT_IN.iter().all(|(known, _)| *known != name) {
            files.push(DataFile::read(Some(dir), name, None)?);
        }
    }
    Ok(files)
}

/// The rules of deadlines and the working days.
pub fn schedule(dir: Option<&Path>) -> Result<Schedule, String> {
    dir.map_or(Ok(()), check_folder)?;
    let files = [
        DataFile::read(dir, HOLIDAYS, Some(include_str!("../../data/holidays.toml")))?,
        DataFile::read(dir, DEADLINES, Some(include_str!("../../data/deadlines.toml")))?,
    ];
    own_file::check(&files, |texts| match texts {
        [holidays, deadlines] => {
            Ok(Schedule::new(DeadlineRules::parse(deadlines)?, Workdays::parse(holidays)?))
        }
        _ => Err("the built-in data files are missing".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use toml::Table;

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
        let file = DataFile::read(Some(dir.path()), "x.toml", Some(BUILT_IN))?;
        Ok(file.text().unwrap().parse().unwrap())
    }

    #[test]
    fn without_an_own_file_the_built_in_one_applies() {
        let dir = with(&[("other.toml", "")]);
        for folder in [Some(dir.path()), None] {
            let file = DataFile::read(folder, "x.toml", Some(BUILT_IN)).unwrap();
            assert_eq!(file.text().as_deref(), Some(BUILT_IN));
        }
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
        let path = dir.path().join("holidays.toml").display().to_string();
        assert_eq!(problem, format!("{path}, line 3: holidays: 2024-05-04 is both off and worked"));
        let dir = with(&[("holidays.toml", &own.replace("05-04", "05-06"))]);
        assert!(schedule(Some(dir.path())).unwrap().version().ends_with("; tỉnh 1"));
    }

    #[test]
    fn a_problem_is_given_with_the_line_of_the_own_file() {
        let built_in: Table = include_str!("../../data/holidays.toml").parse().unwrap();
        let entry = |code: &str| {
            let mut day = built_in["day"][0].as_table().unwrap().clone();
            day.insert("code".to_owned(), code.into());
            format!("[[day]]\n{day}\n")
        };
        let own = format!("version = \"2\"\nextends = true\n\n{}{}", entry("x"), entry("y"));
        let second = entry("x").lines().count() + 4;
        let place = |name: &str| entry("y").lines().position(|line| line.starts_with(name)).unwrap();
        for (from, to, line, reason) in [
            ("code = \"y\"", "cdoe = \"y\"", second + place("code"), "unknown field `cdoe`"),
            ("code = \"y\"\n", "", second, "missing field `code`"),
            ("extends = true", "extends = true\nweekend = 7", 3, "invalid type: integer"),
        ] {
            let dir = with(&[("holidays.toml", &own.replace(from, to))]);
            let problem = schedule(Some(dir.path())).unwrap_err();
            let path = dir.path().join("holidays.toml").display().to_string();
            assert!(problem.starts_with(&format!("{path}, line {line}: holidays: {reason}")), "{problem}");
        }
        // A file that replaces the built-in one is read as it is written.
        let replacing = own.replace("extends = true", "extends = false").replace("code = \"y\"", "code = 7");
        let dir = with(&[("holidays.toml", &replacing)]);
        let problem = schedule(Some(dir.path())).unwrap_err();
        assert!(problem.contains("holidays.toml: holidays: TOML parse error at line "), "{problem}");
    }
}
