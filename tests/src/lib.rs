//! Real programs under test: started on free loopback ports, found again by what they print, ended by their own process.

pub mod cluster;
pub mod program;
pub mod sample;
