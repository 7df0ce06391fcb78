//! What the tests of the rules start from: a bloc of nine, led by `units/a` in 2023.

use jiff::civil::date;
use thidua_proto::names::{BlocName, UnitName, YearName};

use super::blocs::bloc::{Bloc, Member};
use super::nominations::nomination::{Nomination, NominationState};
use super::rules::rule_set::{RuleSets, TitleCode};
use super::years::year::{BlocYear, YearPlan};

pub(crate) fn unit(id: &str) -> UnitName {
    format!("units/{id}").parse().unwrap()
}

pub(crate) fn code(text: &str) -> TitleCode {
    text.parse::<thidua_proto::names::Id>().unwrap().into()
}

pub(crate) fn bloc_name() -> BlocName {
    "blocs/noi-chinh".parse().unwrap()
}

pub(crate) fn year_name() -> YearName {
    "blocs/noi-chinh/years/2023".parse().unwrap()
}

pub(crate) fn rules() -> RuleSets {
    RuleSets::built_in().unwrap()
}

/// `a` to `g` all the time, one that left at the end of June 2023, one that joined the day after: eight on every day.
pub(crate) fn bloc() -> Bloc {
    let member = |id: &str| Member {
        unit: unit(id),
        display_name: id.to_owned(),
        display_name_en: String::new(),
        first_date: date(2014, 1, 1),
        last_date: None,
    };
    let mut members: Vec<Member> = ["a", "b", "c", "d", "e", "f", "g"].map(member).into();
    members.push(Member { last_date: Some(date(2023, 6, 30)), ..member("left-in-june") });
    members.push(Member { first_date: date(2023, 7, 1), ..member("joined-in-july") });
    Bloc { display_name: "Khối Nội chính".to_owned(), display_name_en: String::new(), members }
}

pub(crate) fn plan() -> YearPlan {
    YearPlan {
        leader: unit("a"),
        first_date: date(2022, 12, 15),
        last_date: date(2023, 12, 14),
        conference_date: Some(date(2023, 11, 21)),
        pledge_agreement: None,
    }
}

pub(crate) fn year() -> BlocYear {
    BlocYear::start(year_name(), bloc(), plan(), &rules()).unwrap()
}

pub(crate) fn nomination(state: NominationState) -> Nomination {
    Nomination { unit: unit("a"), title: code("co-thi-dua-chinh-phu"), state }
}
