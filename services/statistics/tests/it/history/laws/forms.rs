//! Forms keep their identities, units add to the form of all, and windows add and meet.

use std::collections::{BTreeMap, BTreeSet};

use thidua_proto::statistics as proto;
use thidua_proto::statistics::{FillFormRequest, FillFormResponse, FindingSeverity, FormColumnBehavior};

use super::super::Look;
use super::super::play::{CALENDAR, Play};
use super::figures::day;

/// What identifies a form: document and code.
type Id = (String, String);
/// What stands in the columns, by unit; under the empty name what stands for all together.
type Filled = BTreeMap<String, BTreeMap<String, i64>>;

/// The data of the checks: of each form, what one window ends with and the next begins with.
const CHECKS: &str = include_str!("../../../../data/checks.toml");

/// Two windows that adjoin and both together: any days, as then and as now, and the first two quarters of a year with its six months.
pub(super) async fn hold(play: &Play, look: &Look) {
    let [first, second, last] = look.days;
    let any = [(first, second - 1), (second, last), (first, last)].map(|(first, last)| FillFormRequest {
        window: thidua_tests::call::window(Some(day(first)), Some(day(last))),
        ..Default::default()
    });
    let as_now = any.clone().map(|window| FillFormRequest {
        structure: Some(proto::Structure::AsNow.into()),
        structure_date: Some(day(look.now)),
        ..window
    });
    windows_agree(play, any).await;
    windows_agree(play, as_now).await;
    let periods = ["Q1", "Q2", "6M"].map(|period| FillFormRequest {
        window: Some(proto::Window::of_period(CALENDAR, &format!("{}-{period}", look.year))),
        ..Default::default()
    });
    windows_agree(play, periods).await;
}

async fn windows_agree(play: &Play, windows: [FillFormRequest; 3]) {
    let mut filled = Vec::new();
    for window in &windows {
        filled.push(fill_all(play, window).await);
    }
    let [one, next, whole] = filled.try_into().unwrap();
    for (id, form) in &whole {
        let (Some(one), Some(next)) = (one.get(id), next.get(id)) else { continue };
        let (form, [one, next, whole]) = (form.form.as_ref().unwrap(), [one, next, form].map(columns));
        for unit in whole.keys() {
            for column in form.columns.iter().filter(|column| column.behavior() == FormColumnBehavior::Flow) {
                let of = |filled: &Filled| filled[unit].get(&column.code).copied();
                let sum = of(&one).zip(of(&next)).map(|(one, next)| one + next);
                assert_eq!(sum, of(&whole), "{id:?}, column {} of `{unit}`", column.code);
            }
            for (closing, opening) in successions(id) {
                assert_eq!(sum_of(&closing, &one[unit]), sum_of(&opening, &next[unit]), "{id:?} of `{unit}`");
            }
        }
    }
}

/// Every form in force on the last day of a window.
async fn fill_all(play: &Play, window: &FillFormRequest) -> BTreeMap<Id, FillFormResponse> {
    let mut found = BTreeMap::new();
    let headline = FillFormRequest {
        issuing_document: "thidua".to_owned(),
        form: "HEADLINE".to_owned(),
        ..window.clone()
    };
    // The one form that is always in force tells the days of the window.
    let valid_on = play.service.figures().fill_form(headline).await.unwrap().into_inner().last_date;
    let forms = play
        .service
        .figures()
        .list_forms(proto::ListFormsRequest { valid_on, ..Default::default() })
        .await
        .unwrap();
    for form in forms.into_inner().forms.into_iter().filter(|form| !form.columns.is_empty()) {
        let id = (form.issuing_document, form.code);
        let request = FillFormRequest {
            issuing_document: id.0.clone(),
            form: id.1.clone(),
            by_unit: true,
            ..window.clone()
        };
        let filled = play.service.figures().fill_form(request).await.unwrap().into_inner();
        identities_hold(&id, &filled);
        units_add_to_the_total(&id, &filled);
        found.insert(id, filled);
    }
    found
}

/// No finding is an error. The errors are: the identities that a document prints, sums and balances; that a part is no more
/// than its whole, such as petitions processed and those there were; between forms, that they count the same records alike;
/// between periods, that stocks are passed on and nothing that a year has gathered is lost. They hold of any records that
/// carry out no more than was decided, as those do that are drawn here.
/// The rest are warnings, and random records give rise to them: identities that are misprinted or leave cases out, how many
/// people a group has, sessions beside visits, growth.
fn identities_hold(id: &Id, filled: &FillFormResponse) {
    for fill in &filled.fills {
        let errors: Vec<&proto::Finding> =
            fill.findings.iter().filter(|finding| finding.severity() != FindingSeverity::Warning).collect();
        assert!(errors.is_empty(), "{id:?} of `{}`: {errors:?}", fill.unit);
    }
}

fn units_add_to_the_total(id: &Id, filled: &FillFormResponse) {
    let form = filled.form.as_ref().unwrap();
    let told = columns(filled);
    for column in form.columns.iter().filter(|column| column.behavior() != FormColumnBehavior::Share) {
        let units = told.iter().filter(|(unit, _)| !unit.is_empty());
        let sum = units.map(|(_, values)| values.get(&column.code).copied()).sum::<Option<i64>>();
        assert_eq!(sum, told[""].get(&column.code).copied(), "{id:?}, column {}", column.code);
    }
}

fn columns(filled: &FillFormResponse) -> Filled {
    let value = |one: &proto::FormValue| Some((one.column.clone(), one.value?));
    let fill = |fill: &proto::FormFill| (fill.unit.clone(), fill.values.iter().filter_map(value).collect());
    filled.fills.iter().map(fill).collect()
}

/// Of the columns of a form: sums that stand at the end of a window, and those that stand on the eve of the next.
fn successions((document, code): &Id) -> BTreeSet<(String, String)> {
    let checks: toml::Table = CHECKS.parse().unwrap();
    let all = checks["succession"].as_array().unwrap().iter();
    let its =
        all.filter(|one| one["document"].as_str() == Some(document) && one["form"].as_str() == Some(code));
    let text = |one: &toml::Value, key: &str| one[key].as_str().unwrap().to_owned();
    its.map(|one| (text(one, "closing"), text(one, "opening"))).collect()
}

/// A sum of columns such as `1 - 6`.
fn sum_of(text: &str, values: &BTreeMap<String, i64>) -> i64 {
    let (mut sum, mut sign) = (0, 1);
    for word in text.split(' ') {
        match word {
            "+" => sign = 1,
            "-" => sign = -1,
            column => sum += sign * values[column],
        }
    }
    sum
}
