//! Real programs under test: started on free loopback ports, found again by what they print, ended by their own process. And what
//! the tests of one service share: the service in their own process, and what they read from its answers.

pub mod call;
pub mod cluster;
pub mod contract;
pub mod journal;
pub mod program;
pub mod record;
pub mod sample;
pub mod service;
