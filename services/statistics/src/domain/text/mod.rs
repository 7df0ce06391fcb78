//! Texts: search keys of names, the Vietnamese order of names, and sentences that name values.

pub mod collation;
pub mod search;
pub mod sentence;
