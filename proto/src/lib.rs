//! The contract of thidua and what both ends of the wire must agree on. Both link this crate, so it is kept slim: it knows
//! no store, no rule and no service.
//!
//! - [`statistics`], [`awards`], [`reports`], [`journal`]: the generated messages, stubs and their canonical JSON.
//! - [`names`]: resource names as types.
//! - [`parse`]: from messages to values that cannot be wrong in shape; collects every violation with its path.
//! - [`resource`]: messages that are resources.
//! - [`descriptors`]: the contract at run time.
//! - [`date`], [`page`], [`status`]: days, page tokens, and failures with their details.

pub mod date;
pub mod descriptors;
pub mod names;
pub mod page;
pub mod parse;
pub mod resource;
pub mod status;
mod window;

/// The modules as the packages nest; generated code refers to its neighbours by these paths.
#[expect(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    reason = "generated code"
)]
mod api {
    pub mod google {
        pub mod r#type {
            tonic::include_proto!("google.r#type");
            include!(concat!(env!("OUT_DIR"), "/google.r#type.serde.rs"));
        }
    }
    pub mod thidua {
        pub mod statistics {
            pub mod v1 {
                tonic::include_proto!("thidua.statistics.v1");
                include!(concat!(env!("OUT_DIR"), "/thidua.statistics.v1.serde.rs"));
            }
        }
        pub mod awards {
            pub mod v1 {
                tonic::include_proto!("thidua.awards.v1");
                include!(concat!(env!("OUT_DIR"), "/thidua.awards.v1.serde.rs"));
            }
        }
        pub mod reports {
            pub mod v1 {
                tonic::include_proto!("thidua.reports.v1");
                include!(concat!(env!("OUT_DIR"), "/thidua.reports.v1.serde.rs"));
            }
        }
        pub mod journal {
            pub mod v1 {
                tonic::include_proto!("thidua.journal.v1");
                include!(concat!(env!("OUT_DIR"), "/thidua.journal.v1.serde.rs"));
            }
        }
    }
}

pub use api::google::r#type::Date;
pub use api::thidua::awards::v1 as awards;
pub use api::thidua::journal::v1 as journal;
pub use api::thidua::reports::v1 as reports;
pub use api::thidua::statistics::v1 as statistics;
pub use pbjson_types::{Empty, FieldMask, Timestamp};

/// The compiled descriptor set of all packages, with options and comments.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/thidua.bin"));
