//! A bloc report, put together from what awards and statistics answered.

use jiff::civil::Date;
use thidua_proto::reports::report_figure::Value as ReportValue;
use thidua_proto::reports::{
    Label, MemberFigures, NotableInspection, ReportFigure, ReportFigureStatus, ReportMember,
    ReportNomination, Share, Source,
};
use thidua_proto::statistics::figure::Value as FigureValue;
use thidua_proto::{awards, date, statistics};

use super::wording::{Language, Wording};

/// The measures of the report, in its order. Each is defined by statistics; this is only the choice.
pub const MEASURES: [&str; 18] = [
    "inspections.conducted",
    "inspections.inspected_units",
    "inspections.economic_amount",
    "inspections.recovery_amount",
    "inspections.handled_organisations",
    "inspections.handled_persons",
    "inspections.referred_cases",
    "inspections.unplanned",
    "inspections.thematic",
    "receptions.visits",
    "receptions.people",
    "receptions.groups",
    "petitions.received",
    "petitions.processed",
    "petitions.qualified",
    "matters.to_resolve",
    "matters.resolved",
    "matters.resolution_rate",
];

/// Both languages of a name; the Vietnamese where no English is known.
#[must_use]
pub fn label(vi: &str, en: &str) -> Label {
    Label { vi: vi.to_owned(), en: if en.is_empty() { vi } else { en }.to_owned() }
}

/// The members of a bloc on a day, in the bloc's order.
#[must_use]
pub fn members(bloc: &awards::Bloc, day: Date) -> Vec<ReportMember> {
    let on = |wire: Option<thidua_proto::Date>| wire.and_then(date::from_wire);
    let belongs = |member: &&awards::BlocMember| {
        on(member.first_date).is_some_and(|first| first <= day)
            && on(member.last_date).is_none_or(|last| day <= last)
    };
    bloc.members.iter().filter(belongs).map(member).collect()
}

/// A member by its unit; the unit's name itself where the bloc does not know it any more.
#[must_use]
pub fn member_of(bloc: &awards::Bloc, unit: &str) -> ReportMember {
    let unknown = || ReportMember { unit: unit.to_owned(), label: Some(label(unit, "")) };
    bloc.members.iter().find(|member| member.unit == unit).map_or_else(unknown, member)
}

fn member(member: &awards::BlocMember) -> ReportMember {
    let label = label(&member.display_name, &member.display_name_en);
    ReportMember { unit: member.unit.clone(), label: Some(label) }
}

/// The figures of all members together, and of each.
#[must_use]
pub fn figures(
    wording: &Wording,
    answer: &statistics::ComputeFiguresResponse,
    members: &[ReportMember],
) -> (Vec<ReportFigure>, Vec<MemberFigures>) {
    let source = Source { service: "statistics".to_owned(), revision: answer.revision };
    let of = |unit: &str| -> Vec<ReportFigure> {
        let own = answer.figures.iter().filter(|figure| figure.unit == unit);
        own.filter_map(|figure| {
            let measure = answer.measures.iter().find(|measure| measure.code == figure.measure)?;
            Some(report_figure(wording, figure, measure, source.clone()))
        })
        .collect()
    };
    let each = members
        .iter()
        .map(|member| MemberFigures { member: Some(member.clone()), figures: of(&member.unit) });
    (of(""), each.collect())
}

fn report_figure(
    wording: &Wording,
    figure: &statistics::Figure,
    measure: &statistics::Measure,
    source: Source,
) -> ReportFigure {
    let phrase = |language: Language| match &figure.value {
        Some(FigureValue::Amount(amount)) => {
            let unit = language.pick(&measure.unit_of_measure, &measure.unit_of_measure_en);
            wording.amount(language, *amount, unit)
        }
        Some(FigureValue::Ratio(ratio)) => wording.percent(language, &ratio.percent),
        None => "–".to_owned(),
    };
    let status = match figure.status() {
        // Beside what a return says of a whole period nothing is shown here: reports end with the conference.
        statistics::FigureStatus::Final | statistics::FigureStatus::Restated => ReportFigureStatus::Final,
        statistics::FigureStatus::Provisional => ReportFigureStatus::Provisional,
        statistics::FigureStatus::NotApplicable => ReportFigureStatus::NotApplicable,
        statistics::FigureStatus::Unspecified => ReportFigureStatus::Unspecified,
    };
    ReportFigure {
        measure: figure.measure.clone(),
        label: Some(label(&measure.display_name, &measure.display_name_en)),
        unit_of_measure: measure.unit_of_measure.clone(),
        unit_of_measure_en: measure.unit_of_measure_en.clone(),
        value: figure.value.as_ref().map(|value| match value {
            FigureValue::Amount(amount) => ReportValue::Amount(*amount),
            FigureValue::Ratio(ratio) => ReportValue::Share(Share {
                numerator: ratio.numerator,
                denominator: ratio.denominator,
                percent: ratio.percent.clone(),
            }),
        }),
        phrase: Some(Label { vi: phrase(Language::Vietnamese), en: phrase(Language::English) }),
        first_date: figure.first_date,
        last_date: figure.last_date,
        status: status.into(),
        source: Some(source),
        definition: measure.definition.clone(),
    }
}

