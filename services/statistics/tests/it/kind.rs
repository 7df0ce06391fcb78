//! The four kinds of records seen as one, so that what holds for all is tested for each.

use std::fmt::Debug;

use thidua_proto::statistics as proto;
use thidua_proto::statistics::{
    Competence, Execution, Inspection, InspectionBasis, InspectionKind, Matter, MatterExecution,
    MatterInstance, MatterOutcome, Petition, PetitionHandling, PetitionKind, PetitionSubject,
    PriorResolution, Reception, ReceptionMode,
};
use thidua_proto::{Date, Empty};
use tonic::{Request, Response, Status};

use super::harness::*;

/// What every write carries beside its content.
#[derive(Clone, Copy, Default)]
pub(crate) struct WriteOptions {
    pub(crate) caller: Option<&'static str>,
    pub(crate) request_id: &'static str,
    pub(crate) validate_only: bool,
}

impl WriteOptions {
    pub(crate) fn id(request_id: &'static str) -> Self {
        Self { request_id, ..Self::default() }
    }

    pub(crate) fn caller(caller: &'static str) -> Self {
        Self { caller: Some(caller), ..Self::default() }
    }

    pub(crate) fn check() -> Self {
        Self { validate_only: true, ..Self::default() }
    }

    fn request<T>(self, message: T) -> Request<T> {
        match self.caller {
            Some(caller) => by(caller, message),
            None => Request::new(message),
        }
    }
}

/// Which records to list.
#[derive(Clone, Default)]
pub(crate) struct ListArguments {
    pub(crate) parent: &'static str,
    pub(crate) size: i32,
    pub(crate) token: String,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) kinds: Vec<i32>,
}

/// A kind of record with its five methods.
pub(crate) trait Kind: Debug + Clone + Default + PartialEq + 'static {
    /// The field of requests that holds one, and the collection; the filter's fields.
    const FIELD: &'static str;
    const PLURAL: &'static str;
    const FILTER: [&'static str; 3];
    /// A field that every sample differs in, for masks.
    const CHANGED: &'static str;

    /// A record with every field set that can be together.
    fn sample() -> Self;
    /// The same with `CHANGED` and one other field changed.
    fn changed() -> Self;
    /// With another day, the one by which records are listed, and of the second of its kinds if asked.
    fn on(date: Option<Date>, second: bool) -> Self;
    /// A row of an import.
    fn row(self) -> proto::import_row::Record;
    fn output(&mut self) -> (&mut String, &mut String);
    fn content(&self) -> Self;
    /// Without what is computed at every answer.
    fn without_deadlines(self) -> Self {
        self
    }

    async fn create(
        service: &Service,
        parent: &str,
        id: &str,
        record: Option<Self>,
        terms: WriteOptions,
    ) -> Result<Response<Self>, Status>;
    async fn update(
        service: &Service,
        record: Option<Self>,
        paths: &[&str],
        terms: WriteOptions,
    ) -> Result<Response<Self>, Status>;
    async fn delete(
        service: &Service,
        name: &str,
        etag: &str,
        terms: WriteOptions,
    ) -> Result<Response<Empty>, Status>;
    async fn read(service: &Service, name: &str) -> Result<Response<Self>, Status>;
    async fn list(service: &Service, asked: ListArguments) -> Result<(Vec<Self>, String), Status>;

    /// Its name in the unit.
    fn name_of(id: &str) -> String {
        format!("{UNIT}/{}/{id}", Self::PLURAL)
    }

    fn name(&self) -> String {
        self.clone().output().0.clone()
    }

    fn etag(&self) -> String {
        self.clone().output().1.clone()
    }

    /// With a name and an etag, as for an update.
    fn named(mut self, name: &str, etag: &str) -> Self {
        let (own_name, own_etag) = self.output();
        name.clone_into(own_name);
        etag.clone_into(own_etag);
        self
    }

    /// A sample, created.
    async fn made(service: &Service, id: &str) -> Self {
        Self::create(service, UNIT, id, Some(Self::sample()), WriteOptions::default())
            .await
            .unwrap()
            .into_inner()
    }
}

