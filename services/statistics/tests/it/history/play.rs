//! Plays a history through the service, and keeps beside it what must then be there: the records as they were accepted, the
//! figures as they were read, the returns as they were approved.

mod returns;
mod successions;

use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};
use thidua_proto::date::{from_wire, to_wire};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::import_row::Record;
use thidua_proto::statistics::{ErrorReason, ReturnApproval, Structure};
use tonic::{Response, Status};

use super::{Draft, Step, draw};
use crate::harness::*;
use crate::kind::{Kind, WriteOptions};
use crate::transfer::{header_for, last, send};

/// The day on which histories begin, and how many days go by with each step.
pub(super) const BEGIN: Date = date(2022, 1, 1);
const PACE: i64 = 20;

pub(super) const CALENDAR: &str = "tt-02-2021";
/// Does the same with a record of any kind.
macro_rules! of_any_kind {
    ($record:expr, $one:ident => $do:expr) => {
        match $record {
            Record::Petition($one) => $do,
            Record::Reception($one) => $do,
            Record::Inspection($one) => $do,
            Record::Matter($one) => $do,
        }
    };
}

/// A unit as the test knows it.
struct Home {
    name: String,
    open: Date,
    close: Option<Date>,
    /// When it last gave or took over figures.
    moved: Date,
}

/// A history that was played.
pub(super) struct Play {
    pub(super) service: Service,
    /// What must be listed, by name.
    pub(super) records: BTreeMap<String, Record>,
    /// What was asked, and answered then.
    pub(super) reads: Vec<(proto::ComputeFiguresRequest, proto::ComputeFiguresResponse)>,
    /// What forms said, and when.
    pub(super) forms: Vec<(proto::FillFormRequest, proto::FillFormResponse)>,
    /// What was approved of each return, oldest first.
    pub(super) approvals: BTreeMap<String, Vec<ReturnApproval>>,
    /// How often each kind of step was accepted.
    pub(super) done: BTreeMap<&'static str, usize>,
    pub(super) measures: Vec<proto::Measure>,
    units: Vec<Home>,
    present: Date,
    ids: usize,
}

pub(super) fn days(count: i64) -> Span {
    Span::new().days(count)
}

/// The day by which a record is listed, which must be one of its unit's.
fn listed_on(record: &Record) -> Date {
    let day = match record {
        Record::Petition(one) => one.received_date,
        Record::Reception(one) => one.reception_date,
        Record::Inspection(one) => one.start_date,
        Record::Matter(one) => one.accepted_date,
    };
    from_wire(day.unwrap()).unwrap()
}

fn plural<K: Kind>(_: &K) -> &'static str {
    K::PLURAL
}

fn collection(record: &Record) -> &'static str {
    of_any_kind!(record, one => plural(one))
}

/// Everything that a history says, done in its order.
pub(super) async fn play(history: &[Step]) -> Play {
    let service = Service::empty().await;
    let mut units = Vec::new();
    for (name, superior) in
        [(ABOVE, ""), (UNIT, ABOVE), ("units/so-y-te", ABOVE), ("units/so-xay-dung", ABOVE)]
    {
        service.directory().create_unit(create_unit(name, superior)).await.unwrap();
        let open = date(1997, 1, 1);
        units.push(Home { name: name.to_owned(), open, close: None, moved: open });
    }
    let measures = service
        .figures()
        .list_measures(proto::ListMeasuresRequest::default())
        .await
        .unwrap()
        .into_inner()
        .measures;
    let mut play = Play {
        service,
        measures,
        records: BTreeMap::new(),
        reads: Vec::new(),
        forms: Vec::new(),
        approvals: BTreeMap::new(),
        done: BTreeMap::new(),
        units,
        present: BEGIN.saturating_add(90.days()),
        ids: 0,
    };
    for step in history {
        play.step(step).await;
        play.present = play.present.saturating_add(days(PACE));
    }
    play
}

