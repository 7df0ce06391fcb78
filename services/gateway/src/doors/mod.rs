//! Doors for those who do not speak gRPC.
//!
//! - [`sdmx`]: figures as SDMX over plain HTTP.

pub mod sdmx;
