//! `ListReturns`: returns by period, and who has handed in.

use jiff::civil::Date;
use thidua_chassis::body;
use thidua_chassis::list::ListQuery;
use thidua_chassis::store::{PageQuery, Resource, Snapshot};
use thidua_proto::date;
use thidua_proto::names::UnitName;
use thidua_proto::page::{Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use tonic::{Response, Status};

use crate::domain::calendars::calendar::{Calendar, Period};
use crate::domain::forms::form::FormId;
use crate::domain::units::unit::Units;
use crate::error::Error;
use crate::rpc::calendars::calendar::find_period;
use crate::rpc::figures::figure_query::units_asked;
use crate::rpc::records::list::wanted;
use crate::rpc::returns::body::{collection, decode, name, submitted_day};
use crate::rpc::service::Statistics;
use crate::rpc::units::unit;

/// Where all units are meant.
const EVERY_UNIT: &str = "units/-";

/// How many returns are read at once: each holds all its steps and approvals.
const PAGE: u32 = 100;

/// What is listed.
struct Query<'r> {
    unit: Option<UnitName>,
    form: Option<FormId>,
    period: Option<(&'r Calendar, Period)>,
    states: Vec<i32>,
}

pub(in crate::rpc) async fn list(
    service: &Statistics,
    mut m: proto::ListReturnsRequest,
) -> Result<Response<proto::ListReturnsResponse>, Status> {
    let list = ListQuery::take(&mut m.page_size, &mut m.page_token);
    let binding = Binding::of("ListReturns", &m);
    let mut v = Violations::default();
    let size = list.size(&mut v);
    let unit = parse(&mut v, &m);
    let (size, unit) = v.finish((|| Some((size?, unit?)))()).map_err(Error::from)?;
    let query = Query::find(service, &m, unit)?;
    let cursor = list.cursor(&binding).map_err(Error::from)?;
    let mut snapshot = service.store.snapshot().await.map_err(Error::store)?;
    let newest = snapshot.revision();
    let all = unit::all_at(&mut snapshot, newest).await?;
    let units = units_asked(&all, query.unit.iter().cloned().collect())?;
    let (returns, next) = query.page(&mut snapshot, &units, cursor, size).await?;
    let next_page_token = next.map(|cursor| binding.token(&cursor)).unwrap_or_default();
    let standings = if list.is_first() {
        query.standings(&mut snapshot, &all, &units, service.clock.today()).await?
    } else {
        Vec::new()
    };
    Ok(Response::new(proto::ListReturnsResponse { returns, next_page_token, standings }))
}

/// The unit, `Some(None)` where all are meant, if everything is well formed.
fn parse(v: &mut Violations, m: &proto::ListReturnsRequest) -> Option<Option<UnitName>> {
    let unit =
        if m.parent == EVERY_UNIT { Some(None) } else { v.name::<UnitName>("parent", &m.parent).map(Some) };
    // Each of a pair with the other, and every unit's returns of one period alone: the years would be too many.
    let everyone = unit == Some(None);
    for (field, given, other, needed) in [
        ("issuing_document", &m.issuing_document, &m.form, false),
        ("form", &m.form, &m.issuing_document, false),
        ("calendar", &m.calendar, &m.period, everyone),
        ("period", &m.period, &m.calendar, everyone),
    ] {
        if given.is_empty() && (needed || !other.is_empty()) {
            v.refuse(field, Problem::Required);
        }
    }
    for (field, given) in [
        ("issuing_document", &m.issuing_document),
        ("form", &m.form),
        ("calendar", &m.calendar),
        ("period", &m.period),
    ] {
        v.text(field, given, 0, 100)?;
    }
    v.choices::<proto::ReturnState>("states", &m.states)?;
    unit
}

impl<'r> Query<'r> {
    fn find(
        service: &'r Statistics,
        m: &proto::ListReturnsRequest,
        unit: Option<UnitName>,
    ) -> Result<Self, Error> {
        let period = if m.period.is_empty() {
            None
        } else {
            Some(find_period(&service.rules, &m.calendar, &m.period)?)
        };
        let form = FormId { document: m.issuing_document.clone(), code: m.form.clone() };
        let form = if m.form.is_empty() { None } else { Some(service.rules.forms.find(&form)?.id.clone()) };
        Ok(Self { unit, form, period, states: m.states.clone() })
    }

    /// A page of the returns after a cursor, by last day, then by name, with the cursor of the next one.
    async fn page(
        &self,
        snapshot: &mut Snapshot,
        units: &[UnitName],
        after: Option<Cursor>,
        size: usize,
    ) -> Result<(Vec<proto::Return>, Option<Cursor>), Error> {
        // One unit's, or all units' of one last day: one collection after the other is the order of names.
        let mut collections: Vec<String> = units.iter().map(collection).collect();
        collections.sort_unstable();
        let mut found = Vec::new();
        let mut cursor = after;
        for collection in collections {
            let mut query = PageQuery::all(&collection, PAGE);
            if let Some((_, period)) = &self.period {
                (query.first, query.last) = (date::to_number(period.last), date::to_number(period.last));
            }
            match cursor.as_ref().and_then(|cursor| Some((cursor.number, cursor.name.rsplit_once('/')?))) {
                Some((_, (reached, _))) if *collection < *reached => continue,
                Some((number, (reached, id))) if collection == reached => {
                    query.after = (number, format!("{reached}/{id}"));
                }
                Some(_) | None => {}
            }
            loop {
                let rows = snapshot.page(&query).await?;
                let Some(last) = rows.last() else { break };
                query.after = (last.held.index.sort_number, last.name.to_string());
                for row in &rows {
                    let message: proto::Return = body::present(row)?;
                    if !self.keeps(&message) {
                        continue;
                    }
                    if found.len() == size {
                        return Ok((found, cursor));
                    }
                    cursor = Some(Cursor { number: row.held.index.sort_number, name: row.name.to_string() });
                    found.push(shown(row, message)?);
                }
            }
        }
        Ok((found, None))
    }

    fn keeps(&self, message: &proto::Return) -> bool {
        let form = self
            .form
            .as_ref()
            .is_none_or(|form| form.code == message.form && form.document == message.issuing_document);
        let period = self.period.as_ref().is_none_or(|(calendar, period)| {
            calendar.code == message.calendar && period.code == message.period
        });
        form && period && wanted(&self.states, message.state)
    }

    /// Who should hand in, and who has.
    async fn standings(
        &self,
        snapshot: &mut Snapshot,
        all: &Units,
        units: &[UnitName],
        today: Date,
    ) -> Result<Vec<proto::ReturnStanding>, Error> {
        let (Some(form), Some((calendar, period))) = (&self.form, &self.period) else {
            return Ok(Vec::new());
        };
        let due = calendar.due(period);
        let mut standings = Vec::new();
        for unit in units {
            if !all.get(unit).is_some_and(|found| found.exists_within(period.first, period.last)) {
                continue;
            }
            let name = name(unit, form, &calendar.code, period).to_string();
            let held = snapshot.get(&name).await?;
            let submitted = held.as_ref().map(|held| decode(&held.held)).transpose()?;
            let submitted = submitted.as_ref().and_then(submitted_day);
            standings.push(proto::ReturnStanding {
                unit: unit.to_string(),
                return_name: held.map(|_| name).unwrap_or_default(),
                due_date: Some(date::to_wire(due)),
                submitted_date: submitted.map(date::to_wire),
                late_day_count: days_late(due, submitted.unwrap_or(today)),
            });
        }
        Ok(standings)
    }
}

/// A return as a list shows it.
fn shown(row: &Resource, message: proto::Return) -> Result<proto::Return, Error> {
    let name = row.name.parse().map_err(|_| Error::not_found(&row.name))?;
    let digest = decode(&row.held)?.content.digest(&name);
    Ok(proto::Return { columns: Vec::new(), digest, ..message })
}

fn days_late(due: Date, done: Date) -> i64 {
    (date::to_number(done) - date::to_number(due)).max(0)
}
