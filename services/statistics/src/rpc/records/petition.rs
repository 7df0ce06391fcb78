//! Petitions: their conversions and the methods on them.

use jiff::civil::Date;
use thidua_chassis::list::ListQuery;
use thidua_proto::names::RecordKind;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use tonic::{Response, Status};

use crate::domain::deadlines::facts::Circumstances;
use crate::domain::deadlines::facts::{Instance, Kind};
use crate::domain::records::petition::{
    Competence, Handling, Petition, PriorResolution, Processing, Subject,
};
use crate::domain::records::record::Record;
use crate::rpc::records::content;
use crate::rpc::records::list as lists;
use crate::rpc::records::record::{RecordMessage, count, matter, refuse_given};
use crate::rpc::records::write;
use crate::rpc::service::Statistics;

impl RecordMessage for proto::Petition {
    const KIND: RecordKind = RecordKind::Petition;

    fn name_and_etag(&self) -> (&str, &str) {
        (&self.name, &self.etag)
    }

    fn matter(&self) -> &str {
        &self.matter
    }

    fn parse(&self, v: &mut Violations) -> Option<Record> {
        let received_date = v.required_day("received_date", self.received_date);
        let kind = v.choice("kind", self.kind).and_then(kind);
        // Nobody counts the signers of an ordinary letter.
        let signers = count(v, "signer_count", self.signer_count.unwrap_or(1), 1..=10_000);
        if self.anonymous && signers > Some(1) {
            let when = ("for letters that are signed", "với đơn có người đứng tên");
            v.refuse("signer_count", Problem::Unwanted { when });
        }
        let processing = parse_processing(self, received_date, v);
        let matter = matter(v, &self.matter);
        let subject = v.optional_choice("subject", self.subject).map(|found| found.and_then(subject));
        let prior_resolution =
            v.optional_choice("prior_resolution", self.prior_resolution).map(|found| found.and_then(prior));
        let instance = v.optional_choice("instance", self.instance).map(|found| found.and_then(instance));
        let content = content::token(v, &self.content_token);
        Some(Record::Petition(Petition {
            received_date: received_date?,
            kind: kind?,
            signers: signers?,
            processing: processing?,
            matter: matter?,
            anonymous: self.anonymous,
            subject: subject?,
            prior_resolution: prior_resolution?,
            instance: instance?,
            at_reception: self.at_reception,
            repeats_matter: self.repeats_matter,
            circumstances: Circumstances {
                complex: self.complex,
                remote: self.remote,
                several_places: self.several_places,
            },
            content: content?,
        }))
    }

    /// The forms know three columns of petitions outside competence. Earlier ones could also be returned or stored.
    fn parse_new(&self, v: &mut Violations) -> Option<Record> {
        let record = self.parse(v);
        if self.qualified
            && self.competence() == proto::Competence::Outside
            && matches!(self.handling(), proto::PetitionHandling::Returned | proto::PetitionHandling::Stored)
        {
            let when = (
                "for petitions within competence or not qualified; others are guided, forwarded or urged",
                "với đơn thuộc thẩm quyền hoặc không đủ điều kiện xử lý; đơn khác được hướng dẫn, chuyển hoặc đôn đốc",
            );
            v.refuse("handling", Problem::Unwanted { when });
        }
        record
    }

    fn deadlines(&mut self) -> Option<&mut Vec<proto::Deadline>> {
        Some(&mut self.deadlines)
    }
}

/// `Some(None)` while the petition waits.
fn parse_processing(
    m: &proto::Petition,
    received_date: Option<Date>,
    v: &mut Violations,
) -> Option<Option<Processing>> {
    const PROCESSED: Problem =
        Problem::Unwanted { when: ("with a processed_date", "khi có processed_date (ngày xử lý)") };
    let date = v.day("processed_date", m.processed_date);
    v.order(("received_date", received_date), ("processed_date", date.flatten()));
    let replied_date = v.day("replied_date", m.replied_date);
    v.order(("processed_date", date.flatten()), ("replied_date", replied_date.flatten()));
    let competence = v.optional_choice("competence", m.competence).map(|found| found.and_then(competence));
    let handling = v.optional_choice("handling", m.handling).map(|found| found.and_then(handling));
    let (date, competence, handling, replied_date) = (date?, competence?, handling?, replied_date?);
    let Some(date) = date else {
        let given = [
            ("qualified", m.qualified),
            ("competence", competence.is_some()),
            ("handling", handling.is_some()),
            ("replied_date", replied_date.is_some()),
        ];
        refuse_given(v, &given, &PROCESSED);
        return Some(None);
    };
    match (m.qualified, competence) {
        (true, None) => v.refuse("competence", Problem::Required),
        (false, Some(_)) => v.refuse(
            "competence",
            Problem::Unwanted {
                when: ("for qualified petitions", "với đơn đủ điều kiện xử lý (qualified)")
            },
        ),
        (true, Some(_)) | (false, None) => {}
    }
    if handling == Some(Handling::Accepted) && competence != Some(Competence::Within) {
        let when = ("within competence", "khi thuộc thẩm quyền (competence = within)");
        v.refuse("handling", Problem::Unwanted { when });
    }
    if handling.is_none() {
        v.refuse("handling", Problem::Required);
    }
    let qualified = competence.filter(|_| m.qualified);
    Some(Some(Processing { date, qualified, handling: handling?, replied_date }))
}

