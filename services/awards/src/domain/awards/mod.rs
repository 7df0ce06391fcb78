//! Conferments: the decisions of authorities that answer nominations.

pub mod award;
