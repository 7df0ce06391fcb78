//! What holds after a history.

mod figures;
mod forms;

use std::collections::BTreeMap;

use thidua_proto::journal::VerifyJournalRequest;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::explain_figure_response::Part;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::import_row::Record;
use thidua_proto::statistics::return_service_client::ReturnServiceClient;
use thidua_proto::statistics::{
    FigureStatus, FormColumnBehavior, Inspection, Matter, Petition, Reception, ReturnState,
};

use super::Look;
use super::play::Play;
use crate::kind::{Kind, ListArguments};

/// All that is to hold.
pub(super) async fn hold(play: &Play, look: &Look) {
    the_journal_verifies(play).await;
    records_are_those_accepted(play).await;
    reads_are_answered_as_they_were(play).await;
    approvals_stay(play).await;
    figures::hold(play, look).await;
    forms::hold(play, look).await;
    records_add_to_what_they_explain(play, look).await;
}

/// The chain, the state, and the cells, which are what the records add.
async fn the_journal_verifies(play: &Play) {
    let found = play.service.journal().verify_journal(VerifyJournalRequest::default()).await.unwrap();
    let found = found.into_inner();
    assert!(found.valid && found.findings.is_empty(), "{found:?}");
    assert_eq!(found.revision, play.service.head().await);
}

/// What was accepted is there, and nothing of what was refused.
async fn records_are_those_accepted(play: &Play) {
    let mut found: BTreeMap<String, Record> = BTreeMap::new();
    list::<Petition>(play, &mut found).await;
    list::<Reception>(play, &mut found).await;
    list::<Inspection>(play, &mut found).await;
    list::<Matter>(play, &mut found).await;
    assert_eq!(found, play.records);
}

async fn list<K: Kind>(play: &Play, found: &mut BTreeMap<String, Record>) {
    let mut asked = ListArguments { parent: "units/-", ..ListArguments::default() };
    loop {
        let (page, token) = K::list(&play.service, asked.clone()).await.unwrap();
        found.extend(page.into_iter().map(|one| (one.name(), one.content().row())));
        if token.is_empty() {
            return;
        }
        asked.token = token;
    }
}

/// Figures as of the revision at which they were read once, whatever was written since.
async fn reads_are_answered_as_they_were(play: &Play) {
    for (request, then) in &play.reads {
        let mut request = request.clone();
        request.as_of_revision = Some(then.revision);
        let now = play.service.figures().compute_figures(request).await.unwrap().into_inner();
        // The first that differs says more than two answers as a whole.
        let differs = now.figures.iter().zip(&then.figures).find(|(now, then)| now != then);
        assert_eq!(differs, None, "as of {}", then.revision);
        assert!(now == *then, "as of {}", then.revision);
    }
    for (request, then) in &play.forms {
        let request = proto::FillFormRequest { as_of_revision: Some(then.revision), ..request.clone() };
        let now = play.service.figures().fill_form(request).await.unwrap().into_inner();
        let differs = now.fills.iter().zip(&then.fills).find(|(now, then)| now != then);
        assert_eq!(differs, None, "as of {}", then.revision);
        assert!(now == *then, "as of {}", then.revision);
    }
}

/// What was approved stays on record, and what an approved return counts on the days of its period stays as it is.
async fn approvals_stay(play: &Play) {
    let forms = play.service.figures().list_forms(proto::ListFormsRequest::default()).await.unwrap();
    let forms = forms.into_inner().forms;
    for (name, approvals) in &play.approvals {
        let request = proto::GetReturnRequest { name: name.clone() };
        let mut returns = ReturnServiceClient::new(play.service.channel.clone());
        let found = returns.get_return(request).await.unwrap().into_inner();
        assert_eq!(found.approvals, *approvals);
        what_was_published_stands_beside_what_is_now(play, &found).await;
        if found.state() != ReturnState::Approved {
            continue;
        }
        let is_its = |form: &&proto::Form| {
            (&form.issuing_document, &form.code) == (&found.issuing_document, &found.form)
        };
        let form = forms.iter().find(is_its).unwrap();
        for (column, told) in form.columns.iter().zip(&found.columns) {
            if column.behavior() == FormColumnBehavior::Flow {
                assert_eq!(told.current_value, None, "{name}, column {}", column.code);
            }
        }
    }
}

/// A form says of each column which other value was approved last.
async fn what_was_published_stands_beside_what_is_now(play: &Play, found: &proto::Return) {
    let request = proto::FillFormRequest {
        issuing_document: found.issuing_document.clone(),
        form: found.form.clone(),
        units: vec![found.name.split("/returns/").next().unwrap().to_owned()],
        window: Some(proto::Window::of_period(&found.calendar, &found.period)),
        ..Default::default()
    };
    let filled = play.service.figures().fill_form(request).await.unwrap().into_inner();
    for told in &filled.fills[0].values {
        let approved = found.approvals.iter().rev().filter_map(|approval| {
            let mut values = approval.values.iter();
            values.find(|value| value.column == told.column).map(|value| value.value)
        });
        let mut otherwise = approved.filter(|value| Some(*value) != told.value);
        assert_eq!(told.published_value, otherwise.next(), "{}, column {}", found.name, told.column);
        assert_eq!(told.status() == FigureStatus::Restated, told.value.and(told.published_value).is_some());
    }
}

/// The records behind a figure add to it, for all units together and for one.
async fn records_add_to_what_they_explain(play: &Play, look: &Look) {
    let [first, _, last] = look.days;
    let units = figures::all(play, (first, last), None).await;
    let names: Vec<&String> = units.keys().filter(|unit| !unit.is_empty()).collect();
    for (at, which) in look.explained.into_iter().enumerate() {
        let unit = if at % 2 == 0 { String::new() } else { names[which % names.len()].clone() };
        // Most breakdowns of a short history are nothing, which nothing adds to.
        let counted: Vec<&String> =
            units[&unit].iter().filter(|(_, value)| **value != (0, 0)).map(|(code, _)| code).collect();
        let Some(measure) = counted.get(which % counted.len().max(1)) else { continue };
        let request = proto::ExplainFigureRequest {
            measure: (*measure).clone(),
            units: if unit.is_empty() { Vec::new() } else { vec![unit.clone()] },
            window: thidua_tests::call::window(Some(figures::day(first)), Some(figures::day(last))),
            ..Default::default()
        };
        let (told, added) = explained(play, request).await;
        assert_eq!(told, units[&unit][*measure], "{measure} of `{unit}`");
        assert_eq!(added, told, "{measure} of `{unit}`");
    }
}

/// A figure, and what its records add to it.
async fn explained(play: &Play, request: proto::ExplainFigureRequest) -> ((i64, i64), (i64, i64)) {
    let mut stream = play.service.figures().explain_figure(request).await.unwrap().into_inner();
    let (mut figure, mut sum) = (None, (0, 0));
    while let Some(message) = stream.message().await.unwrap() {
        match message.part.unwrap() {
            Part::Figure(told) => figure = told.figure.and_then(|figure| figure.value),
            Part::Contributors(part) => {
                for one in part.contributors {
                    sum = (sum.0 + one.amount, sum.1 + one.denominator);
                }
            }
        }
    }
    (amount(&figure.unwrap()), sum)
}

/// An amount, or the parts of a ratio.
fn amount(value: &Value) -> (i64, i64) {
    match value {
        Value::Amount(amount) => (*amount, 0),
        Value::Ratio(ratio) => (ratio.numerator, ratio.denominator),
    }
}
