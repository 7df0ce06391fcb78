//! Get and list: the same for every kind of record.

use std::collections::BTreeSet;

use thidua_chassis::body;
use thidua_chassis::list::{self, ListQuery, MOST_PAGE, Page};
use thidua_chassis::store::{FoundBy, FoundQuery, PageQuery};
use thidua_proto::names::{RecordName, UnitName};
use thidua_proto::page::{BadToken, Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::{Date, date};
use tonic::{Response, Status};

use crate::domain::units::unit::Units;
use crate::error::Error;
use crate::rpc::deadlines::deadline as deadlines;
use crate::rpc::records::content;
use crate::rpc::records::record as records;
use crate::rpc::records::record::RecordMessage;
use crate::rpc::service::Statistics;
use crate::rpc::units::unit::record_collection;

pub(in crate::rpc) async fn get<M: RecordMessage>(
    service: &Statistics,
    name: &str,
) -> Result<Response<M>, Status> {
    let name = record_name::<M>("name", name)?;
    let found = service.store.get(&name.to_string()).await.map_err(Error::store)?;
    let found = found.ok_or_else(|| Error::not_found(&name))?;
    let mut message: M = body::present(&found).map_err(Error::store)?;
    service.tell_deadlines(&mut message);
    Ok(Response::new(message))
}

/// A record's name of the kind that the method is for.
pub(in crate::rpc) fn record_name<M: RecordMessage>(field: &str, text: &str) -> Result<RecordName, Error> {
    let mut violations = Violations::default();
    let name = violations.name::<RecordName>(field, text).and_then(|name| {
        if name.kind != M::KIND {
            let pattern = format!("units/{{unit}}/{}/{{id}}", M::KIND.collection());
            let expected = (format!("a name like `{pattern}`"), format!("tên có dạng “{pattern}”"));
            violations.refuse(field, Problem::malformed((&expected.0, &expected.1), text));
        }
        (name.kind == M::KIND).then_some(name)
    });
    Ok(violations.finish(name)?)
}

/// Which records to list.
pub(in crate::rpc) struct Filter<'r> {
    /// The unit, or all of them.
    pub(in crate::rpc) parent: &'r str,
    /// From which day, with the field's name.
    pub(in crate::rpc) first: (&'static str, Option<Date>),
    /// To which day, with the field's name.
    pub(in crate::rpc) last: (&'static str, Option<Date>),
    /// Reads the kinds that are wanted.
    pub(in crate::rpc) kinds: &'r (dyn Fn(&mut Violations) -> Option<()> + Sync),
    /// On which day a deadline must have passed.
    pub(in crate::rpc) overdue_on: Option<Date>,
    /// The token that a record must have; empty for any.
    pub(in crate::rpc) content_token: &'r str,
    /// The matter that a record must be about; empty for any.
    pub(in crate::rpc) matter: &'r str,
}

impl<'r> Filter<'r> {
    /// Everything of a parent.
    pub(in crate::rpc) fn of(parent: &'r str) -> Self {
        Self {
            parent,
            first: ("", None),
            last: ("", None),
            kinds: &|_| Some(()),
            overdue_on: None,
            content_token: "",
            matter: "",
        }
    }

    /// What the records are found by, so that no others need be read.
    fn found_by(&self) -> Option<FoundBy> {
        match (self.content_token, self.matter) {
            ("", "") => None,
            ("", matter) => Some(FoundBy::Reference(matter.to_owned())),
            (token, _) => Some(FoundBy::Text(token.to_owned())),
        }
    }
}

/// Reads a field of kinds that are wanted.
pub(in crate::rpc) fn kinds<E: TryFrom<i32> + Default + PartialEq + Copy>(
    field: &'static str,
    numbers: &[i32],
) -> impl Fn(&mut Violations) -> Option<()> {
    move |v| v.choices::<E>(field, numbers).map(drop)
}

/// Whether a value is wanted: all are where none is named.
pub(in crate::rpc) fn wanted(values: &[i32], value: i32) -> bool {
    values.is_empty() || values.contains(&value)
}

/// Whether a text is the one named: all are where none is.
pub(in crate::rpc) fn named(wanted: &str, found: &str) -> bool {
    wanted.is_empty() || wanted == found
}

/// The parent of records of all units (AIP-159).
const ALL_UNITS: &str = "units/-";

/// Which records are wanted, sound in shape.
struct RecordQuery {
    /// `None` for all units.
    parent: Option<UnitName>,
    first: Option<jiff::civil::Date>,
    last: Option<jiff::civil::Date>,
    overdue_on: Option<jiff::civil::Date>,
    size: usize,
}

impl RecordQuery {
    fn parse(page: &ListQuery, filter: &Filter<'_>) -> Result<Self, Error> {
        let mut v = Violations::default();
        let parent =
            if filter.parent == ALL_UNITS { Some(None) } else { v.name("parent", filter.parent).map(Some) };
        let days = v.days(filter.first, filter.last);
        let kinds = (filter.kinds)(&mut v);
        let overdue_on = v.day("overdue_on", filter.overdue_on);
        let token = content::token(&mut v, filter.content_token);
        let matter = records::matter(&mut v, filter.matter);
        let size = page.size(&mut v);
        let parsed = (|| {
            token?;
            matter?;
            kinds?;
            let (first, last) = days?;
            Some(Self { parent: parent?, first, last, overdue_on: overdue_on?, size: size? })
        })();
        Ok(v.finish(parsed)?)
    }

    /// The units whose records are asked for, from the one where a page begins.
    fn units<'u>(&self, units: &'u Units, cursor: Option<&Cursor>) -> Result<Vec<&'u UnitName>, Error> {
        if let Some(parent) = self.parent.as_ref().filter(|parent| !units.contains_key(parent)) {
            return Err(Error::not_found(parent));
        }
        let from = cursor.map(unit_of).transpose()?;
        let is_asked = |unit: &UnitName| self.parent.as_ref().is_none_or(|parent| parent == unit);
        let is_left = |unit: &UnitName| from.as_ref().is_none_or(|from| from <= unit);
        Ok(units.keys().filter(|unit| is_asked(unit) && is_left(unit)).collect())
    }

    fn query(&self, collection: &str) -> PageQuery {
        let (first, last) = self.days();
        PageQuery { first, last, ..PageQuery::all(collection, MOST_PAGE) }
    }

    fn found(&self, by: FoundBy) -> FoundQuery {
        let (first, last) = self.days();
        FoundQuery { by, after: (String::new(), i64::MIN, String::new()), first, last, limit: MOST_PAGE }
    }

    /// The first and the last day by which wanted records are listed.
    fn days(&self) -> (i64, i64) {
        let last = self.last.map_or(i64::MAX, date::to_number);
        // No period begins before its record's day, so that later ones cannot have passed.
        let last = self.overdue_on.map_or(last, |day| last.min(date::to_number(day) - 1));
        (self.first.map_or(i64::MIN, date::to_number), last)
    }
}

