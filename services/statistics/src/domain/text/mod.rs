//! Texts: search keys of names, the Vietnamese order of names, numbers, days and sentences in both languages, and the words
//! for how sure an entry of the data is.

pub mod certainty;
pub mod collation;
pub mod search;
pub mod sentence;
pub mod wording;
