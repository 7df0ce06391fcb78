//! Units add to totals, windows add and meet, and figures are what the records say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use thidua_proto::date::{from_wire, to_wire};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::import_row::Record;
use thidua_proto::statistics::{Competence, InspectionBasis, MeasureKind, PetitionKind, Structure};

use super::super::Look;
use super::super::play::{BEGIN, Play, days};
use super::amount;

/// The amounts of a unit, or the parts of a ratio, by measure.
type Amounts = BTreeMap<String, (i64, i64)>;

/// What stands at the beginning of a window, what comes, what goes, and, where there is a measure for it, what then stands at
/// the end. Each stands for itself and for its breakdowns, whose codes go on alike.
const BALANCES: [(&str, &str, &str, &str); 10] = [
    ("inspections.carried_over", "inspections.started", "inspections.concluded", ""),
    ("petitions.carried_over", "petitions.received", "petitions.processed", "petitions.pending"),
    ("matters.carried_over", "matters.accepted", "matters.resolved", "matters.pending"),
    ("matters.carried_over_petitions", "matters.accepted_petitions", "matters.resolved_petitions", ""),
    ("matters.outstanding_recovery_amount", "matters.recovery_amount", "matters.recovered_amount", ""),
    ("matters.outstanding_recovery_area", "matters.recovery_area", "matters.recovered_area", ""),
    (
        "matters.outstanding_return_organisation_amount",
        "matters.return_organisation_amount",
        "matters.returned_organisation_amount",
        "",
    ),
    (
        "matters.outstanding_return_organisation_area",
        "matters.return_organisation_area",
        "matters.returned_organisation_area",
        "",
    ),
    (
        "matters.outstanding_return_person_amount",
        "matters.return_person_amount",
        "matters.returned_person_amount",
        "",
    ),
    (
        "matters.outstanding_return_person_area",
        "matters.return_person_area",
        "matters.returned_person_area",
        "",
    ),
];

pub(super) async fn hold(play: &Play, look: &Look) {
    let [first, second, last] = look.days;
    let windows = [(first, second - 1), (second, last), (first, last)];
    let mut totals = Vec::new();
    for now in [None, Some(look.now)] {
        let mut told = Vec::new();
        for window in windows {
            let found = all(play, window, now).await;
            units_add_to_the_total(&found);
            told.push(found);
        }
        let [one, next, whole] = told.try_into().unwrap();
        for unit in whole.keys() {
            flows_add(play, [&one[unit], &next[unit], &whole[unit]]);
            stocks_meet(play, &one[unit], &next[unit]);
        }
        if now.is_none() {
            figures_are_counted_from_records(play, windows[2], &whole);
        }
        totals.push(whole[""].clone());
    }
    assert_eq!(totals[0], totals[1], "the total is the same as then and as now");
}

pub(super) fn day(offset: i64) -> thidua_proto::Date {
    to_wire(BEGIN.saturating_add(days(offset)))
}

/// All measures over a window: of all units together under the empty name, and of each.
pub(super) async fn all(
    play: &Play,
    (first, last): (i64, i64),
    now: Option<i64>,
) -> BTreeMap<String, Amounts> {
    let request = proto::ComputeFiguresRequest {
        window: thidua_tests::call::window(Some(day(first)), Some(day(last))),
        by_unit: true,
        structure: Some(if now.is_some() { Structure::AsNow } else { Structure::AsThen }.into()),
        structure_date: now.map(day),
        ..Default::default()
    };
    let answer = play.service.figures().compute_figures(request).await.unwrap().into_inner();
    let mut found: BTreeMap<String, Amounts> = BTreeMap::new();
    for figure in answer.figures {
        let value = amount(&figure.value.unwrap());
        found.entry(figure.unit).or_default().insert(figure.measure, value);
    }
    found
}

fn units_add_to_the_total(found: &BTreeMap<String, Amounts>) {
    let mut sums = Amounts::new();
    for (measure, value) in found.iter().filter(|(unit, _)| !unit.is_empty()).flat_map(|(_, amounts)| amounts)
    {
        let sum = sums.entry(measure.clone()).or_default();
        *sum = (sum.0 + value.0, sum.1 + value.1);
    }
    assert_eq!(sums, found[""]);
}

fn flows_add(play: &Play, [one, next, whole]: [&Amounts; 3]) {
    for measure in play.measures.iter().filter(|measure| measure.kind() == MeasureKind::Flow) {
        let code = &measure.code;
        assert_eq!(one[code].0 + next[code].0, whole[code].0, "{code}");
    }
}

