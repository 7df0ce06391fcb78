//! What surrounds every call: who may come in at all, its trace, its caller, its deadline, its place among the calls under
//! way, the minimum revision of reads, the revision token of writes, and details on failures that the transport itself makes.

mod connection_use;
mod door;
mod headers;
mod limits;
mod metadata;
mod methods;
mod open_calls;
mod places;
mod refusal;
mod service;

pub use self::connection_use::ConnectionUse;
pub use self::door::Door;
pub use self::headers::timeout;
pub use self::limits::{Deadlines, MOST_BYTES};
pub use self::metadata::{Deadline, MIN_REVISION, REVISION, Revision, at_revision};
pub use self::methods::{Kind, Methods};
pub use self::open_calls::{OpenCalls, Patience};
pub use self::places::{Places, Quotas};
pub use self::service::{Edge, EdgeService};
