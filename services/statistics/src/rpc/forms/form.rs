//! `FillForm` and `ListForms`: official forms, filled from the dated sums.

use jiff::civil::Date;
use thidua_proto::date;
use thidua_proto::names::UnitName;
use thidua_proto::page::{Binding, CodePage};
use thidua_proto::parse::Violations;
use thidua_proto::statistics as proto;
use tonic::{Request, Response, Status};

use crate::domain::calendars::window::Window;
use crate::domain::calendars::window::window_text;
use crate::domain::figures::figure::Sums;
use crate::domain::figures::regrouped::RegroupedSums;
use crate::domain::figures::unit_of_measure;
use crate::domain::forms::check::{Cited, Finding, FormValues};
use crate::domain::forms::form::{Behaviour, Column, Form, FormId, Values, fill, total};
use crate::domain::forms::rule::{Rule, Severity};
use crate::domain::units::structure::{ShownUnit, Structure};
use crate::error::Error;
use crate::rpc::calendars::calendar::{ResolvedWindow, WindowQuery};
use crate::rpc::certainty;
use crate::rpc::figures::figure::{restated_status, sources_to_proto};
use crate::rpc::figures::figure_query::{AsOf, parse_structure, parse_units};
use crate::rpc::figures::unit_sums::UnitSums;
use crate::rpc::service::Statistics;
use crate::rules::Rules;
use thidua_chassis::language::Language;

impl Statistics {
    pub(in crate::rpc) async fn fill(
        &self,
        request: Request<proto::FillFormRequest>,
    ) -> Result<Response<proto::FillFormResponse>, Status> {
        let query = Query::parse(request.get_ref(), self.clock.today())?;
        let rules = &*self.rules;
        let form = rules.forms.find(&query.form).map_err(Error::from)?;
        let found = query.window.find(&rules.calendars)?;
        let window = found.window;
        form.require_in_force(window.last).map_err(Error::from)?;
        let asked = (&*query.units, query.structure, query.as_of);
        let all_units = query.units.is_empty();
        let (recorded, published) = self.recorded_and_published(asked, &found, &[&form.id]).await?;
        let UnitSums { revision, shown, sums } = recorded;

        let each: Vec<_> =
            shown.iter().map(|unit| RegroupedSums::new(&unit.sources, |source| sums.get(source))).collect();
        // All units together are told no shares: each is told the rest of another.
        let rounded = || shown.iter().map(ShownUnit::is_rounded);
        let rounded = std::iter::once(!all_units && rounded().any(|one| one)).chain(rounded());
        let filling =
            Filling::of(rules, form, &each, &found, (window.is_open(self.clock.today()), rounded.collect()));
        let units = shown.iter().zip(filling.own.iter().skip(1));
        let units = units.map(|(unit, now)| (&unit.unit, published.form(&unit.unit, &form.id, now), now));
        let units: Vec<(&UnitName, Option<Values>, &Values)> = units.collect();
        let together =
            published.together(units.iter().map(|(unit, then, now)| (*unit, then.clone(), (*now).clone())));
        let together = together.map(|each| total(form, &each));
        let mut fills = vec![filling.answer(0, "", together.as_ref())];
        if query.by_unit {
            let each = units.iter().enumerate();
            fills.extend(
                each.map(|(at, (unit, then, _))| filling.answer(at + 1, &unit.to_string(), then.as_ref())),
            );
        }
        Ok(Response::new(proto::FillFormResponse {
            form: Some(form_to_proto(form)),
            fills,
            first_date: Some(date::to_wire(window.first)),
            last_date: Some(date::to_wire(window.last)),
            window_text: window_text(window),
            source_version: format!("{}; {}", rules.forms.version, rules.catalogue.version),
            revision,
            sources: sources_to_proto(&shown, query.structure),
        }))
    }

