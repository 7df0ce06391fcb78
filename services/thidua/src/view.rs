//! By which units, and as of when, figures and forms are told.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use thidua_proto::date;
use thidua_proto::statistics::Structure;

/// What the records said then, or say now, of the units of then or of a day.
#[derive(Debug, Clone, Args)]
pub(crate) struct View {
    /// By the units as they are, each with what it took over from those before it, in place of the units as they were
    #[arg(long)]
    as_now: bool,
    /// By the units as they are on this day, as yyyy-mm-dd
    #[arg(long, requires = "as_now")]
    on: Option<Date>,
    /// As it stood at this revision of the journal
    #[arg(long, conflicts_with = "as_of_time")]
    as_of_revision: Option<i64>,
    /// As it stood at this time, such as 2023-11-21T17:00:00+07:00
    #[arg(long)]
    as_of_time: Option<Timestamp>,
}

impl View {
    /// The fields `structure` and `structure_date`.
    pub(crate) fn structure(&self) -> (Option<i32>, Option<thidua_proto::Date>) {
        (self.as_now.then(|| Structure::AsNow.into()), self.on.map(date::to_wire))
    }

    /// The fields `as_of_revision` and `as_of_time`.
    pub(crate) fn as_of(&self) -> (Option<i64>, Option<thidua_proto::Timestamp>) {
        let wire = |time: Timestamp| thidua_proto::Timestamp {
            seconds: time.as_second(),
            nanos: time.subsec_nanosecond(),
        };
        (self.as_of_revision, self.as_of_time.map(wire))
    }
}
