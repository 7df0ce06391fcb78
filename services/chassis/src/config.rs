//! Settings: from flags, then from the environment, then defaults; all problems told at once, before any port is bound.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use crate::edge::{Deadlines, Door, Patience, Quotas};

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

    /// Whether there is a setting of a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
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

/// Where the data is.
pub const STORE: Setting =
    Setting { name: "store", default: None, help: "where the data is: sqlite:PATH or postgres://…" };

/// Whom to believe.
const INSECURE_CALLERS: Setting = Setting {
    name: "insecure-callers",
    default: Some("auto"),
    help: "believe the metadata `thidua-caller`: auto (only where every address is loopback), true, false",
};

/// What every serving program can be told beside its address and store, and whom to believe.
pub const SERVING: [Setting; 12] = [
    Setting {
        name: "hosts",
        default: Some(""),
        help: "names under which this program is called, beside loopback names and addresses in digits; commas between, * for any",
    },
    Setting {
        name: "origins",
        default: Some(""),
        help: "origins of web pages that may call, such as https://thidua.example; commas between",
    },
    Setting {
        name: "in-flight",
        default: Some("1024"),
        help: "calls worked on at once by a service; more are refused",
    },
    Setting {
        name: "imports",
        default: Some("64"),
        help: "imports at once; a caller has half of them at most",
    },
    Setting {
        name: "exports",
        default: Some("64"),
        help: "answers sent in parts at once; a caller has half of them at most",
    },
    Setting {
        name: "watches",
        default: Some("256"),
        help: "endless answers at once; a caller has half of them at most",
    },
    Setting { name: "deadline-ms", default: Some("30000"), help: "deadline of calls that set none" },
    Setting {
        name: "most-deadline-ms",
        default: Some("300000"),
        help: "the longest deadline of calls with one answer; a longer one is shortened to it",
    },
    Setting {
        name: "most-stream-ms",
        default: Some("3600000"),
        help: "the longest deadline of imports, answers in parts and verifications",
    },
    Setting {
        name: "patience-ms",
        default: Some("10000"),
        help: "how long the first message of a call, or reading a part of an answer, may take",
    },
    Setting {
        name: "idle-ms",
        default: Some("30000"),
        help: "how long a client may pause between the messages of a stream",
    },
    Setting {
        name: "lame-duck-ms",
        default: Some("500"),
        help: "how long to answer NOT_SERVING before connections are closed",
    },
];

/// What is logged.
pub const LOG: Setting =
    Setting { name: "log", default: Some("info"), help: "what to log: a level, or a list of target=level" };

/// The settings of a serving program, with its own address as default, beside its own.
#[must_use]
pub fn serving(listen: &'static str, own: &[Setting]) -> Vec<Setting> {
    let listen = Setting { name: "listen", default: Some(listen), help: "address and port to serve on" };
    [&[listen], own, &[INSECURE_CALLERS], &SERVING, &[LOG]].concat()
}

/// How a program serves.
#[derive(Debug, Clone)]
pub struct ServingConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// The store's address; empty where the program has none.
    pub store: String,
    /// Callers are believed although an address is not loopback; worth a warning at every start.
    pub trusts_network: bool,
    /// Under which names it is called, and from which pages.
    pub door: Door,
    /// How many calls may be under way.
    pub quotas: Quotas,
    /// How long calls may take.
    pub deadlines: Deadlines,
    /// How long callers and readers may take.
    pub patience: Patience,
    /// How long to answer `NOT_SERVING` before connections are closed.
    pub lame_duck: Duration,
}

/// Names separated by commas.
struct Names(Vec<String>);

impl FromStr for Names {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Self(names.map(str::to_ascii_lowercase).collect()))
    }
}

impl ServingConfig {
    /// Reads the settings of [`serving`]; `loopback` tells whether the program's other addresses are.
    pub fn read(settings: &mut Settings, loopback: bool) -> Option<Self> {
        let listen: Option<SocketAddr> = settings.get("listen");
        let store = if settings.has(STORE.name) { settings.get(STORE.name) } else { Some(String::new()) };
        let local = loopback && listen.is_none_or(|listen| listen.ip().is_loopback());
        let trusts_network = read_trust(settings, local);
        let rest = Self::read_limits(settings);
        Some(Self { listen: listen?, store: store?, trusts_network: trusts_network?, ..rest? })
    }

    /// Reads the settings of [`SERVING`], for a program that listens on loopback without a store.
    pub fn read_limits(settings: &mut Settings) -> Option<Self> {
        let hosts = settings.get("hosts").map(|Names(hosts)| hosts);
        let origins = settings.get("origins").map(|Names(origins)| origins);
        let [calls, imports, exports, watches] =
            ["in-flight", "imports", "exports", "watches"].map(|name| settings.get(name));
        let mut time = |name| settings.get(name).map(Duration::from_millis);
        let [default, most, most_of_streams] =
            ["deadline-ms", "most-deadline-ms", "most-stream-ms"].map(&mut time);
        let [first, idle, lame_duck] = ["patience-ms", "idle-ms", "lame-duck-ms"].map(&mut time);
        Some(Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            store: String::new(),
            trusts_network: false,
            door: Door { hosts: hosts?, origins: origins? },
            quotas: Quotas { calls: calls?, imports: imports?, exports: exports?, watches: watches? },
            deadlines: Deadlines { default: default?, most: most?, most_of_streams: most_of_streams? },
            patience: Patience { first: first?, idle: idle? },
            lame_duck: lame_duck?,
        })
    }

    /// As the defaults are, on a free port of loopback.
    pub fn local(store: &str) -> Result<Self, Problems> {
        let mut settings = Settings::look_up(&SERVING, |_| None);
        let config = Self::read_limits(&mut settings);
        let config = settings.finish(config)?;
        Ok(Self { store: store.to_owned(), ..config })
    }
}

/// Whether callers are believed off loopback; `None` where that cannot be.
fn read_trust(settings: &mut Settings, local: bool) -> Option<bool> {
    let problem = match settings.get::<String>("insecure-callers")?.as_str() {
        "auto" | "true" if local => return Some(false),
        "true" => return Some(true),
        "auto" => "`insecure-callers`: callers cannot be authenticated yet, and an address is not loopback; set it to \
                   true only where the network lets in nobody but trusted programs"
            .to_owned(),
        "false" => {
            "`insecure-callers` cannot be false yet: there is no other way to know callers".to_owned()
        }
        other => format!("`insecure-callers` cannot be `{other}`: write auto, true or false"),
    };
    settings.refuse(problem);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<ServingConfig, Problems> {
        let known = serving("127.0.0.1:50051", &[Setting { default: Some("sqlite:data/x.sqlite"), ..STORE }]);
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
    fn names_are_separated_by_commas() {
        let config = read(&[("hosts", "Statistics, door,"), ("origins", "")]).unwrap();
        assert_eq!(
            (config.door.hosts, config.door.origins),
            (vec!["statistics".to_owned(), "door".to_owned()], vec![])
        );
        assert_eq!(ServingConfig::local("x").unwrap().quotas, config.quotas);
    }

    #[test]
    fn variables_follow_names() {
        let setting = Setting { name: "lame-duck-ms", default: None, help: "" };
        assert_eq!(setting.variable(), "THIDUA_LAME_DUCK_MS");
    }
}
