//! Rule sets and titles, as data files have them.

pub(super) mod rule_set;