    pub(in crate::rpc) fn forms(
        &self,
        request: Request<proto::ListFormsRequest>,
    ) -> Result<Response<proto::ListFormsResponse>, Status> {
        let mut request = request.into_inner();
        let page = CodePage::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let (valid_on, size) = (v.day("valid_on", request.valid_on), page.size(&mut v));
        let (valid_on, size) = v.finish((|| Some((valid_on?, size?)))()).map_err(Error::from)?;
        let in_force = |form: &&Form| valid_on.is_none_or(|day| form.validity.holds_on(day));
        let forms = self.rules.forms.all().filter(in_force).map(|form| (form.id.to_string(), form));
        let (forms, next_page_token) = page
            .of(forms, size, &Binding::of("ListForms", &request))
            .map_err(|bad| Error::Common(bad.into()))?;
        let forms = forms.into_iter().map(form_to_proto).collect();
        let source_version = self.rules.forms.version.clone();
        Ok(Response::new(proto::ListFormsResponse { forms, source_version, next_page_token }))
    }
}

struct Query {
    form: FormId,
    units: Vec<UnitName>,
    window: WindowQuery,
    by_unit: bool,
    structure: Structure,
    as_of: Option<AsOf>,
}

impl Query {
    fn parse(m: &proto::FillFormRequest, today: Date) -> Result<Self, Error> {
        let mut v = Violations::default();
        let document = v.text("issuing_document", &m.issuing_document, 1, 100);
        let code = v.text("form", &m.form, 1, 100);
        let units = parse_units(&mut v, &m.units);
        let window = WindowQuery::parse(&mut v, m.window.as_ref());
        let structure = parse_structure(&mut v, (m.structure, m.structure_date), today);
        let as_of = AsOf::parse(&mut v, m.as_of_revision, m.as_of_time);
        let parsed = (|| {
            let form = FormId { document: document?, code: code? };
            let (units, window, structure, as_of) = (units?, window?, structure?, as_of?);
            Some(Self { form, units, window, by_unit: m.by_unit, structure, as_of })
        })();
        Ok(v.finish(parsed)?)
    }
}

/// A form with what its findings need beside it. Each list of values begins with all units together; then each unit's.
struct Filling<'r> {
    rules: &'r Rules,
    form: &'r Form,
    window: Window,
    own: Vec<Values>,
    /// The forms that rules between forms name with it, by code.
    beside: Vec<(String, Vec<Values>)>,
    /// The form over other windows: shorter ones of the year, the period before, the same period of the year before.
    earlier: Vec<(Window, Vec<Values>)>,
    open: bool,
    /// Whether the values are partly shares of others', rounded.
    rounded: Vec<bool>,
}

impl<'r> Filling<'r> {
    fn of(
        rules: &'r Rules,
        form: &'r Form,
        units: &[impl Sums],
        found: &ResolvedWindow<'_>,
        (open, rounded): (bool, Vec<bool>),
    ) -> Self {
        let everyone = |form: &Form, window: Window| {
            let each: Vec<Values> = units.iter().map(|sums| fill(form, sums, window)).collect();
            [vec![total(form, &each)], each].concat()
        };
        let beside = rules.checks.beside(&form.id).into_iter().filter_map(|code| {
            let id = FormId { document: form.id.document.clone(), code };
            let other = rules.forms.get(&id)?;
            Some((id.code, everyone(other, found.window)))
        });
        let earlier = earlier(found).into_iter().map(|window| (window, everyone(form, window)));
        Self {
            rules,
            form,
            window: found.window,
            own: everyone(form, found.window),
            beside: beside.collect(),
            earlier: earlier.collect(),
            open,
            rounded,
        }
    }

    /// The form of one of those that it was filled for, beside what was published of it.
    fn answer(&self, at: usize, unit: &str, published: Option<&Values>) -> proto::FormFill {
        let none = Values::new();
        let values = self.own.get(at).unwrap_or(&none);
        let stand = FormValues { window: self.window, values };
        let beside = self.beside.iter().filter_map(|(code, of)| Some((code.clone(), of.get(at)?.clone())));
        let earlier: Vec<(Window, Values)> =
            self.earlier.iter().filter_map(|(window, of)| Some((*window, of.get(at)?.clone()))).collect();
        let rules = self.rules;
        let mut findings = rules.checks.review(&rules.forms, self.form, stand, beside.collect(), &earlier);
        if self.rounded.get(at).copied().unwrap_or_default() {
            for finding in &mut findings {
                finding.severity = Severity::Warning;
            }
        }
        let columns = self.form.columns.iter();
        proto::FormFill {
            unit: unit.to_owned(),
            values: columns.map(|column| value_to_proto(column, values, published, self.open)).collect(),
            findings: findings.into_iter().map(finding_to_proto).collect(),
        }
    }
}

