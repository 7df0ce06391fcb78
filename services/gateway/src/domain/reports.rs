//! A bloc report, put together from what awards and statistics answered.

use jiff::civil::Date;
use thidua_proto::reports::report_figure::Value as ReportValue;
use thidua_proto::reports::{
    BlocReport, Label, MemberFigures, MissingPart, NotableInspection, ReportFigure, ReportFigureStatus,
    ReportMember, ReportNomination, Share, Source,
};
use thidua_proto::statistics::figure::Value as FigureValue;
use thidua_proto::{awards, date, statistics};

use super::span::Span;
use super::wording::{self, Language};

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
    "matters.to_resolve_complaints_denunciations",
    "matters.resolved_complaints_denunciations",
    "matters.resolution_rate",
];

/// Both languages of a name; the Vietnamese where no English is known.
fn label(vi: &str, en: &str) -> Label {
    Label { vi: vi.to_owned(), en: if en.is_empty() { vi } else { en }.to_owned() }
}

/// The members of a bloc on a day, in the bloc's order.
fn members(bloc: &awards::Bloc, day: Date) -> Vec<ReportMember> {
    let on = |wire: Option<thidua_proto::Date>| wire.and_then(date::from_wire);
    let belongs = |member: &&awards::BlocMember| {
        on(member.first_date).is_some_and(|first| first <= day)
            && on(member.last_date).is_none_or(|last| day <= last)
    };
    bloc.members.iter().filter(belongs).map(member).collect()
}

/// A member by its unit; the unit's name itself where the bloc does not know it any more.
fn member_of(bloc: &awards::Bloc, unit: &str) -> ReportMember {
    let unknown = || ReportMember { unit: unit.to_owned(), label: Some(label(unit, "")) };
    bloc.members.iter().find(|member| member.unit == unit).map_or_else(unknown, member)
}

fn member(member: &awards::BlocMember) -> ReportMember {
    let label = label(&member.display_name, &member.display_name_en);
    ReportMember { unit: member.unit.clone(), label: Some(label) }
}

/// The part of a report that awards knows.
#[must_use]
pub fn of_awards(
    record: &awards::YearRecord,
    bloc: &awards::Bloc,
    year: &awards::BlocYear,
    span: Span,
) -> BlocReport {
    let members = members(bloc, span.last);
    let nominations = nominations(record, bloc, &members);
    let agreement = year.pledge_agreement.as_ref();
    let contents = agreement.map_or(&[][..], |agreement| &agreement.contents);
    BlocReport {
        bloc: bloc.name.clone(),
        bloc_label: Some(label(&bloc.display_name, &bloc.display_name_en)),
        first_date: Some(date::to_wire(span.first)),
        last_date: Some(date::to_wire(span.last)),
        period_last_date: Some(date::to_wire(span.period_last)),
        conference_date: year.conference_date,
        leader: Some(member_of(bloc, &year.leader)),
        next_leader: (!year.next_leader.is_empty()).then(|| member_of(bloc, &year.next_leader)),
        pledge_contents: contents.iter().map(|it| label(&it.display_name, &it.display_name_en)).collect(),
        pledge_signed_date: agreement.and_then(|agreement| agreement.signed_date),
        members_without_nomination: without_nomination(&members, &nominations),
        nominations,
        rule_set_label: record.rule_set.as_ref().map(|it| label(&it.display_name, &it.display_name_en)),
        sources: vec![Source { service: "awards".to_owned(), revision: record.revision }],
        members,
        ..BlocReport::default()
    }
}

/// Adds the figures of all members together, and of each.
pub fn add_figures(report: &mut BlocReport, answer: &statistics::ComputeFiguresResponse) {
    let source = Source { service: "statistics".to_owned(), revision: answer.revision };
    report.figures = figures_of(answer, "", &source);
    report.member_figures = report
        .members
        .iter()
        .map(|member| MemberFigures {
            member: Some(member.clone()),
            figures: figures_of(answer, &member.unit, &source),
        })
        .collect();
    report.sources.push(source);
}

/// The figures of a unit; of all together where it is empty.
fn figures_of(answer: &statistics::ComputeFiguresResponse, unit: &str, source: &Source) -> Vec<ReportFigure> {
    let mut found = Vec::new();
    for figure in answer.figures.iter().filter(|figure| figure.unit == unit) {
        if let Some(measure) = answer.measures.iter().find(|measure| measure.code == figure.measure) {
            found.push(report_figure(figure, measure, source.clone()));
        }
    }
    found
}

fn report_figure(figure: &statistics::Figure, measure: &statistics::Measure, source: Source) -> ReportFigure {
    let phrase = |language: Language| match &figure.value {
        Some(FigureValue::Amount(amount)) => {
            let unit = language.pick(&measure.unit_of_measure, &measure.unit_of_measure_en);
            wording::amount(language, *amount, unit)
        }
        Some(FigureValue::Ratio(ratio)) => wording::percent(language, &ratio.percent),
        None => "–".to_owned(),
    };
    let status = match figure.status() {
        statistics::FigureStatus::Final => ReportFigureStatus::Final,
        statistics::FigureStatus::Restated => ReportFigureStatus::Restated,
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
fn nominations(
    record: &awards::YearRecord,
    bloc: &awards::Bloc,
    members: &[ReportMember],
) -> Vec<ReportNomination> {
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
fn without_nomination(members: &[ReportMember], nominations: &[ReportNomination]) -> Vec<ReportMember> {
    let proposed = |member: &ReportMember| {
        nominations
            .iter()
            .filter_map(|nomination| nomination.member.as_ref())
            .any(|found| found.unit == member.unit)
    };
    members.iter().filter(|member| !proposed(member)).cloned().collect()
}

/// That nothing of statistics could be had.
#[must_use]
pub fn missing_statistics() -> MissingPart {
    missing(
        "Thiếu số liệu thanh tra, tiếp công dân, đơn thư và vụ việc: dịch vụ thống kê không phản hồi",
        "Figures on inspections, receptions, petitions and matters are missing: the statistics service did not answer",
    )
}

/// That the inspections worth a line could not be had at the revision of the figures.
#[must_use]
pub fn missing_inspections() -> MissingPart {
    missing(
        "Thiếu danh sách các cuộc thanh tra đột xuất, chuyên đề: số liệu liên tục thay đổi trong khi lập báo cáo",
        "The list of unplanned and thematic inspections is missing: records kept changing while the report was made",
    )
}

fn missing(vi: &str, en: &str) -> MissingPart {
    MissingPart { service: "statistics".to_owned(), label: Some(label(vi, en)) }
}