impl From<&Petition> for proto::Petition {
    fn from(petition: &Petition) -> Self {
        let message = Self {
            received_date: Some(thidua_proto::date::to_wire(petition.received_date)),
            kind: kind_to_proto(petition.kind).into(),
            signer_count: Some(petition.signers.into()),
            matter: petition.matter.as_ref().map(ToString::to_string).unwrap_or_default(),
            anonymous: petition.anonymous,
            subject: petition.subject.map(|subject| subject_to_proto(subject).into()),
            prior_resolution: petition.prior_resolution.map(|prior| prior_to_proto(prior).into()),
            instance: petition.instance.map(|instance| instance_to_proto(instance).into()),
            at_reception: petition.at_reception,
            repeats_matter: petition.repeats_matter,
            complex: petition.circumstances.complex,
            remote: petition.circumstances.remote,
            several_places: petition.circumstances.several_places,
            content_token: petition.content.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..Self::default()
        };
        let Some(processing) = petition.processing else { return message };
        Self {
            processed_date: Some(thidua_proto::date::to_wire(processing.date)),
            qualified: processing.qualified.is_some(),
            competence: processing.qualified.map(|competence| competence_to_proto(competence).into()),
            handling: Some(match processing.handling {
                Handling::Accepted => proto::PetitionHandling::Accepted.into(),
                Handling::Guided => proto::PetitionHandling::Guided.into(),
                Handling::Forwarded => proto::PetitionHandling::Forwarded.into(),
                Handling::Urged => proto::PetitionHandling::Urged.into(),
                Handling::Returned => proto::PetitionHandling::Returned.into(),
                Handling::Stored => proto::PetitionHandling::Stored.into(),
            }),
            replied_date: processing.replied_date.map(thidua_proto::date::to_wire),
            ..message
        }
    }
}

pub(in crate::rpc) fn kind(kind: proto::PetitionKind) -> Option<Kind> {
    match kind {
        proto::PetitionKind::Unspecified => None,
        proto::PetitionKind::Complaint => Some(Kind::Complaint),
        proto::PetitionKind::Denunciation => Some(Kind::Denunciation),
        proto::PetitionKind::Proposal => Some(Kind::Proposal),
    }
}

pub(in crate::rpc) fn kind_to_proto(kind: Kind) -> proto::PetitionKind {
    match kind {
        Kind::Complaint => proto::PetitionKind::Complaint,
        Kind::Denunciation => proto::PetitionKind::Denunciation,
        Kind::Proposal => proto::PetitionKind::Proposal,
    }
}

pub(in crate::rpc) fn competence(competence: proto::Competence) -> Option<Competence> {
    match competence {
        proto::Competence::Unspecified => None,
        proto::Competence::Within => Some(Competence::Within),
        proto::Competence::Outside => Some(Competence::Outside),
    }
}

pub(in crate::rpc) fn competence_to_proto(competence: Competence) -> proto::Competence {
    match competence {
        Competence::Within => proto::Competence::Within,
        Competence::Outside => proto::Competence::Outside,
    }
}

pub(in crate::rpc) fn instance(instance: proto::MatterInstance) -> Option<Instance> {
    match instance {
        proto::MatterInstance::Unspecified => None,
        proto::MatterInstance::First => Some(Instance::First),
        proto::MatterInstance::Second => Some(Instance::Second),
    }
}

pub(in crate::rpc) fn instance_to_proto(instance: Instance) -> proto::MatterInstance {
    match instance {
        Instance::First => proto::MatterInstance::First,
        Instance::Second => proto::MatterInstance::Second,
    }
}

