//! How sure an entry of the data is, in messages.

use thidua_proto::statistics as proto;

use crate::domain::text::certainty::Certainty;

pub(super) fn to_proto(certainty: Certainty) -> proto::Certainty {
    match certainty {
        Certainty::Found => proto::Certainty::Found,
        Certainty::SecondHand => proto::Certainty::SecondHand,
        Certainty::Inferred => proto::Certainty::Inferred,
        Certainty::Memory => proto::Certainty::Memory,
    }
}