/// The windows that a period is compared with.
fn earlier(found: &ResolvedWindow<'_>) -> Vec<Window> {
    let Some((calendar, period)) = &found.period else { return Vec::new() };
    let periods = calendar.compared(period);
    let mut windows: Vec<Window> = periods.iter().filter_map(|period| period.window(None)).collect();
    windows.sort_by_key(|window| (window.first, window.last));
    windows.dedup();
    windows
}

fn value_to_proto(
    column: &Column,
    values: &Values,
    published: Option<&Values>,
    open: bool,
) -> proto::FormValue {
    let of = |values: &Values| values.get(&column.code).copied();
    let text = |value: i64| Language::Vietnamese.number(value, column.decimals());
    let value = of(values);
    let published_value = published.and_then(of).filter(|published| Some(*published) != value);
    let status = match value {
        None => proto::FigureStatus::NotApplicable,
        Some(_) if open => proto::FigureStatus::Provisional,
        Some(_) => proto::FigureStatus::Final,
    };
    proto::FormValue {
        column: column.code.clone(),
        value,
        status: restated_status(status, published_value).into(),
        text: value.map(text).unwrap_or_default(),
        published_value,
        published_text: published_value.map(text).unwrap_or_default(),
    }
}

fn form_to_proto(form: &Form) -> proto::Form {
    proto::Form {
        issuing_document: form.id.document.clone(),
        code: form.id.code.clone(),
        display_name: form.title.clone(),
        display_name_en: form.title_en.clone(),
        official: form.official,
        source: form.source.clone(),
        note: form.note.clone(),
        certainty: certainty::to_proto(form.certainty).into(),
        valid_from: form.validity.from.map(date::to_wire),
        valid_to: form.validity.to.map(date::to_wire),
        validity_certainty: certainty::to_proto(form.validity.certainty).into(),
        columns: form.columns.iter().map(column_to_proto).collect(),
        rules: form.rules.iter().map(rule_to_proto).collect(),
    }
}

fn column_to_proto(column: &Column) -> proto::FormColumn {
    proto::FormColumn {
        code: column.code.clone(),
        group: column.group.clone(),
        label: column.label.clone(),
        label_en: column.label_en.clone(),
        unit_of_measure: column.unit_of_measure.clone(),
        decimal_digits: column.decimals().into(),
        behavior: match column.behaviour {
            Behaviour::Flow => proto::FormColumnBehavior::Flow,
            Behaviour::Opening => proto::FormColumnBehavior::Opening,
            Behaviour::Turnover => proto::FormColumnBehavior::Turnover,
            Behaviour::Closing => proto::FormColumnBehavior::Closing,
            Behaviour::Share => proto::FormColumnBehavior::Share,
        }
        .into(),
        formula: column.formula.clone(),
        note: column.note.clone(),
        certainty: certainty::to_proto(column.certainty).into(),
        unit_of_measure_en: unit_of_measure::english(&column.unit_of_measure).to_owned(),
    }
}

fn rule_to_proto(rule: &Rule) -> proto::FormRule {
    let severity = severity_to_proto(rule.severity).into();
    let certainty = certainty::to_proto(rule.certainty).into();
    proto::FormRule { rule: rule.text.clone(), meaning: rule.meaning.clone(), severity, certainty }
}

fn severity_to_proto(severity: Severity) -> proto::FindingSeverity {
    match severity {
        Severity::Error => proto::FindingSeverity::Error,
        Severity::Warning => proto::FindingSeverity::Warning,
    }
}

pub(in crate::rpc) fn finding_to_proto(finding: Finding) -> proto::Finding {
    proto::Finding {
        rule: finding.rule,
        meaning: finding.meaning,
        severity: severity_to_proto(finding.severity).into(),
        issuing_document: finding.form.document,
        form: finding.form.code,
        columns: finding.cited.into_iter().map(cited_to_proto).collect(),
        difference: finding.difference,
        text: finding.vietnamese,
        text_en: finding.english,
    }
}

fn cited_to_proto(cited: Cited) -> proto::FindingColumn {
    proto::FindingColumn {
        form: cited.form,
        column: cited.column,
        value: cited.value,
        first_date: cited.days.map(|(first, _)| date::to_wire(first)),
        last_date: cited.days.map(|(_, last)| date::to_wire(last)),
    }
}