fn subject(subject: proto::PetitionSubject) -> Option<Subject> {
    match subject {
        proto::PetitionSubject::Unspecified => None,
        proto::PetitionSubject::Policy => Some(Subject::Policy),
        proto::PetitionSubject::Land => Some(Subject::Land),
        proto::PetitionSubject::Officials => Some(Subject::Officials),
        proto::PetitionSubject::OtherAdministrative => Some(Subject::OtherAdministrative),
        proto::PetitionSubject::Corruption => Some(Subject::Corruption),
        proto::PetitionSubject::Judicial => Some(Subject::Judicial),
        proto::PetitionSubject::Party => Some(Subject::Party),
        proto::PetitionSubject::Other => Some(Subject::Other),
    }
}

fn subject_to_proto(subject: Subject) -> proto::PetitionSubject {
    match subject {
        Subject::Policy => proto::PetitionSubject::Policy,
        Subject::Land => proto::PetitionSubject::Land,
        Subject::Officials => proto::PetitionSubject::Officials,
        Subject::OtherAdministrative => proto::PetitionSubject::OtherAdministrative,
        Subject::Corruption => proto::PetitionSubject::Corruption,
        Subject::Judicial => proto::PetitionSubject::Judicial,
        Subject::Party => proto::PetitionSubject::Party,
        Subject::Other => proto::PetitionSubject::Other,
    }
}

fn prior(prior: proto::PriorResolution) -> Option<PriorResolution> {
    match prior {
        proto::PriorResolution::Unspecified => None,
        proto::PriorResolution::None => Some(PriorResolution::Unresolved),
        proto::PriorResolution::InProgress => Some(PriorResolution::InProgress),
        proto::PriorResolution::First => Some(PriorResolution::First),
        proto::PriorResolution::Second => Some(PriorResolution::Second),
        proto::PriorResolution::Judgment => Some(PriorResolution::Judgment),
        proto::PriorResolution::Overdue => Some(PriorResolution::Overdue),
    }
}

fn prior_to_proto(prior: PriorResolution) -> proto::PriorResolution {
    match prior {
        PriorResolution::Unresolved => proto::PriorResolution::None,
        PriorResolution::InProgress => proto::PriorResolution::InProgress,
        PriorResolution::First => proto::PriorResolution::First,
        PriorResolution::Second => proto::PriorResolution::Second,
        PriorResolution::Judgment => proto::PriorResolution::Judgment,
        PriorResolution::Overdue => proto::PriorResolution::Overdue,
    }
}

fn handling(handling: proto::PetitionHandling) -> Option<Handling> {
    match handling {
        proto::PetitionHandling::Unspecified => None,
        proto::PetitionHandling::Accepted => Some(Handling::Accepted),
        proto::PetitionHandling::Guided => Some(Handling::Guided),
        proto::PetitionHandling::Forwarded => Some(Handling::Forwarded),
        proto::PetitionHandling::Urged => Some(Handling::Urged),
        proto::PetitionHandling::Returned => Some(Handling::Returned),
        proto::PetitionHandling::Stored => Some(Handling::Stored),
    }
}

/// The petitions that a request asks for.
pub(in crate::rpc) async fn list_petitions(
    service: &Statistics,
    mut request: proto::ListPetitionsRequest,
) -> Result<Response<proto::ListPetitionsResponse>, Status> {
    let page = ListQuery::take(&mut request.page_size, &mut request.page_token);
    let filter = lists::Filter {
        parent: &request.parent,
        first: ("received_from", request.received_from),
        last: ("received_to", request.received_to),
        kinds: &lists::kinds::<proto::PetitionKind>("kinds", &request.kinds),
        overdue_on: request.overdue_on,
        content_token: &request.content_token,
        matter: &request.matter,
    };
    let (petitions, next_page_token) =
        lists::list(service, &page, &request, filter, |petition: &proto::Petition| {
            lists::wanted(&request.kinds, petition.kind)
                && lists::named(&request.content_token, &petition.content_token)
                && lists::named(&request.matter, &petition.matter)
        })
        .await?;
    Ok(Response::new(proto::ListPetitionsResponse { petitions, next_page_token }))
}

write::requests!(
    proto::Petition,
    petition,
    petition_id,
    (proto::CreatePetitionRequest, "thidua.statistics.v1.PetitionService/CreatePetition"),
    (proto::UpdatePetitionRequest, "thidua.statistics.v1.PetitionService/UpdatePetition"),
    (proto::DeletePetitionRequest, "thidua.statistics.v1.PetitionService/DeletePetition")
);
