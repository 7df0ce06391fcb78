//! The rules of the API, asserted over the descriptor set: whatever is added to the contract is held to them.

mod comments;
mod contract;
mod enums;
mod fields;
mod http;
mod lists;
mod methods;
mod reasons;
mod resources;
mod writes;
