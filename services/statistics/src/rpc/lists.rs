//! Get and list: the same for every kind of record.

use std::collections::BTreeSet;

use thidua_chassis::body;
use thidua_chassis::store::{FoundBy, FoundQuery, PageQuery, Resource};
use thidua_proto::names::{RecordName, UnitName};
use thidua_proto::page::{self, BadToken, Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::{Date, date};
use tonic::{Response, Status};

use super::records::{RecordMessage, collection};
use super::{Statistics, content, deadlines, records};
use crate::domain::units::unit::Units;
use crate::error::Error;

/// How many entries a page has if the caller does not say.
pub(super) const DEFAULT_PAGE: u32 = 100;
/// How many entries a page has at most.
pub(super) const MOST_PAGE: u32 = 1000;

pub(super) async fn get<M: RecordMessage>(service: &Statistics, name: &str) -> Result<Response<M>, Status> {
    let name = record_name::<M>("name", name)?;
    let found = service.store.get(&name.to_string()).await.map_err(Error::store)?;
    let found = found.ok_or_else(|| Error::not_found(&name))?;
    let mut message: M = body::present(&found).map_err(Error::store)?;
    service.tell_deadlines(&mut message);
    Ok(Response::new(message))
}

/// A record's name of the kind that the method is for.
pub(super) fn record_name<M: RecordMessage>(field: &str, text: &str) -> Result<RecordName, Error> {
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

/// Size and token of a page, taken out of the request: what is left is what a token is bound to.
pub(super) struct Page {
    pub(super) size: i32,
    pub(super) token: String,
}

impl Page {
    pub(super) fn take(size: &mut i32, token: &mut String) -> Self {
        Self { size: std::mem::take(size), token: std::mem::take(token) }
    }
}

/// Which records to list.
pub(super) struct Filter<'r> {
    /// The unit, or all of them.
    pub(super) parent: &'r str,
    /// From which day, with the field's name.
    pub(super) first: (&'static str, Option<Date>),
    /// To which day, with the field's name.
    pub(super) last: (&'static str, Option<Date>),
    /// Reads the kinds that are wanted.
    pub(super) kinds: &'r (dyn Fn(&mut Violations) -> Option<()> + Sync),
    /// On which day a deadline must have passed.
    pub(super) overdue_on: Option<Date>,
    /// The token that a record must have; empty for any.
    pub(super) content_token: &'r str,
    /// The matter that a record must be about; empty for any.
    pub(super) matter: &'r str,
}

impl<'r> Filter<'r> {
    /// Everything of a parent.
    pub(super) fn of(parent: &'r str) -> Self {
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
pub(super) fn kinds<E: TryFrom<i32> + Default + PartialEq + Copy>(
    field: &'static str,
    numbers: &[i32],
) -> impl Fn(&mut Violations) -> Option<()> {
    move |v| v.choices::<E>(field, numbers).map(drop)
}

/// Whether a value is wanted: all are where none is named.
pub(super) fn wanted(values: &[i32], value: i32) -> bool {
    values.is_empty() || values.contains(&value)
}

/// Whether a text is the one named: all are where none is.
pub(super) fn named(wanted: &str, found: &str) -> bool {
    wanted.is_empty() || wanted == found
}

/// The parent of records of all units (AIP-159).
const ALL_UNITS: &str = "units/-";

/// What was asked for, sound in shape.
struct ListQuery {
    /// `None` for all units.
    parent: Option<UnitName>,
    first: Option<jiff::civil::Date>,
    last: Option<jiff::civil::Date>,
    overdue_on: Option<jiff::civil::Date>,
    size: usize,
}

impl ListQuery {
    fn parse(page: &Page, filter: &Filter<'_>) -> Result<Self, Error> {
        let mut v = Violations::default();
        let parent =
            if filter.parent == ALL_UNITS { Some(None) } else { v.name("parent", filter.parent).map(Some) };
        let days = v.days(filter.first, filter.last);
        let kinds = (filter.kinds)(&mut v);
        let overdue_on = v.day("overdue_on", filter.overdue_on);
        let token = content::token(&mut v, filter.content_token);
        let matter = records::matter(&mut v, filter.matter);
        let size = page::size(&mut v, page.size, DEFAULT_PAGE, MOST_PAGE);
        let size = size.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
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
pub(super) async fn list<M: RecordMessage>(
    service: &Statistics,
    page: &Page,
    request: &impl prost::Message,
    filter: Filter<'_>,
    keep: impl Fn(&M) -> bool,
) -> Result<(Vec<M>, String), Error> {
    let asked = ListQuery::parse(page, &filter)?;
    let binding = Binding::of(M::KIND.collection(), request);
    let cursor = binding.cursor(&page.token).map_err(|bad| Error::Common(bad.into()))?;
    let units = service.units().await?;
    let units = asked.units(&units, cursor.as_ref())?;
    let is_wanted = |message: &mut M| {
        let told = message.deadlines().map(|told| &**told).unwrap_or_default();
        asked.overdue_on.is_none_or(|day| deadlines::is_overdue(told, day)) && keep(message)
    };
    let mut reading = Reading { found: Vec::new(), size: asked.size, cursor };
    let mut is_full = false;
    if let Some(by) = filter.found_by() {
        is_full = reading.find(service, asked.found(by), &units, &is_wanted).await?;
    } else {
        for unit in units {
            is_full = reading.read(service, asked.query(&collection(unit, M::KIND)), &is_wanted).await?;
            if is_full {
                break;
            }
        }
    }
    let token = reading.cursor.filter(|_| is_full).map(|cursor| binding.token(&cursor));
    Ok((reading.found, token.unwrap_or_default()))
}

/// A page as it fills.
struct Reading<M> {
    found: Vec<M>,
    size: usize,
    /// The last record that was looked at, kept or not.
    cursor: Option<Cursor>,
}

impl<M: RecordMessage> Reading<M> {
    /// Reads on in one collection; tells whether the page is full and more is there.
    async fn read(
        &mut self,
        service: &Statistics,
        mut query: PageQuery,
        is_wanted: &impl Fn(&mut M) -> bool,
    ) -> Result<bool, Error> {
        // In a collection after the one of the cursor, every name begins with another unit's.
        let within = |cursor: &&Cursor| {
            cursor.name.strip_prefix(&query.collection).is_some_and(|rest| rest.starts_with('/'))
        };
        if let Some(cursor) = self.cursor.as_ref().filter(within) {
            query.after = (cursor.number, cursor.name.clone());
        }
        loop {
            let rows = service.store.page(&query).await.map_err(Error::store)?;
            let exhausted = rows.len() < usize::try_from(query.limit).unwrap_or(usize::MAX);
            for row in rows {
                query.after = (row.held.index.sort_number, row.name.to_string());
                if self.take(service, &row, is_wanted)? {
                    return Ok(true);
                }
            }
            if exhausted {
                return Ok(false);
            }
        }
    }

    /// Reads on in what is found, as far as it is of the kind and of the units; tells whether the page is full and more is
    /// there.
    async fn find(
        &mut self,
        service: &Statistics,
        mut query: FoundQuery,
        units: &[&UnitName],
        is_wanted: &impl Fn(&mut M) -> bool,
    ) -> Result<bool, Error> {
        if let Some(Cursor { number, name }) = &self.cursor {
            let collection = name.rsplit_once('/').map_or("", |(collection, _)| collection);
            query.after = (collection.to_owned(), *number, name.clone());
        }
        let collections: BTreeSet<String> = units.iter().map(|unit| collection(unit, M::KIND)).collect();
        loop {
            let rows = service.store.found(&query).await.map_err(Error::store)?;
            let Some(Resource { name, held }) = rows.last() else { return Ok(false) };
            query.after = (held.index.collection.to_string(), held.index.sort_number, name.to_string());
            for row in rows.iter().filter(|row| collections.contains(&*row.held.index.collection)) {
                if self.take(service, row, is_wanted)? {
                    return Ok(true);
                }
            }
        }
    }

    /// Takes a row if it is wanted; tells whether the page was full already.
    fn take(
        &mut self,
        service: &Statistics,
        row: &Resource,
        is_wanted: &impl Fn(&mut M) -> bool,
    ) -> Result<bool, Error> {
        if self.found.len() == self.size {
            return Ok(true);
        }
        self.cursor = Some(Cursor { number: row.held.index.sort_number, name: row.name.to_string() });
        let mut message: M = body::present(row).map_err(Error::store)?;
        service.tell_deadlines(&mut message);
        if is_wanted(&mut message) {
            self.found.push(message);
        }
        Ok(false)
    }
}