/// The inspections named in the report, by day.
#[must_use]
pub fn notable(inspections: Vec<statistics::Inspection>) -> Vec<NotableInspection> {
    let mut notable: Vec<NotableInspection> = inspections
        .into_iter()
        .map(|inspection| NotableInspection {
            unplanned: inspection.basis() == statistics::InspectionBasis::Unplanned,
            inspection: inspection.name,
            title: inspection.title,
            start_date: inspection.start_date,
            thematic: inspection.thematic,
        })
        .collect();
    notable.sort_by_key(|inspection| {
        (inspection.start_date.and_then(date::from_wire), inspection.inspection.clone())
    });
    notable
}

/// The bloc's proposals that stand, in the order of the titles, then of the members.
#[must_use]
pub fn nominations(record: &awards::YearRecord, members: &[ReportMember]) -> Vec<ReportNomination> {
    let none = awards::Bloc::default();
    let bloc = record.bloc.as_ref().unwrap_or(&none);
    let titles = record.rule_set.as_ref().map_or(&[][..], |rules| &rules.titles);
    let mut found: Vec<_> = record
        .nominations
        .iter()
        .filter(|nomination| match nomination.state() {
            awards::NominationState::Proposed | awards::NominationState::Endorsed => true,
            awards::NominationState::Rejected
            | awards::NominationState::Withdrawn
            | awards::NominationState::Unspecified => false,
        })
        .map(|nomination| {
            let rank = titles.iter().position(|title| title.code == nomination.title).unwrap_or(usize::MAX);
            let seat = members.iter().position(|member| member.unit == nomination.unit).unwrap_or(usize::MAX);
            ((rank, seat), report_nomination(record, bloc, titles.get(rank), nomination))
        })
        .collect();
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, nomination)| nomination).collect()
}

fn report_nomination(
    record: &awards::YearRecord,
    bloc: &awards::Bloc,
    title: Option<&awards::Title>,
    nomination: &awards::Nomination,
) -> ReportNomination {
    let ballot = record.ballots.iter().find(|ballot| ballot.nomination == nomination.name);
    let award = record.awards.iter().find(|award| award.nomination == nomination.name);
    ReportNomination {
        nomination: nomination.name.clone(),
        member: Some(member_of(bloc, &nomination.unit)),
        title: nomination.title.clone(),
        title_label: Some(title.map_or_else(
            || label(&nomination.title, ""),
            |title| label(&title.display_name, &title.display_name_en),
        )),
        authority: title.map(|title| label(&title.authority, &title.authority_en)),
        vote: Some(ballot.map_or_else(Label::default, vote)),
        decision_number: award.map(|award| award.decision_number.clone()).unwrap_or_default(),
        decision_date: award.and_then(|award| award.decision_date),
    }
}

fn vote(ballot: &awards::Ballot) -> Label {
    let (yes, present, entitled) = (ballot.for_count, ballot.present_count, ballot.entitled_count);
    Label {
        vi: format!("{yes}/{present} có mặt tán thành ({entitled} có quyền)"),
        en: format!("{yes} of {present} present for ({entitled} entitled)"),
    }
}

/// The members that are proposed for nothing.
#[must_use]
pub fn without_nomination(members: &[ReportMember], nominations: &[ReportNomination]) -> Vec<ReportMember> {
    let proposed = |member: &ReportMember| {
        nominations
            .iter()
            .filter_map(|nomination| nomination.member.as_ref())
            .any(|found| found.unit == member.unit)
    };
    members.iter().filter(|member| !proposed(member)).cloned().collect()
}
