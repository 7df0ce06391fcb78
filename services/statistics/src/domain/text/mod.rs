//! Texts: search keys of names, the Vietnamese order of names, and numbers, days and sentences in both languages.

pub mod collation;
pub mod search;
pub mod sentence;
pub mod wording;
