//! The settings of this program.

use std::path::PathBuf;

use thidua_chassis::config::{STORE, ServingConfig, Setting, Settings, serving};

use crate::rules;

/// The folder of own data files, which the program of one office has too.
pub const RULES: Setting = Setting {
    name: "rules",
    default: Some("built-in"),
    help: "a folder of own data files (forms, measures, calendars, checks, holidays, deadlines) that extend or replace those built in",
};

/// What can be set.
#[must_use]
pub fn settings() -> Vec<Setting> {
    let store = Setting { default: Some("sqlite:data/statistics.sqlite"), ..STORE };
    serving("127.0.0.1:50051", &[store, RULES])
}

/// The program's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// How it serves.
    pub serving: ServingConfig,
    /// Where own data files are.
    pub rules: Option<PathBuf>,
}

impl Config {
    /// Reads the settings; problems are noted in them.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let rules = read_rules(settings);
        Some(Self { serving: ServingConfig::read(settings, true)?, rules: rules? })
    }
}

/// The folder of own data files, which must hold; `Some(None)` for those built in alone.
pub fn read_rules(settings: &mut Settings) -> Option<Option<PathBuf>> {
    let folder: PathBuf = settings.get(RULES.name)?;
    if RULES.default.is_some_and(|built_in| folder.as_os_str() == built_in) {
        return Some(None);
    }
    let read = rules::schedule(Some(&folder)).and(rules::figures(Some(&folder)).map(drop));
    if let Err(problem) = read {
        settings.refuse(format!("`{}` cannot be used: {problem}", RULES.name));
        return None;
    }
    Some(Some(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rules: &str) -> Result<Option<PathBuf>, String> {
        let lookup = |setting: &Setting| (setting.name == "rules").then(|| rules.to_owned());
        let mut settings = Settings::look_up(&settings(), lookup);
        let read = read_rules(&mut settings);
        settings.finish(read).map_err(|problems| problems.to_string())
    }

    #[test]
    fn rules_are_built_in_or_in_a_folder_that_holds() {
        assert_eq!(read("built-in"), Ok(None));
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path().to_str().unwrap()), Ok(Some(folder.path().to_owned())));
        std::fs::write(folder.path().join("deadlines.toml"), "version = \"2\"").unwrap();
        assert!(read(folder.path().to_str().unwrap()).unwrap_err().contains("`rules` cannot be used"));
    }
}