impl Play {
    async fn step(&mut self, step: &Step) {
        match step {
            Step::Create { unit, draft } => self.create(*unit, draft).await,
            Step::Update { which, draft } => self.update(*which, draft).await,
            Step::Delete { which } => self.delete(*which).await,
            Step::Import { unit, drafts } => self.import(*unit, drafts).await,
            Step::File { unit, form, period } => self.file(*unit, *form, *period).await,
            Step::Restate { which, draft } => self.restate(*which, draft).await,
            Step::Succeed(plan) => self.succeed(plan).await,
            Step::Read { first, length, now, of } => self.read(*first, *length, *now, *of).await,
        }
    }

    /// What a step answers; `None` where it was refused for a reason that is its due.
    fn taken<T: Debug>(
        &mut self,
        step: &'static str,
        result: Result<T, Status>,
        due: &[ErrorReason],
    ) -> Option<T> {
        if let Ok(answer) = result {
            *self.done.entry(step).or_default() += 1;
            return Some(answer);
        }
        let (reason, told) = thidua_tests::call::refusal(result, DOMAIN);
        assert!(due.iter().any(|due| due.as_str_name() == reason), "{step}: {reason} {told:?}");
        None
    }

    fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("n{}", self.ids)
    }

    /// A record on one of the days before the present, and that day.
    fn drawn(&self, draft: &Draft) -> (Date, Record) {
        let day = self.present.saturating_sub(days(draft.days_ago)).max(BEGIN);
        (day, self.drawn_on(day, draft.kind, draft))
    }

    fn drawn_on(&self, day: Date, kind: usize, draft: &Draft) -> Record {
        let matters: Vec<&String> = self.records.keys().filter(|name| name.contains("/matters/")).collect();
        let about = matters.get(draft.about % matters.len().max(1)).map_or("", |name| name.as_str());
        draw::record(kind, day, about, draft.seed)
    }

    async fn create(&mut self, unit: usize, draft: &Draft) {
        let (day, record) = self.drawn(draft);
        let unit = self.unit_on(day, unit);
        self.enter("create", &unit, record, &[ErrorReason::PeriodLocked]).await;
    }

    /// One of the units that exist on a day.
    fn unit_on(&self, day: Date, which: usize) -> String {
        let exists = |unit: &&Home| unit.open <= day && unit.close.is_none_or(|close| day <= close);
        let there: Vec<&Home> = self.units.iter().filter(exists).collect();
        there[which % there.len()].name.clone()
    }

    async fn enter(&mut self, step: &'static str, unit: &str, record: Record, due: &[ErrorReason]) {
        let id = self.new_id();
        let (name, terms) =
            (format!("{unit}/{}/{id}", collection(&record)), WriteOptions::caller(RECORDER_ABOVE));
        let created = of_any_kind!(record.clone(), one => {
            Kind::create(&self.service, unit, &id, Some(one), terms).await.map(|answer| answer.get_ref().name())
        });
        if let Some(found) = self.taken(step, created, due) {
            assert_eq!(found, name);
            self.records.insert(name, record);
        }
    }

    async fn update(&mut self, which: usize, draft: &Draft) {
        let (_, record) = self.drawn(draft);
        let alike: Vec<&String> = self
            .records
            .iter()
            .filter(|(_, one)| collection(one) == collection(&record))
            .map(|(name, _)| name)
            .collect();
        if alike.is_empty() {
            return;
        }
        let name = alike[which % alike.len()].clone();
        let updated = of_any_kind!(record.clone(), one => {
            Kind::update(&self.service, Some(one.named(&name, "")), &["*"], WriteOptions::default()).await.map(|answer| answer.get_ref().name())
        });
        // The new day may be one on which the unit does not exist.
        if self.taken("update", updated, &[ErrorReason::PeriodLocked, ErrorReason::UnitClosed]).is_some() {
            self.records.insert(name, record);
        }
    }

    async fn delete(&mut self, which: usize) {
        if self.records.is_empty() {
            return;
        }
        let (name, record) = self.records.iter().nth(which % self.records.len()).unwrap();
        let (name, record) = (name.clone(), record.clone());
        let deleted = of_any_kind!(record, one => delete(&self.service, &name, &one).await);
        if self.taken("delete", deleted, &[ErrorReason::PeriodLocked, ErrorReason::ResourceInUse]).is_some() {
            self.records.remove(&name);
        }
    }

    /// A chunk of new records of one unit, and of known ones that the file tells otherwise.
    async fn import(&mut self, unit: usize, drafts: &[Draft]) {
        let unit = self.unit_on(self.present, unit);
        let mut rows: BTreeMap<String, Record> = BTreeMap::new();
        for draft in drafts {
            let (_, record) = self.drawn(draft);
            let parent = format!("{unit}/{}/", collection(&record));
            let known: Vec<&String> = self.records.keys().filter(|name| name.starts_with(&parent)).collect();
            let known = known.get(draft.about % (2 * known.len()).max(1)).map(|name| (*name).clone());
            let name = known.unwrap_or_else(|| parent + &self.new_id());
            rows.insert(name, record);
        }
        let sent = (1..).zip(&rows).map(|(line, (name, record))| {
            let id = name.rsplit('/').next().unwrap().to_owned();
            proto::ImportRow { line, id, record: Some(record.clone()) }
        });
        let parts = vec![header_for(&unit, &self.import_id()), last(1, sent.collect())];
        let answer = send(&self.service, parts).await.map(Response::into_inner);
        let answer = self.taken("import", answer, &[]).unwrap();
        for refused in &answer.refused_rows {
            let due = [ErrorReason::PeriodLocked, ErrorReason::UnitClosed];
            assert!(due.iter().any(|due| due.as_str_name() == refused.reason), "{refused:?}");
        }
        let taken =
            (1..).zip(rows).filter(|(line, _)| !answer.refused_rows.iter().any(|row| row.line == *line));
        self.records.extend(taken.map(|(_, row)| row));
    }

    fn import_id(&mut self) -> String {
        self.ids += 1;
        format!("018f0000-0000-7000-8000-{:012}", self.ids)
    }

    async fn read(&mut self, first: i64, length: i64, now: Option<i64>, of: usize) {
        let first = BEGIN.saturating_add(days(first));
        let request = proto::ComputeFiguresRequest {
            measures: self
                .measures
                .iter()
                .skip(of % EVERY)
                .step_by(EVERY)
                .map(|one| one.code.clone())
                .collect(),
            window: window(Some(to_wire(first)), Some(to_wire(first.saturating_add(days(length))))),
            by_unit: true,
            structure: Some(if now.is_some() { Structure::AsNow } else { Structure::AsThen }.into()),
            structure_date: now.map(|day| to_wire(BEGIN.saturating_add(days(day)))),
            ..Default::default()
        };
        let answer = self.service.figures().compute_figures(request.clone()).await;
        let answer = self.taken("read", answer, &[]).unwrap().into_inner();
        assert_eq!(answer.revision, self.service.head().await);
        let form = proto::FillFormRequest {
            issuing_document: returns::DOCUMENT.to_owned(),
            form: returns::FORMS[of % returns::FORMS.len()].0.to_owned(),
            window: request.window.clone(),
            by_unit: true,
            structure: request.structure,
            structure_date: request.structure_date,
            ..Default::default()
        };
        self.reads.push((request, answer));
        let filled = self.service.figures().fill_form(form.clone()).await;
        if let Some(filled) = self.taken("fill", filled, &[ErrorReason::FormNotInForce]) {
            self.forms.push((form, filled.into_inner()));
        }
    }
}

/// Of how many measures one is read.
const EVERY: usize = 13;

/// Takes a record out that is of the kind of another.
async fn delete<K: Kind>(service: &Service, name: &str, _: &K) -> Result<(), Status> {
    K::delete(service, name, "", WriteOptions::caller(RECORDER_ABOVE)).await.map(drop)
}
