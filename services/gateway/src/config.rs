//! The settings of this program.

use std::time::Duration;

use thidua_chassis::config::{STORE, ServingConfig, Setting, Settings, serving};
use tonic::transport::Endpoint;

use crate::upstream::Addresses;

/// The program's name.
pub const PROGRAM: &str = "gateway";

/// What can be set, beside what every program has.
const OWN: [Setting; 3] = [
    Setting {
        name: "statistics",
        default: Some("http://127.0.0.1:50051"),
        help: "where the statistics service is reached; several replicas separated by commas",
    },
    Setting {
        name: "awards",
        default: Some("http://127.0.0.1:50052"),
        help: "where the awards service is reached; several replicas separated by commas",
    },
    Setting {
        name: "upstream-deadline-ms",
        default: Some("10000"),
        help: "the longest wait for one answer of a service",
    },
];

/// What can be set.
#[must_use]
pub fn settings() -> Vec<Setting> {
    let store = Setting { default: Some("sqlite:data/gateway.sqlite"), ..STORE };
    serving("127.0.0.1:8080", &[&[store], &OWN[..]].concat())
}

/// The program's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// How it serves.
    pub serving: ServingConfig,
    /// Where statistics is.
    pub statistics: Addresses,
    /// Where awards is.
    pub awards: Addresses,
    /// The longest wait for one answer.
    pub upstream_deadline: Duration,
}

impl Config {
    /// Reads the settings; problems are noted in them.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let statistics: Option<Addresses> = settings.get("statistics");
        let awards: Option<Addresses> = settings.get("awards");
        let upstream_deadline = settings.get("upstream-deadline-ms").map(Duration::from_millis);
        let loopback =
            [&statistics, &awards].into_iter().flatten().flat_map(Addresses::iter).all(is_loopback);
        let serving = ServingConfig::read(settings, loopback);
        Some(Self {
            serving: serving?,
            statistics: statistics?,
            awards: awards?,
            upstream_deadline: upstream_deadline?,
        })
    }
}

fn is_loopback(endpoint: &Endpoint) -> bool {
    let host = endpoint.uri().host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}
