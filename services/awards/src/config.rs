//! The settings of this program.

use thidua_chassis::config::{ServingConfig, Setting, Settings, serving};

/// What can be set.
pub const SETTINGS: [Setting; 7] = serving("127.0.0.1:50052", "sqlite:data/awards.sqlite");

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
