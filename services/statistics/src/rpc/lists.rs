//! Get and list: the same for every kind of record.

use thidua_chassis::body;
use thidua_chassis::store::PageQuery;
use thidua_proto::names::{RecordName, UnitName};
use thidua_proto::page::{self, Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::{Date, date};
use tonic::{Response, Status};

use super::Statistics;
use super::records::{RecordMessage, collection};
use crate::error::Error;

/// How many entries a page has if the caller does not say.
pub(super) const DEFAULT_PAGE: u32 = 100;
/// How many entries a page has at most.
pub(super) const MOST_PAGE: u32 = 1000;

pub(super) async fn get<M: RecordMessage>(service: &Statistics, name: &str) -> Result<Response<M>, Status> {
    let name = record_name::<M>("name", name)?;
    let found = service.store.get(&name.to_string()).await.map_err(Error::store)?;
    let found = found.ok_or_else(|| Error::not_found(&name))?;
    Ok(Response::new(body::present(&found).map_err(Error::store)?))
}

/// A record's name of the kind that the method is for.
pub(super) fn record_name<M: RecordMessage>(field: &str, text: &str) -> Result<RecordName, Error> {
    let mut violations = Violations::default();
    let name = violations.name::<RecordName>(field, text).and_then(|name| {
        if name.kind != M::KIND {
            let expected = format!("a name like `units/{{unit}}/{}/{{id}}`", M::KIND.collection());
            violations.refuse(field, Problem::malformed(&expected, text));
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

/// Which records of a unit to list.
pub(super) struct Filter<'r> {
    /// The unit.
    pub(super) parent: &'r str,
    /// From which day, with the field's name.
    pub(super) first: (&'static str, Option<Date>),
    /// To which day, with the field's name.
    pub(super) last: (&'static str, Option<Date>),
    /// Kinds that are wanted, with the field's name, and which values there are.
    pub(super) kinds: (&'static str, &'r [i32], fn(i32) -> bool),
}

/// Whether a value is wanted: all are where none is named.
pub(super) fn wanted(values: &[i32], value: i32) -> bool {
    values.is_empty() || values.contains(&value)
}

/// A page of records and the token of the next one.
pub(super) async fn list<M: RecordMessage>(
    service: &Statistics,
    page: &Page,
    request: &impl prost::Message,
    filter: Filter<'_>,
    keep: impl Fn(&M) -> bool,
) -> Result<(Vec<M>, String), Error> {
    let mut v = Violations::default();
    let parent: Option<UnitName> = v.name("parent", filter.parent);
    let first = v.day(filter.first.0, filter.first.1);
    let last = v.day(filter.last.0, filter.last.1);
    v.order((filter.first.0, first.flatten()), (filter.last.0, last.flatten()));
    let (field, kinds, is_known) = filter.kinds;
    for (index, number) in kinds.iter().enumerate().filter(|(_, number)| **number == 0 || !is_known(**number))
    {
        v.refuse(&format!("{field}[{index}]"), Problem::UnknownValue { found: *number });
    }
    let size = page::size(&mut v, page.size, DEFAULT_PAGE, MOST_PAGE);
    let parsed = (|| Some((parent?, first?, last?, size?)))();
    let (parent, first, last, size) = v.finish(parsed)?;
    let binding = Binding::of(M::KIND.collection(), request);
    let cursor = binding.cursor(&page.token).map_err(|bad| Error::Shared(bad.into()))?;
    if !service.units().await?.contains_key(&parent) {
        return Err(Error::not_found(&parent));
    }

    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut query = PageQuery::all(&collection(&parent, M::KIND), MOST_PAGE);
    query.first = first.map_or(query.first, date::to_number);
    query.last = last.map_or(query.last, date::to_number);
    query.after = cursor.map_or(query.after, |cursor| (cursor.number, cursor.name));
    let mut found: Vec<M> = Vec::new();
    loop {
        let rows = service.store.page(&query).await.map_err(Error::store)?;
        let exhausted = rows.len() < usize::try_from(query.limit).unwrap_or(usize::MAX);
        for row in rows {
            if found.len() == size {
                let token = binding.token(&Cursor { number: query.after.0, name: query.after.1 });
                return Ok((found, token));
            }
            let message: M = body::present(&row).map_err(Error::store)?;
            query.after = (row.held.index.sort_number, row.name.to_string());
            if keep(&message) {
                found.push(message);
            }
        }
        if exhausted {
            return Ok((found, String::new()));
        }
    }
}
