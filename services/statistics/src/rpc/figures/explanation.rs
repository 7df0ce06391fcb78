//! `ExplainFigure`: the records behind a figure, as a stream.

use std::pin::Pin;

use thidua_chassis::caller::Caller;
use thidua_chassis::store::{PageQuery, Resource, Series, Snapshot, StoreError};
use thidua_proto::date;
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::explain_figure_response::Part;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Response, Status};

use crate::domain::calendars::window::Window;
use crate::domain::figures::explanation::{Term, evaluate_terms, formula, record_share, terms, value};
use crate::domain::figures::measure::Measure;
use crate::domain::forms::form::FormId;
use crate::error::Error;
use crate::rpc::calendars::calendar::WindowQuery;
use crate::rpc::figures::figure::{Daily, figure, measure_to_proto};
use crate::rpc::figures::figure_query::{parse_units, units_asked};
use crate::rpc::records::record as records;
use crate::rpc::service::Statistics;
use crate::rpc::stream_sender::{StreamSender, stream};
use crate::rpc::units::unit;
use crate::rpc::units::unit::record_collection;

/// How many records are read, and at most sent, at once.
const BATCH: u32 = 500;

/// What a caller of `ExplainFigure` reads.
pub(in crate::rpc) type Explanation =
    Pin<Box<dyn Stream<Item = Result<proto::ExplainFigureResponse, Status>> + Send>>;

pub(in crate::rpc) async fn explain(
    service: &Statistics,
    caller: &Caller,
    m: &proto::ExplainFigureRequest,
) -> Result<Response<Explanation>, Status> {
    let mut v = Violations::default();
    let units = parse_units(&mut v, &m.units);
    let explained = Explained::parse(&mut v, m);
    let window = WindowQuery::parse(&mut v, m.window.as_ref());
    let parsed = (|| Some((explained?, units?, window?)))();
    let (explained, units, window) = v.finish(parsed).map_err(Error::from)?;
    let window = window.find(&service.rules.calendars)?.window;
    let (code, measure, terms) = explained.find(service, window)?;
    let mut snapshot = service.store.stream_snapshot(&caller.to_string()).await.map_err(Error::store)?;
    let newest = snapshot.revision();
    let units = units_asked(&unit::all_at(&mut snapshot, newest).await?, units)?;

    let series: Vec<Series> = units.iter().map(|unit| unit.to_string().into()).collect();
    let running_totals = snapshot.tallies_at(newest, &series).await.map_err(Error::store)?;
    let each = running_totals.iter().map(|one| evaluate_terms(&terms, &Daily(one), window));
    let sum = each.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let open = window.is_open(service.clock.today());
    let explained = proto::ExplainedFigure {
        figure: Some(figure(&code, "", window, value(&terms, sum), open)),
        measure: measure.map(measure_to_proto),
        formula: formula(&terms),
        revision: newest,
    };
    let walk = Walk { code, kinds: kinds(&terms), units, terms, window, sum };
    let answer = stream(async move |reader: StreamSender<_>| {
        reader.send(proto::ExplainFigureResponse { part: Some(Part::Figure(explained)) }).await?;
        walk.send(snapshot, &reader).await
    });
    Ok(Response::new(Box::pin(answer.map(|part| Ok(part?)))))
}

/// What is to be explained.
enum Explained {
    Measure(String),
    Column(FormId, String),
}

impl Explained {
    fn parse(v: &mut Violations, m: &proto::ExplainFigureRequest) -> Option<Self> {
        if m.issuing_document.is_empty() && m.form.is_empty() && m.column.is_empty() {
            return v.text("measure", &m.measure, 1, 200).map(Self::Measure);
        }
        if !m.measure.is_empty() {
            let when = ("without a form", "khi không chọn biểu mẫu");
            v.refuse("measure", Problem::Unwanted { when });
        }
        let document = v.text("issuing_document", &m.issuing_document, 1, 100);
        let code = v.text("form", &m.form, 1, 100);
        let column = v.text("column", &m.column, 1, 20);
        Some(Self::Column(FormId { document: document?, code: code? }, column?))
    }

