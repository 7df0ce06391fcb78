//! Rule sets: which titles there are, who decides them, and how a bloc votes, each for a span of time.

pub mod rule_set;
pub mod vote_rule;
