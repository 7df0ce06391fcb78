//! Texts: search keys of names, patterns of codes, the Vietnamese order of names, sentences that name values, and the words
//! for how sure an entry of the data is.

pub mod certainty;
pub mod collation;
pub mod pattern;
pub mod search;
pub mod sentence;