/// The unit whose record a page begins after.
fn unit_of(cursor: &Cursor) -> Result<UnitName, Error> {
    let name = cursor.name.parse::<RecordName>().map_err(|_| Error::Common(BadToken.into()))?;
    Ok(name.unit)
}

/// A page of records and the token of the next one.
pub(in crate::rpc) async fn list<M: RecordMessage>(
    service: &Statistics,
    list: &ListQuery,
    request: &impl prost::Message,
    filter: Filter<'_>,
    keep: impl Fn(&M) -> bool,
) -> Result<(Vec<M>, String), Error> {
    let query = RecordQuery::parse(list, &filter)?;
    let binding = Binding::of(M::KIND.collection(), request);
    let cursor = list.cursor(&binding)?;
    let units = service.units().await?;
    let units = query.units(&units, cursor.as_ref())?;
    let keep_wanted = |mut message: M| {
        service.tell_deadlines(&mut message);
        let told = message.deadlines().map(|told| &**told).unwrap_or_default();
        let is_overdue = query.overdue_on.is_none_or(|day| deadlines::is_overdue(told, day));
        (is_overdue && keep(&message)).then_some(message)
    };
    let mut page = Page::new(query.size, cursor);
    if let Some(by) = filter.found_by() {
        find(service, &mut page, query.found(by), &units, keep_wanted).await?;
        return Ok(page.finish(&binding));
    }
    for unit in units {
        page.read(&service.store, query.query(&record_collection(unit, M::KIND)), &keep_wanted).await?;
        if page.is_full() {
            break;
        }
    }
    Ok(page.finish(&binding))
}

/// Fills a page with what is found, as far as it is of the kind and of the units.
async fn find<M: RecordMessage>(
    service: &Statistics,
    page: &mut Page<M>,
    mut query: FoundQuery,
    units: &[&UnitName],
    keep: impl Fn(M) -> Option<M>,
) -> Result<(), Error> {
    if let Some(Cursor { number, name }) = page.cursor() {
        let collection = name.rsplit_once('/').map_or("", |(collection, _)| collection);
        query.after = (collection.to_owned(), *number, name.clone());
    }
    let collections: BTreeSet<String> = units.iter().map(|unit| record_collection(unit, M::KIND)).collect();
    loop {
        let resources = service.store.found(&query).await?;
        let Some(last) = resources.last() else { return Ok(()) };
        let place = list::place(last);
        query.after = (last.held.index.collection.to_string(), place.number, place.name);
        for resource in resources.iter().filter(|one| collections.contains(&*one.held.index.collection)) {
            page.offer(list::place(resource), || Ok(keep(body::present(resource)?)))?;
            if page.is_full() {
                return Ok(());
            }
        }
    }
}
