//! Settings: from flags, then from the environment, then defaults; all problems told at once, before any port is bound.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

/// One setting: `--name value`, or `THIDUA_NAME=value` in the environment.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Words joined by hyphens.
    pub name: &'static str,
    /// The value if none is given; `None` if one must be.
    pub default: Option<&'static str>,
    /// What it does, in one line.
    pub help: &'static str,
}

impl Setting {
    /// The variable's name in the environment.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("THIDUA_{}", self.name.replace('-', "_").to_uppercase())
    }
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|problem| writeln!(f, "{problem}"))
    }
}

/// The values found, and what is wrong so far.
#[derive(Debug)]
pub struct Settings {
    values: HashMap<&'static str, Option<String>>,
    problems: Vec<String>,
}

impl Settings {
    /// Looks every setting up.
    pub fn look_up(settings: &[Setting], lookup: impl Fn(&Setting) -> Option<String>) -> Self {
        let value = |setting: &Setting| lookup(setting).or_else(|| setting.default.map(str::to_owned));
        let values = settings.iter().map(|setting| (setting.name, value(setting))).collect();
        Self { values, problems: Vec::new() }
    }

    /// A value of its type, or a problem noted.
    pub fn get<T: FromStr<Err: fmt::Display>>(&mut self, name: &'static str) -> Option<T> {
        let Some(Some(text)) = self.values.get(name) else {
            self.problems.push(format!("`{name}` must be set"));
            return None;
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(cause) => {
                self.problems.push(format!("`{name}` cannot be `{text}`: {cause}"));
                None
            }
        }
    }

    /// Notes a problem between settings.
    pub fn refuse(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// What was read, or all that is wrong.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, Problems> {
        match read {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(Problems(self.problems)),
        }
    }
}

/// The settings of every serving program, with its own port and file as defaults.
#[must_use]
pub const fn serving(listen: &'static str, store: &'static str) -> [Setting; 7] {
    [
        Setting { name: "listen", default: Some(listen), help: "address and port to serve on" },
        Setting { name: "store", default: Some(store), help: "where the data is: sqlite:PATH" },
        Setting {
            name: "insecure-callers",
            default: Some("auto"),
            help: "believe the metadata `thidua-caller`: auto (only where every address is loopback), true, false",
        },
        Setting {
            name: "in-flight",
            default: Some("1024"),
            help: "calls worked on at once; more are refused",
        },
        Setting { name: "deadline-ms", default: Some("30000"), help: "deadline of calls that set none" },
        Setting {
            name: "lame-duck-ms",
            default: Some("500"),
            help: "how long to answer NOT_SERVING before connections are closed",
        },
        Setting {
            name: "log",
            default: Some("info"),
            help: "what to log: a level, or a list of target=level",
        },
    ]
}

/// How a program serves.
#[derive(Debug, Clone)]
pub struct ServingConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// The store's address.
    pub store: String,
    /// Callers are believed although an address is not loopback; worth a warning at every start.
    pub trusts_network: bool,
    /// Calls worked on at once.
    pub in_flight: usize,
    /// The deadline of calls that set none.
    pub deadline: Duration,
    /// How long to answer `NOT_SERVING` before connections are closed.
    pub lame_duck: Duration,
}

impl ServingConfig {
    /// Reads the settings of [`serving`]; `loopback` tells whether the program's other addresses are.
    pub fn read(settings: &mut Settings, loopback: bool) -> Option<Self> {
        let listen: Option<SocketAddr> = settings.get("listen");
        let store = settings.get("store");
        let insecure: Option<String> = settings.get("insecure-callers");
        let in_flight = settings.get("in-flight");
        let deadline = settings.get("deadline-ms").map(Duration::from_millis);
        let lame_duck = settings.get("lame-duck-ms").map(Duration::from_millis);
        let local = loopback && listen.is_none_or(|listen| listen.ip().is_loopback());
        let trusted = match insecure.as_deref() {
            Some("auto") if local => true,
            Some("auto") => {
                settings.refuse(
                    "`insecure-callers`: callers cannot be authenticated yet, and an address is not loopback; set it to \
                     true only where the network lets in nobody but trusted programs"
                        .to_owned(),
                );
                false
            }
            Some("true") => true,
            Some("false") => {
                settings.refuse(
                    "`insecure-callers` cannot be false yet: there is no other way to know callers"
                        .to_owned(),
                );
                false
            }
            Some(other) => {
                settings.refuse(format!("`insecure-callers` cannot be `{other}`: write auto, true or false"));
                false
            }
            None => false,
        };
        Some(Self {
            listen: listen?,
            store: store?,
            trusts_network: trusted && !local,
            in_flight: in_flight?,
            deadline: deadline?,
            lame_duck: lame_duck?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<ServingConfig, Problems> {
        let known = serving("127.0.0.1:50051", "sqlite:data/x.sqlite");
        let lookup = |setting: &Setting| {
            given.iter().find(|(name, _)| *name == setting.name).map(|(_, value)| (*value).to_owned())
        };
        let mut settings = Settings::look_up(&known, lookup);
        let config = ServingConfig::read(&mut settings, true);
        settings.finish(config)
    }

    #[test]
    fn defaults_serve_on_loopback() {
        let config = read(&[]).unwrap();
        assert!(config.listen.ip().is_loopback());
        assert!(!config.trusts_network);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let problems = read(&[("listen", "nowhere"), ("in-flight", "many"), ("insecure-callers", "perhaps")]);
        let told = problems.unwrap_err().to_string();
        for name in ["`listen`", "`in-flight`"] {
            assert!(told.contains(name), "{told}");
        }
    }

    #[test]
    fn an_open_address_needs_a_decision() {
        assert!(read(&[("listen", "0.0.0.0:50051")]).is_err());
        assert!(read(&[("listen", "0.0.0.0:50051"), ("insecure-callers", "true")]).unwrap().trusts_network);
        assert!(read(&[("insecure-callers", "false")]).is_err());
    }

    #[test]
    fn variables_follow_names() {
        let setting = Setting { name: "lame-duck-ms", default: None, help: "" };
        assert_eq!(setting.variable(), "THIDUA_LAME_DUCK_MS");
    }
}
