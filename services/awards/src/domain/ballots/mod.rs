//! Ballots: the votes of a bloc on its nominations.

pub mod ballot;
