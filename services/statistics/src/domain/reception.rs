//! Citizen receptions (tiếp công dân).

use jiff::civil::Date;
use thidua_proto::names::RecordName;

use super::contribution::Contribution;
use super::quantity::Count;

/// One visit (lượt), a line of the reception book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// The day.
    pub date: Date,
    /// Who received.
    pub mode: Mode,
    /// People in the visit, at least 1.
    pub people: Count,
    /// Matters brought for the first time.
    pub first_time_matters: Count,
    /// Matters brought again.
    pub repeat_matters: Count,
    /// What the visit was about.
    pub matter: Option<RecordName>,
}

/// Who received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Tiếp thường xuyên.
    Regular,
    /// Thủ trưởng tiếp.
    Head,
    /// Ủy quyền tiếp.
    Delegated,
}

/// From how many people on a visit is one of a group (đoàn đông người): the vendor's reading of 01/TCD (domain/3, found
/// second-hand), the number of a petition with many signers (domain/4).
pub const GROUP: Count = 5;

/// The measures of one mode: visits, people, first-time and repeat matters, groups, people in groups.
type Measures = [&'static str; 6];

const REGULAR: Measures = [
    "receptions.visits.regular",
    "receptions.people.regular",
    "receptions.first_time_matters.regular",
    "receptions.repeat_matters.regular",
    "receptions.groups.regular",
    "receptions.group_people.regular",
];
const HEAD: Measures = [
    "receptions.visits.head",
    "receptions.people.head",
    "receptions.first_time_matters.head",
    "receptions.repeat_matters.head",
    "receptions.groups.head",
    "receptions.group_people.head",
];
const DELEGATED: Measures = [
    "receptions.visits.delegated",
    "receptions.people.delegated",
    "receptions.first_time_matters.delegated",
    "receptions.repeat_matters.delegated",
    "receptions.groups.delegated",
    "receptions.group_people.delegated",
];

impl Reception {
    /// What the visit adds to the sums of its day (01/TCD).
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        let [visits, people, first_time, repeat, groups, group_people] = match self.mode {
            Mode::Regular => REGULAR,
            Mode::Head => HEAD,
            Mode::Delegated => DELEGATED,
        };
        let group = self.people >= GROUP;
        for (measure, amount) in [
            (visits, 1),
            (people, self.people),
            (first_time, self.first_time_matters),
            (repeat, self.repeat_matters),
            (groups, u32::from(group)),
            (group_people, if group { self.people } else { 0 }),
        ] {
            if amount != 0 {
                add(Contribution { measure, date: self.date, amount: amount.into() });
            }
        }
    }
}
