//! Messages that are resources: what the server tells of them, and what callers may change.

use pbjson_types::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{awards, statistics};

/// A message that holds a resource.
pub trait Resource: prost::Message + Serialize + DeserializeOwned + Default + Clone + 'static {
    /// The message's name, for the test that compares the lists below with the contract.
    const MESSAGE: &'static str;
    /// The fields that an update may change: those that are neither the name, nor set by the server, nor the etag.
    const CHANGEABLE: &'static [&'static str];

    /// Sets what the server tells.
    fn set_output(&mut self, output: Output);
}

/// What the server tells of a resource.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// The resource's name.
    pub name: String,
    /// When it was created.
    pub create_time: Option<Timestamp>,
    /// When it was last changed.
    pub update_time: Option<Timestamp>,
    /// Its version.
    pub etag: String,
}

/// Implements [`Resource`] for a message: `updated` ones have `update_time` and `etag`, `recorded` ones never change.
macro_rules! resource {
    (updated $message:ty, $name:literal, [$($field:literal),* $(,)?]) => {
        impl Resource for $message {
            const MESSAGE: &'static str = $name;
            const CHANGEABLE: &'static [&'static str] = &[$($field),*];
            fn set_output(&mut self, output: Output) {
                (self.name, self.create_time) = (output.name, output.create_time);
                (self.update_time, self.etag) = (output.update_time, output.etag);
            }
        }
    };
    (recorded $message:ty, $name:literal) => {
        impl Resource for $message {
            const MESSAGE: &'static str = $name;
            const CHANGEABLE: &'static [&'static str] = &[];
            fn set_output(&mut self, output: Output) {
                (self.name, self.create_time) = (output.name, output.create_time);
            }
        }
    };
}

resource!(updated statistics::Return, "thidua.statistics.v1.Return", []);
resource!(
    updated statistics::Unit, "thidua.statistics.v1.Unit",
    ["display_name", "display_name_en", "aliases", "superior", "open_date", "close_date", "codes"]
);
resource!(
    updated statistics::Inspection, "thidua.statistics.v1.Inspection",
    [
        "title", "kind", "basis", "thematic", "reinspection", "start_date", "conclusion_date", "inspected_unit_count",
        "recovery_amount_vnd", "recovery_area_m2", "other_amount_vnd", "other_area_m2", "handled_organization_count",
        "handled_person_count", "referred_case_count", "referred_person_count", "policy_document_count",
        "executions",
    ]
);
resource!(
    updated statistics::Reception, "thidua.statistics.v1.Reception",
    [
        "reception_date", "mode", "people_count", "first_time_matter_count", "repeat_matter_count", "matter",
        "opens_session",
    ]
);
resource!(
    updated statistics::Petition, "thidua.statistics.v1.Petition",
    [
        "received_date", "kind", "signer_count", "processed_date", "qualified", "competence", "handling", "matter",
        "anonymous", "subject", "prior_resolution", "instance", "at_reception", "repeats_matter", "replied_date",
        "complex", "remote", "content_token", "several_places",
    ]
);
resource!(
    updated statistics::Matter, "thidua.statistics.v1.Matter",
    [
        "kind", "competence", "accepted_date", "instance", "due_date", "resolved_date", "outcome", "petition_count",
        "recovery_amount_vnd", "recovery_area_m2", "return_organization_amount_vnd", "return_organization_area_m2",
        "return_person_amount_vnd", "return_person_area_m2", "benefited_organization_count", "benefited_person_count",
        "handled_person_count", "handled_official_count", "referred_case_count", "referred_person_count",
        "referred_official_count", "requires_execution", "executions", "complex", "remote", "extension_count", "content_token",
        "disciplinary",
    ]
);
resource!(
    updated awards::Bloc, "thidua.awards.v1.Bloc",
    ["display_name", "display_name_en", "members"]
);
resource!(
    updated awards::BlocYear, "thidua.awards.v1.BlocYear",
    ["leader", "first_date", "last_date", "conference_date", "pledge_agreement"]
);
resource!(updated awards::Nomination, "thidua.awards.v1.Nomination", ["unit", "title"]);
resource!(recorded awards::Ballot, "thidua.awards.v1.Ballot");
resource!(recorded awards::Award, "thidua.awards.v1.Award");
