//! The settings of this program.

use thidua_chassis::config::{STORE, ServingConfig, Setting, Settings, serving};

/// What can be set.
#[must_use]
pub fn settings() -> Vec<Setting> {
    let store = Setting { default: Some("sqlite:data/awards.sqlite"), ..STORE };
    serving("127.0.0.1:50052", &[store])
}

/// The program's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// How it serves.
    pub serving: ServingConfig,
}

impl Config {
    /// Reads the settings; problems are noted in them.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        Some(Self { serving: ServingConfig::read(settings, true)? })
    }
}