/// What a window ends with the next one begins with, for every stock that there is.
fn stocks_meet(play: &Play, one: &Amounts, next: &Amounts) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (opening, comes, goes, closing) in BALANCES {
        let below = format!("{opening}.");
        for code in one.keys().filter(|code| *code == opening || code.starts_with(&below)) {
            let like = |stem: &str| code.replacen(opening, stem, 1);
            let stands = one[code].0 + one[&like(comes)].0 - one[&like(goes)].0;
            assert_eq!(stands, next[code].0, "{code}");
            seen.insert(code.clone());
            if !closing.is_empty() {
                assert_eq!(one[&like(closing)].0, next[code].0, "{code}");
                seen.insert(like(closing));
            }
        }
    }
    let carried_over = next.iter().filter(|(code, _)| code.starts_with("inspections.carried_over."));
    assert_eq!(one["inspections.open"].0, carried_over.map(|(_, value)| value.0).sum::<i64>());
    let to_resolve = one["matters.carried_over"].0 + one["matters.accepted"].0;
    assert_eq!(one["matters.to_resolve"].0, to_resolve);
    let both = |stem: &str| {
        ["complaint", "denunciation"].map(|kind| one[&format!("matters.{stem}.{kind}")].0).iter().sum::<i64>()
    };
    let rated = "matters.to_resolve_complaints_denunciations";
    assert_eq!(one[rated].0, both("carried_over") + both("accepted"));
    assert_eq!(one["matters.resolution_rate"], (both("resolved"), one[rated].0));
    seen.extend(["inspections.open", "matters.to_resolve", rated].map(str::to_owned));
    for kind in ["complaint", "denunciation", "proposal"] {
        let of = |amounts: &Amounts, stem: &str| amounts[&format!("matters.{stem}.{kind}")].0;
        let left = of(one, "decisions_to_execute") - of(one, "executed");
        assert_eq!(left + of(next, "decisions"), of(next, "decisions_to_execute"), "{kind}");
        seen.insert(format!("matters.decisions_to_execute.{kind}"));
    }
    let stocks = play.measures.iter().filter(|measure| measure.kind() == MeasureKind::Stock);
    assert_eq!(stocks.map(|stock| stock.code.clone()).collect::<BTreeSet<_>>(), seen);
}

/// Some measures of every kind of records, counted here from the records themselves.
fn figures_are_counted_from_records(
    play: &Play,
    (first, last): (i64, i64),
    told: &BTreeMap<String, Amounts>,
) {
    let [first, last] = [first, last].map(|offset| BEGIN.saturating_add(days(offset)));
    for (unit, amounts) in told {
        let mut counted: BTreeMap<&str, i64> = COUNTED.map(|code| (code, 0)).into();
        for (_, record) in
            play.records.iter().filter(|(name, _)| name.starts_with(&format!("{unit}/")) || unit.is_empty())
        {
            count(record, &Days { first, last }, &mut |code, amount| {
                *counted.get_mut(code).unwrap() += amount;
            });
        }
        for (code, counted) in counted {
            assert_eq!(amounts[code].0, counted, "{code} of `{unit}`");
        }
    }
}

/// The measures that are counted here.
const COUNTED: [&str; 17] = [
    "petitions.received",
    "petitions.received.complaint",
    "petitions.jointly_signed",
    "petitions.within_competence",
    "petitions.pending",
    "petitions.carried_over",
    "receptions.visits",
    "receptions.people",
    "receptions.groups",
    "inspections.conducted",
    "inspections.unplanned",
    "inspections.concluded",
    "inspections.recovery_amount",
    "matters.accepted",
    "matters.resolved",
    "matters.pending",
    "matters.recovered_amount.complaint",
];

/// A window of days.
struct Days {
    first: Date,
    last: Date,
}

impl Days {
    /// 1 where something was on a day of the window.
    fn on(&self, date: Option<thidua_proto::Date>) -> i64 {
        by(date, self.last) - by(date, self.first.yesterday().unwrap())
    }
}

/// 1 where something was on a day or before.
fn by(date: Option<thidua_proto::Date>, last: Date) -> i64 {
    i64::from(date.and_then(from_wire).is_some_and(|date| date <= last))
}

fn count(record: &Record, days: &Days, add: &mut impl FnMut(&str, i64)) {
    let eve = days.first.yesterday().unwrap();
    match record {
        Record::Petition(one) => {
            let (received, processed) = (one.received_date, one.processed_date);
            let complaint = i64::from(one.kind() == PetitionKind::Complaint);
            add("petitions.received", days.on(received));
            add("petitions.received.complaint", days.on(received) * complaint);
            add(
                "petitions.jointly_signed",
                days.on(received) * i64::from(one.signer_count.unwrap_or(1) >= 5 && !one.anonymous),
            );
            add(
                "petitions.within_competence",
                days.on(processed) * i64::from(one.competence() == Competence::Within),
            );
            add("petitions.pending", by(received, days.last) - by(processed, days.last));
            add("petitions.carried_over", by(received, eve) - by(processed, eve));
        }
        Record::Reception(one) => {
            let on = days.on(one.reception_date);
            add("receptions.visits", on * i64::from(one.people_count > 0));
            add("receptions.people", on * one.people_count);
            add("receptions.groups", on * i64::from(one.people_count >= 5));
        }
        Record::Inspection(one) => {
            add("inspections.conducted", days.on(one.start_date));
            add(
                "inspections.unplanned",
                days.on(one.start_date) * i64::from(one.basis() == InspectionBasis::Unplanned),
            );
            add("inspections.concluded", days.on(one.conclusion_date));
            add("inspections.recovery_amount", days.on(one.conclusion_date) * one.recovery_amount_vnd);
        }
        Record::Matter(one) if one.competence() == Competence::Outside => {}
        Record::Matter(one) => {
            add("matters.accepted", days.on(one.accepted_date));
            add("matters.resolved", days.on(one.resolved_date));
            add("matters.pending", by(one.accepted_date, days.last) - by(one.resolved_date, days.last));
            for event in one.executions.iter().filter(|_| one.kind() == PetitionKind::Complaint) {
                add(
                    "matters.recovered_amount.complaint",
                    days.on(event.execution_date) * event.recovered_amount_vnd,
                );
            }
        }
    }
}
