//! Emulation blocs and their members' terms.

pub mod bloc;
