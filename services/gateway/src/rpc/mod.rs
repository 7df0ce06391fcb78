//! The methods, and the door to the services behind.

pub mod forward;
mod journals;
mod reports;

pub use self::journals::journals;
pub use self::reports::{NAME, Reports};
use crate::upstream::STREAMED;

/// Paths that may take as long as their streams do.
pub const STREAMING_METHODS: [&str; 5] = [
    STREAMED[0],
    "/thidua.statistics.v1.FigureService/ExplainFigure",
    "/thidua.statistics.v1.TransferService/ExportRecords",
    thidua_chassis::journal::STREAMING_METHODS[0],
    thidua_chassis::journal::STREAMING_METHODS[1],
];