/// Implements the parts of [`Kind`] that differ only in names.
macro_rules! calls {
    (
        $message:ident, $field:ident, $plural:ident, $id:ident, $client:ident, [$from:ident, $to:ident, $kinds:ident],
        $create:ident $Create:ident, $update:ident $Update:ident, $delete:ident $Delete:ident, $get:ident $Get:ident,
        $list:ident $List:ident
    ) => {
        const FIELD: &'static str = stringify!($field);
        const PLURAL: &'static str = stringify!($plural);
        const FILTER: [&'static str; 3] = [stringify!($from), stringify!($to), stringify!($kinds)];

        fn row(self) -> proto::import_row::Record {
            proto::import_row::Record::$message(self)
        }

        fn output(&mut self) -> (&mut String, &mut String) {
            (&mut self.name, &mut self.etag)
        }

        fn content(&self) -> Self {
            let (name, etag) = (String::new(), String::new());
            Self { name, etag, create_time: None, update_time: None, ..self.clone() }.without_deadlines()
        }

        async fn create(
            service: &Service,
            parent: &str,
            id: &str,
            record: Option<Self>,
            terms: WriteOptions,
        ) -> Result<Response<Self>, Status> {
            let request = proto::$Create {
                parent: parent.to_owned(),
                $id: id.to_owned(),
                $field: record,
                request_id: terms.request_id.to_owned(),
                validate_only: terms.validate_only,
            };
            service.$client().$create(terms.request(request)).await
        }

        async fn update(
            service: &Service,
            record: Option<Self>,
            paths: &[&str],
            terms: WriteOptions,
        ) -> Result<Response<Self>, Status> {
            let request = proto::$Update {
                $field: record,
                update_mask: mask(paths),
                request_id: terms.request_id.to_owned(),
                validate_only: terms.validate_only,
            };
            service.$client().$update(terms.request(request)).await
        }

        async fn delete(
            service: &Service,
            name: &str,
            etag: &str,
            terms: WriteOptions,
        ) -> Result<Response<Empty>, Status> {
            let request = proto::$Delete {
                name: name.to_owned(),
                etag: etag.to_owned(),
                request_id: terms.request_id.to_owned(),
                validate_only: terms.validate_only,
            };
            service.$client().$delete(terms.request(request)).await
        }

        async fn read(service: &Service, name: &str) -> Result<Response<Self>, Status> {
            service.$client().$get(proto::$Get { name: name.to_owned() }).await
        }

        async fn list(service: &Service, asked: ListArguments) -> Result<(Vec<Self>, String), Status> {
            let mut request = proto::$List::default();
            (request.parent, request.page_size, request.page_token) =
                (asked.parent.to_owned(), asked.size, asked.token);
            (request.$from, request.$to, request.$kinds) = (asked.from, asked.to, asked.kinds);
            let page = service.$client().$list(request).await?.into_inner();
            Ok((page.$plural, page.next_page_token))
        }
    };
}

impl Kind for Inspection {
    calls!(
        Inspection, inspection, inspections, inspection_id, inspections, [start_from, start_to, kinds],
        create_inspection CreateInspectionRequest, update_inspection UpdateInspectionRequest,
        delete_inspection DeleteInspectionRequest, get_inspection GetInspectionRequest,
        list_inspections ListInspectionsRequest
    );
    const CHANGED: &'static str = "title";

    fn sample() -> Self {
        Self {
            title: "Quản lý đất đai tại huyện Gia Bình".to_owned(),
            kind: InspectionKind::Administrative.into(),
            basis: InspectionBasis::Unplanned.into(),
            thematic: true,
            reinspection: true,
            start_date: day(2023, 2, 1),
            conclusion_date: day(2023, 5, 31),
            inspected_unit_count: 3,
            recovery_amount_vnd: 43_586_274_000,
            recovery_area_m2: 1200,
            other_amount_vnd: 5_000_000,
            other_area_m2: 80,
            handled_organization_count: 4,
            handled_person_count: 9,
            referred_case_count: 1,
            referred_person_count: 2,
            policy_document_count: 1,
            executions: vec![
                Execution {
                    execution_date: day(2023, 6, 30),
                    recovered_amount_vnd: 40_000_000_000,
                    recovered_area_m2: 1000,
                    disciplined_organization_count: 2,
                    disciplined_person_count: 5,
                    prosecuted_case_count: 1,
                    prosecuted_person_count: 2,
                    completed: false,
                },
                Execution { execution_date: day(2023, 9, 1), completed: true, ..Default::default() },
            ],
            ..Default::default()
        }
    }

    fn changed() -> Self {
        Self { title: "Khác".to_owned(), inspected_unit_count: 7, ..Self::sample() }
    }

    fn on(date: Option<Date>, second: bool) -> Self {
        let kind = if second { InspectionKind::Specialized } else { InspectionKind::Administrative };
        let sample = Self { start_date: date, conclusion_date: None, kind: kind.into(), ..Self::default() };
        let basis = InspectionBasis::Planned.into();
        Self { title: "Kiểm tra".to_owned(), basis, inspected_unit_count: 1, ..sample }
    }
}

impl Kind for Reception {
    calls!(
        Reception, reception, receptions, reception_id, receptions, [reception_from, reception_to, modes],
        create_reception CreateReceptionRequest, update_reception UpdateReceptionRequest,
        delete_reception DeleteReceptionRequest, get_reception GetReceptionRequest,
        list_receptions ListReceptionsRequest
    );
    const CHANGED: &'static str = "people_count";

    fn sample() -> Self {
        Self {
            reception_date: day(2023, 2, 1),
            mode: ReceptionMode::Head.into(),
            people_count: 6,
            first_time_matter_count: 2,
            repeat_matter_count: 1,
            opens_session: true,
            ..Default::default()
        }
    }

    fn changed() -> Self {
        Self { people_count: 2, repeat_matter_count: 4, ..Self::sample() }
    }

    fn on(date: Option<Date>, second: bool) -> Self {
        let mode = if second { ReceptionMode::Head } else { ReceptionMode::Regular };
        Self { reception_date: date, mode: mode.into(), opens_session: second, ..Self::sample() }
    }
}

impl Kind for Petition {
    calls!(
        Petition, petition, petitions, petition_id, petitions, [received_from, received_to, kinds],
        create_petition CreatePetitionRequest, update_petition UpdatePetitionRequest,
        delete_petition DeletePetitionRequest, get_petition GetPetitionRequest, list_petitions ListPetitionsRequest
    );
    const CHANGED: &'static str = "signer_count";

    fn without_deadlines(self) -> Self {
        Self { deadlines: Vec::new(), ..self }
    }

    fn sample() -> Self {
        Self {
            received_date: day(2023, 2, 1),
            kind: PetitionKind::Complaint.into(),
            signer_count: Some(5),
            processed_date: day(2023, 2, 8),
            qualified: true,
            competence: Some(Competence::Within.into()),
            handling: Some(PetitionHandling::Accepted.into()),
            subject: Some(PetitionSubject::Land.into()),
            prior_resolution: Some(PriorResolution::First.into()),
            instance: Some(MatterInstance::Second.into()),
            at_reception: true,
            repeats_matter: true,
            replied_date: day(2023, 2, 20),
            complex: true,
            remote: true,
            several_places: true,
            content_token: "5f".repeat(32),
            ..Default::default()
        }
    }

    fn changed() -> Self {
        Self { signer_count: Some(1), processed_date: day(2023, 2, 9), ..Self::sample() }
    }

    fn on(date: Option<Date>, second: bool) -> Self {
        let kind = if second { PetitionKind::Denunciation } else { PetitionKind::Complaint };
        Self { received_date: date, kind: kind.into(), signer_count: Some(1), ..Self::default() }
    }
}

impl Kind for Matter {
    calls!(
        Matter, matter, matters, matter_id, petitions, [accepted_from, accepted_to, kinds],
        create_matter CreateMatterRequest, update_matter UpdateMatterRequest, delete_matter DeleteMatterRequest,
        get_matter GetMatterRequest, list_matters ListMattersRequest
    );
    const CHANGED: &'static str = "due_date";

    fn without_deadlines(self) -> Self {
        Self { deadlines: Vec::new(), ..self }
    }

    fn sample() -> Self {
        Self {
            kind: PetitionKind::Complaint.into(),
            competence: Competence::Within.into(),
            accepted_date: day(2023, 2, 1),
            instance: Some(MatterInstance::Second.into()),
            due_date: day(2023, 4, 1),
            resolved_date: day(2023, 3, 15),
            outcome: Some(MatterOutcome::PartlyUpheld.into()),
            petition_count: Some(3),
            recovery_amount_vnd: 120_000_000,
            recovery_area_m2: 300,
            return_organization_amount_vnd: 15_000_000,
            return_organization_area_m2: 40,
            return_person_amount_vnd: 70_000_000,
            return_person_area_m2: 150,
            benefited_organization_count: 1,
            benefited_person_count: 4,
            handled_person_count: 3,
            handled_official_count: 2,
            referred_case_count: 1,
            referred_person_count: 2,
            referred_official_count: 1,
            requires_execution: true,
            executions: vec![
                MatterExecution {
                    execution_date: day(2023, 4, 15),
                    recovered_amount_vnd: 100_000_000,
                    recovered_area_m2: 300,
                    returned_organization_amount_vnd: 15_000_000,
                    returned_organization_area_m2: 40,
                    returned_person_amount_vnd: 60_000_000,
                    returned_person_area_m2: 100,
                    disciplined_organization_count: 1,
                    disciplined_person_count: 3,
                    disciplined_official_count: 2,
                    prosecuted_case_count: 1,
                    prosecuted_person_count: 2,
                    prosecuted_official_count: 1,
                    completed: false,
                },
                MatterExecution { execution_date: day(2023, 5, 2), completed: true, ..Default::default() },
            ],
            complex: true,
            remote: true,
            extension_count: 1,
            disciplinary: true,
            content_token: "5f".repeat(32),
            ..Default::default()
        }
    }

    fn changed() -> Self {
        Self { due_date: day(2023, 3, 1), outcome: Some(MatterOutcome::Upheld.into()), ..Self::sample() }
    }

    fn on(date: Option<Date>, second: bool) -> Self {
        let kind = if second { PetitionKind::Denunciation } else { PetitionKind::Complaint };
        let (competence, instance) = (Competence::Within.into(), Some(MatterInstance::Second.into()));
        Self { accepted_date: date, kind: kind.into(), competence, instance, ..Self::default() }
    }
}

/// One test for each behaviour and kind: the behaviours are functions of the module that calls.
macro_rules! of_every_kind {
    ($($behaviour:ident),* $(,)?) => {
        mod inspection {
            $(#[tokio::test]
            async fn $behaviour() {
                super::$behaviour::<thidua_proto::statistics::Inspection>().await;
            })*
        }
        mod reception {
            $(#[tokio::test]
            async fn $behaviour() {
                super::$behaviour::<thidua_proto::statistics::Reception>().await;
            })*
        }
        mod petition {
            $(#[tokio::test]
            async fn $behaviour() {
                super::$behaviour::<thidua_proto::statistics::Petition>().await;
            })*
        }
        mod matter {
            $(#[tokio::test]
            async fn $behaviour() {
                super::$behaviour::<thidua_proto::statistics::Matter>().await;
            })*
        }
    };
}
pub(crate) use of_every_kind;