    /// Its code, its measure where it is one, and the sums that it is made of.
    fn find(
        self,
        service: &Statistics,
        window: Window,
    ) -> Result<(String, Option<&Measure>, Vec<Term>), Error> {
        match self {
            Self::Measure(code) => {
                let measure = service.measure(&code)?;
                Ok((code, Some(measure), terms(&service.rules.catalogue, &measure.formula)))
            }
            Self::Column(form, column) => {
                let found = service.rules.forms.find(&form)?;
                found.require_in_force(window.last)?;
                let Some(terms) = found.terms(&column) else {
                    let mut v = Violations::default();
                    let expected = ("a column that records make", "một cột tính từ bản ghi");
                    v.refuse("column", Problem::malformed(expected, &column));
                    return Err(v.into());
                };
                Ok((format!("{form} {column}"), None, terms))
            }
        }
    }
}

/// The kinds of records whose sums a figure is made of: a sum's code begins with its kind.
fn kinds(terms: &[Term]) -> Vec<RecordKind> {
    let all = [RecordKind::Inspection, RecordKind::Reception, RecordKind::Petition, RecordKind::Matter];
    let of =
        |kind: &RecordKind| terms.iter().any(|term| term.sum.split('.').next() == Some(kind.collection()));
    all.into_iter().filter(of).collect()
}

/// A way through all the records that may add to a figure.
struct Walk {
    code: String,
    kinds: Vec<RecordKind>,
    units: Vec<UnitName>,
    terms: Vec<Term>,
    window: Window,
    sum: (i64, i64),
}

impl Walk {
    async fn send(
        self,
        mut snapshot: Snapshot,
        reader: &StreamSender<proto::ExplainFigureResponse>,
    ) -> Result<(), Error> {
        let mut sum = (0, 0);
        for unit in &self.units {
            for kind in &self.kinds {
                let mut query = PageQuery::all(&record_collection(unit, *kind), BATCH);
                // No record counts before the day by which it is listed.
                query.last = date::to_number(self.window.last);
                loop {
                    let rows = snapshot.page(&query).await?;
                    let Some(end) = rows.last() else { break };
                    query.after = (end.held.index.sort_number, end.name.to_string());
                    let mut contributors = Vec::new();
                    for row in &rows {
                        let (contributor, adds) = self.contributor(*kind, row)?;
                        sum = (sum.0 + adds.0, sum.1 + adds.1);
                        if adds != (0, 0) {
                            contributors.push(contributor);
                        }
                    }
                    if contributors.is_empty() {
                        continue;
                    }
                    let part = Part::Contributors(proto::Contributors { contributors });
                    reader.send(proto::ExplainFigureResponse { part: Some(part) }).await?;
                }
            }
        }
        if sum == self.sum {
            return Ok(());
        }
        let problem =
            format!("{} is {:?}, its records add to {sum:?}; verify the journal", self.code, self.sum);
        Err(Error::store(StoreError::Corrupt { problem }))
    }

    fn contributor(
        &self,
        kind: RecordKind,
        row: &Resource,
    ) -> Result<(proto::Contributor, (i64, i64)), Error> {
        let body = row.held.body.as_deref().unwrap_or("{}");
        let corrupt = |problem| Error::store(StoreError::Corrupt { problem });
        let mut contributions = records::decode(kind, body).map_err(corrupt)?.contributions();
        contributions
            .retain(|one| record_share(&self.terms, std::slice::from_ref(one), self.window) != (0, 0));
        let adds = record_share(&self.terms, &contributions, self.window);
        let contribution = |one: &crate::domain::records::contribution::Contribution| proto::Contribution {
            sum: one.measure.to_owned(),
            contribution_date: Some(date::to_wire(one.date)),
            amount: one.amount,
        };
        let contributor = proto::Contributor {
            name: row.name.to_string(),
            amount: adds.0,
            denominator: adds.1,
            contributions: contributions.iter().map(contribution).collect(),
        };
        Ok((contributor, adds))
    }
}
