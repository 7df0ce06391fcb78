//! Units that take over from units.

use jiff::civil::Date;
use thidua_proto::date::{from_wire, to_wire};
use thidua_proto::statistics as proto;

use super::super::Move;
use super::{BEGIN, Home, Play, days, listed_on};
use crate::harness::*;

impl Play {
    /// A rename, merger or split on a day on which it can be, which is then never refused.
    pub(super) async fn succeed(&mut self, plan: &Move) {
        let id = self.new_id();
        let here: Vec<&Home> = self.units.iter().skip(1).filter(|unit| unit.close.is_none()).collect();
        let (one, other) = (&here[plan.first % here.len()].name, &here[plan.second % here.len()].name);
        let [new, beside] = ["a", "b"].map(|which| format!("units/{id}-{which}"));
        let [first, second, third] = plan.weights;
        let (both, whole) = (first + second, first + second + third);
        let portions: Vec<(&str, &str, i64, i64)> = match plan.how {
            1 if one != other => vec![(one, &new, 1, 1), (other, &new, 1, 1)],
            2 if one != other => vec![(one, other, 1, 1)],
            3 => vec![(one, &new, both, whole), (one, &beside, third, whole)],
            4 => vec![(one, one, both, whole), (one, &new, third, whole)],
            5 if one != other => {
                vec![(one, one, first, whole), (one, other, second, whole), (one, &new, third, whole)]
            }
            _ => vec![(one, &new, 1, 1)],
        };
        let (request, effective) = self.reorganisation(&portions, plan.later);
        let answer = self.service.directory().succeed_units(by(REGISTRAR, request)).await;
        let answer = self.taken("succeed", answer, &[]).unwrap().into_inner();
        for unit in answer.predecessors.into_iter().chain(answer.successors) {
            let close = unit.close_date.map(|day| from_wire(day).unwrap());
            let open = from_wire(unit.open_date.unwrap()).unwrap();
            let home = Home { name: unit.name, open, close, moved: effective };
            match self.units.iter_mut().find(|known| known.name == home.name) {
                Some(known) => *known = home,
                None => self.units.push(home),
            }
        }
    }

    fn reorganisation(
        &self,
        portions: &[(&str, &str, i64, i64)],
        later: i64,
    ) -> (proto::SucceedUnitsRequest, Date) {
        let mut request = proto::SucceedUnitsRequest::default();
        // After all records of those who give, and after all that they and those who take did before.
        let mut ready = BEGIN;
        for (from, to, numerator, denominator) in portions {
            let records = self.records.iter().filter(|(name, _)| name.starts_with(&format!("{from}/")));
            ready = records.map(|(_, record)| listed_on(record)).fold(ready, Date::max);
            let known: Vec<&Home> =
                self.units.iter().filter(|unit| [*from, *to].contains(&unit.name.as_str())).collect();
            ready = known.iter().map(|unit| unit.moved.max(unit.open)).fold(ready, Date::max);
            if !request.predecessors.iter().any(|name| name == from) {
                request.predecessors.push((*from).to_owned());
            }
            let there = known.iter().any(|unit| unit.name == *to);
            let successor = if there { goes_on(to) } else { opened(to) };
            if !request.successors.contains(&successor) {
                request.successors.push(successor);
            }
            let (predecessor, successor) = ((*from).to_owned(), (*to).to_owned());
            let (numerator, denominator) = (*numerator, *denominator);
            request.shares.push(proto::SuccessionShare { predecessor, successor, numerator, denominator });
        }
        let effective = ready.saturating_add(days(1 + later));
        request.effective_date = Some(to_wire(effective));
        (request, effective)
    }
}

fn goes_on(name: &str) -> proto::Successor {
    proto::Successor { unit: name.to_owned(), new_unit: None }
}

fn opened(name: &str) -> proto::Successor {
    let unit_id = name.strip_prefix("units/").unwrap().to_owned();
    let (display_name, superior) = (format!("Đơn vị {unit_id}"), ABOVE.to_owned());
    let unit = proto::Unit { display_name, superior, ..Default::default() };
    proto::Successor { unit: String::new(), new_unit: Some(proto::NewUnit { unit_id, unit: Some(unit) }) }
}
