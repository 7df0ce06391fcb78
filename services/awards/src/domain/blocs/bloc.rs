//! Emulation blocs (khối thi đua) and their members' terms.

use jiff::civil::Date;
use thidua_proto::names::{BlocName, UnitName};

/// The most terms of members that a bloc has (`Bloc.members`).
pub const MOST_MEMBERS: usize = 200;

/// Members that do not fit their bloc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlocError {
    /// The unit is no member of the bloc on a day.
    NotMember {
        /// The unit.
        unit: UnitName,
        /// The bloc.
        bloc: BlocName,
        /// The day.
        date: Date,
    },
    /// Two terms of a unit share a day.
    TermOverlaps {
        /// The unit.
        unit: UnitName,
    },
}

/// A bloc: agencies of a province that compete with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bloc {
    /// The official Vietnamese name.
    pub display_name: String,
    /// An English name; may be empty.
    pub display_name_en: String,
    /// The members with their terms, in the order in which they are printed.
    pub members: Vec<Member>,
}

/// A unit's term as a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The unit; whether it exists is for the statistics service to know.
    pub unit: UnitName,
    /// The unit's name as the bloc prints it.
    pub display_name: String,
    /// An English name; may be empty.
    pub display_name_en: String,
    /// The first day of the term.
    pub first_date: Date,
    /// The last day, not before the first; `None` while the term goes on.
    pub last_date: Option<Date>,
}

impl Member {
    /// Whether a day lies in the term; both ends do.
    #[must_use]
    pub fn serves_on(&self, date: Date) -> bool {
        self.first_date <= date && self.last_date.is_none_or(|last| date <= last)
    }

    /// Two closed spans have a day in common where each begins before the other has ended.
    fn overlaps(&self, other: &Self) -> bool {
        let begins_in = |one: &Self, other: &Self| other.last_date.is_none_or(|last| one.first_date <= last);
        begins_in(self, other) && begins_in(other, self)
    }
}

impl Bloc {
    /// Refuses two terms of one unit that share a day: the unit would have two votes then.
    pub fn check_terms(&self) -> Result<(), BlocError> {
        for (index, member) in self.members.iter().enumerate() {
            let mut later = self.members.iter().skip(index + 1);
            if later.any(|other| other.unit == member.unit && other.overlaps(member)) {
                return Err(BlocError::TermOverlaps { unit: member.unit.clone() });
            }
        }
        Ok(())
    }

    /// The members on a day, each once.
    pub fn members_on(&self, date: Date) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.serves_on(date))
    }

    /// Refuses a unit that is no member on a day.
    pub fn require_member(&self, name: &BlocName, unit: &UnitName, date: Date) -> Result<(), BlocError> {
        if self.members_on(date).any(|member| member.unit == *unit) {
            return Ok(());
        }
        Err(BlocError::NotMember { unit: unit.clone(), bloc: name.clone(), date })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::samples::{bloc_name, unit};

    fn term(name: &str, first_date: Date, last_date: Option<Date>) -> Member {
        let (display_name, display_name_en) = (name.to_owned(), String::new());
        Member { unit: unit(name), display_name, display_name_en, first_date, last_date }
    }

    fn bloc(members: Vec<Member>) -> Bloc {
        Bloc { display_name: "Khối".to_owned(), display_name_en: String::new(), members }
    }

    #[test]
    fn terms_of_one_unit_share_no_day() {
        let (january, june, july) = (date(2023, 1, 1), date(2023, 6, 30), date(2023, 7, 1));
        let left_and_back =
            bloc(vec![term("a", july, None), term("a", january, Some(june)), term("b", january, None)]);
        assert!(left_and_back.check_terms().is_ok());
        for (first, last) in
            [(january, None), (january, Some(july)), (july, Some(july)), (date(2024, 1, 1), None)]
        {
            let twice = bloc(vec![term("b", january, None), term("a", july, None), term("a", first, last)]);
            assert!(
                matches!(twice.check_terms(), Err(BlocError::TermOverlaps { unit: of }) if of == unit("a")),
                "{first}"
            );
        }
    }

    #[test]
    fn a_term_includes_both_its_ends() {
        let bloc = bloc(vec![term("a", date(2023, 1, 1), Some(date(2023, 6, 30)))]);
        for (day, member) in [
            (date(2022, 12, 31), false),
            (date(2023, 1, 1), true),
            (date(2023, 6, 30), true),
            (date(2023, 7, 1), false),
        ] {
            assert_eq!(bloc.require_member(&bloc_name(), &unit("a"), day).is_ok(), member, "{day}");
            assert_eq!(bloc.members_on(day).count(), usize::from(member), "{day}");
        }
    }

    #[test]
    fn who_is_no_member_is_told_with_bloc_and_day() {
        let day = date(2023, 1, 1);
        let refused = bloc(Vec::new()).require_member(&bloc_name(), &unit("a"), day);
        let Err(BlocError::NotMember { unit: told, bloc, date }) = refused else { panic!("{refused:?}") };
        assert_eq!((told, bloc, date), (unit("a"), bloc_name(), day));
    }
}
