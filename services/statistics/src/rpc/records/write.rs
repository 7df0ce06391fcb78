//! Create, update, delete: the same for every kind of record.

use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::edge::at_revision;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::{Change, Committed, Decision, Needs, State};
use thidua_chassis::write_options::{WriteOptions, id_or_new};
use thidua_proto::names::{RecordKind, RecordName, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::{Empty, FieldMask};
use tonic::{Request, Response, Status};

use crate::domain::records::contribution::Contribution;
use crate::domain::records::record::{Record, admit};
use crate::error::Error;
use crate::rpc::locks::lock as locks;
use crate::rpc::records::list as lists;
use crate::rpc::records::record as records;
use crate::rpc::records::record::RecordMessage;
use crate::rpc::records::{contributions, locked_days};
use crate::rpc::service::Statistics;
use crate::rpc::units::unit;
use thidua_chassis::caller::Caller;

/// Parent, id with its field name, record, and the request id with whether it is only a check.
pub(in crate::rpc) type CreateParts<'r, M> =
    (&'r str, (&'static str, &'r str), Option<&'r M>, (&'r str, bool));

/// A request to enter a record.
pub(in crate::rpc) trait CreateRequest: prost::Message {
    type Record: RecordMessage;
    /// Full method name, and the path of the record in the request.
    const METHOD: (&'static str, &'static str);
    /// What it holds.
    fn parts(&self) -> CreateParts<'_, Self::Record>;
}

/// A request to change a record.
pub(in crate::rpc) trait UpdateRequest: prost::Message {
    type Record: RecordMessage;
    /// Full method name, and the path of the record in the request.
    const METHOD: (&'static str, &'static str);
    /// Record, mask, request id, and whether it is only a check.
    fn parts(&self) -> (Option<&Self::Record>, Option<&FieldMask>, (&str, bool));
}

/// A request to take a record out.
pub(in crate::rpc) trait DeleteRequest: prost::Message {
    type Record: RecordMessage;
    /// Full method name.
    const METHOD: &'static str;
    /// Name, etag, request id, and whether it is only a check.
    fn parts(&self) -> (&str, &str, (&str, bool));
}

/// Says where the three requests of a record's kind hold the same things.
macro_rules! requests {
    ($record:ty, $field:ident, $id:ident, ($create:ty, $create_method:literal), ($update:ty, $update_method:literal), ($delete:ty, $delete_method:literal)) => {
        impl write::CreateRequest for $create {
            type Record = $record;
            const METHOD: (&'static str, &'static str) = ($create_method, stringify!($field));
            fn parts(&self) -> write::CreateParts<'_, $record> {
                let id = (stringify!($id), self.$id.as_str());
                (&self.parent, id, self.$field.as_ref(), (&self.request_id, self.validate_only))
            }
        }
        impl write::UpdateRequest for $update {
            type Record = $record;
            const METHOD: (&'static str, &'static str) = ($update_method, stringify!($field));
            fn parts(&self) -> (Option<&$record>, Option<&thidua_proto::FieldMask>, (&str, bool)) {
                (self.$field.as_ref(), self.update_mask.as_ref(), (&self.request_id, self.validate_only))
            }
        }
        impl write::DeleteRequest for $delete {
            type Record = $record;
            const METHOD: &'static str = $delete_method;
            fn parts(&self) -> (&str, &str, (&str, bool)) {
                (&self.name, &self.etag, (&self.request_id, self.validate_only))
            }
        }
    };
}
pub(in crate::rpc) use requests;

pub(in crate::rpc) async fn create<R: CreateRequest>(
    service: &Statistics,
    request: Request<R>,
) -> Result<Response<R::Record>, Status> {
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let (method, field) = R::METHOD;
    let (parent, (id_field, id), message, terms) = request.parts();
    let mut v = Violations::default();
    let parent: Option<UnitName> = v.name("parent", parent);
    let id = id_or_new(&mut v, id_field, id);
    let record = parse_record(&mut v, field, message);
    let terms = WriteOptions::parse(&mut v, method, &caller, &request, terms);
    let (unit, id, record, terms) =
        v.finish((|| Some((parent?, id?, record?, terms?)))()).map_err(Error::from)?;
    service.may_record(&caller, &unit).await?;

    let name = RecordName { unit, kind: R::Record::KIND, id };
    let needs = needs(&name, record.matter());
    let new = New::of(&name, &record);
    let committed = terms.submit(&service.store, needs, move |state, _| new.create(state)).await?;
    answer(service, &committed)
}

fn parse_record<M: RecordMessage>(v: &mut Violations, field: &str, message: Option<&M>) -> Option<Record> {
    if message.is_none() {
        v.refuse(field, Problem::Required);
    }
    v.within(field, |v| message?.parse_new(v))
}

/// What a decision on a record looks at: the unit with its locked periods, the record, the matter.
fn needs(name: &RecordName, matter: Option<&RecordName>) -> Needs {
    let own = [name.unit.to_string(), locks::name(&name.unit), name.to_string()];
    Needs::names(own.into_iter().chain(matter.map(ToString::to_string)))
}

/// A record ready to be entered: everything that can be done before the decision is done.
pub(in crate::rpc) struct New {
    pub(in crate::rpc) name: Arc<str>,
    record_name: RecordName,
    unit: String,
    date: jiff::civil::Date,
    matter: Option<String>,
    contributions: Vec<Contribution>,
    pub(in crate::rpc) change: Change,
}

impl New {
    pub(in crate::rpc) fn of(name: &RecordName, record: &Record) -> Self {
        let index = records::index(&name.unit, record);
        let mut change = Change::put(&name.to_string(), index, records::encode(record));
        change.found_by = record.content().map(|token| token.to_string().into());
        let contributions = record.contributions();
        change.cells = Some(contributions::cells(&name.unit, &contributions).collect());
        Self {
            name: Arc::clone(&change.name),
            record_name: name.clone(),
            unit: name.unit.to_string(),
            date: record.date(),
            matter: record.matter().map(ToString::to_string),
            contributions,
            change,
        }
    }

    pub(in crate::rpc) fn kind(&self) -> RecordKind {
        self.record_name.kind
    }

    fn create(&self, state: &State) -> Result<Decision, Error> {
        self.check(state)?;
        if state.get(&self.name).is_some() {
            return Err(Error::already_exists(&self.name));
        }
        Ok(Decision { changes: vec![self.change.clone()], outcome: None })
    }

    /// The unit must exist on the record's day, the matter must exist, and no locked day may change.
    pub(in crate::rpc) fn check(&self, state: &State) -> Result<(), Error> {
        let unit = state.get(&self.unit).ok_or_else(|| Error::not_found(&self.unit))?;
        admit(&self.record_name.unit, &*unit::decode_held(unit)?, self.date)?;
        locked_days::check(state, &self.record_name, state.get(&self.name), &self.contributions)?;
        match &self.matter {
            Some(matter) if state.get(matter).is_none() => Err(Error::not_found(matter)),
            _ => Ok(()),
        }
    }
}

pub(in crate::rpc) async fn update<R: UpdateRequest>(
    service: &Statistics,
    request: Request<R>,
) -> Result<Response<R::Record>, Status> {
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let (method, field) = R::METHOD;
    let (message, mask, terms) = request.parts();
    let mut v = Violations::default();
    match message {
        Some(message) => refuse_unknown_values(&mut v, field, message),
        None => v.refuse(field, Problem::Required),
    }
    let terms = WriteOptions::parse(&mut v, method, &caller, &request, terms);
    let (message, terms) = v.finish((|| Some((message?, terms?)))()).map_err(Error::from)?;
    let (name, etag) = message.name_and_etag();
    let name = lists::record_name::<R::Record>(&format!("{field}.name"), name)?;
    service.may_record(&caller, &name.unit).await?;

    // A matter that is named anew must exist; one that was named before is kept from deletion by this record.
    let named_anew: Option<RecordName> = message.matter().parse().ok();
    let needs = needs(&name, named_anew.as_ref());
    let (etag, message, mask, resource) = (etag.to_owned(), message.clone(), mask.cloned(), name);
    let decide = move |state: &State, _: &_| {
        let key = resource.to_string();
        let held = state.get(&key).ok_or_else(|| Error::not_found(&key))?;
        body::check_etag(&key, held, &etag)?;
        let merged: R::Record = body::merge(held.body.as_deref().unwrap_or("{}"), &message, mask.as_ref())?;
        let mut v = Violations::default();
        let record = v.within(field, |v| merged.parse_new(v));
        let record = v.finish(record)?;
        let mut new = New::of(&resource, &record);
        if held.index.refers_to == new.change.index.refers_to {
            new.matter = None;
        }
        new.check(state)?;
        Ok(body::replace::<R::Record>(held, new.change)?)
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    answer(service, &committed)
}

/// Numbers that no enum has: they cannot be written as JSON, and so not be merged; they are told before.
fn refuse_unknown_values<M: RecordMessage>(v: &mut Violations, field: &str, message: &M) {
    let mut found = Violations::default();
    found.within(field, |found| message.parse(found));
    for violation in found.into_list() {
        if matches!(violation.problem, Problem::UnknownValue { .. }) {
            v.refuse(&violation.field, violation.problem);
        }
    }
}

pub(in crate::rpc) async fn delete<R: DeleteRequest>(
    service: &Statistics,
    request: Request<R>,
) -> Result<Response<Empty>, Status> {
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let (name, etag, terms) = request.parts();
    let name = lists::record_name::<R::Record>("name", name)?;
    let mut v = Violations::default();
    let terms = WriteOptions::parse(&mut v, R::METHOD, &caller, &request, terms);
    let terms = v.finish(terms).map_err(Error::from)?;
    service.may_record(&caller, &name.unit).await?;

    let (key, etag) = (name.to_string(), etag.to_owned());
    let needs = needs(&name, None).and_referrers(&key);
    let decide = move |state: &State, _: &_| {
        let held = state.get(&key).ok_or_else(|| Error::not_found(&key))?;
        body::check_etag(&key, held, &etag)?;
        if let Some((used_by, _)) = state.referrers(&key).next() {
            return Err(Error::in_use(&key, used_by));
        }
        locked_days::check(state, &name, Some(held), &[])?;
        Ok(Decision { changes: vec![Change::delete(&key, held)], outcome: None })
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(at_revision(Empty {}, committed.revision))
}

/// The record that a command changed, as it stood then. Its name is the journal's: a call sent again without an id of its
/// own was given another one by now.
fn answer<M: RecordMessage>(service: &Statistics, committed: &Committed) -> Result<Response<M>, Status> {
    let mut message: M = if let Some(message) = body::unchanged(committed).map_err(Error::store)? {
        message
    } else {
        let changed = committed.changes.iter().find(|(_, held)| held.body.is_some());
        let (name, held) = changed.ok_or_else(|| Error::from(CommonError::Internal))?;
        body::present_held(name, held).map_err(Error::store)?
    };
    service.tell_deadlines(&mut message);
    Ok(at_revision(message, committed.revision))
}
