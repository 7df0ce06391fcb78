//! Dated records: inspections, receptions, petitions and matters, and what each of them adds to the dated sums.

#[cfg(test)]
pub(crate) mod arbitrary;
pub mod content;
pub mod contribution;
pub mod family;
pub mod inspection;
pub mod matter;
pub mod petition;
pub mod quantity;
pub mod reception;
pub mod record;
pub mod sums;
