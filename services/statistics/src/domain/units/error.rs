//! Why units are refused: names, codes, superiors and successions that do not fit.

use jiff::civil::Date;
use thidua_proto::names::UnitName;

/// What is wrong with a unit, or with a name that should mean one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitError {
    /// There is no such unit.
    NotFound {
        /// The unit.
        unit: UnitName,
    },
    /// The unit exists already.
    AlreadyExists {
        /// The unit.
        unit: UnitName,
    },
    /// No unit goes by a name.
    NameUnknown {
        /// As written.
        display_name: String,
        /// The nearest names, best first.
        suggestions: Vec<Suggestion>,
    },
    /// Another unit has a name.
    NameTaken {
        /// The name.
        display_name: String,
        /// The other unit.
        unit: UnitName,
    },
    /// The unit does not exist on a day.
    Closed {
        /// The unit.
        unit: UnitName,
        /// The day.
        date: Date,
        /// The unit's first day.
        open_date: Date,
        /// The unit's last day.
        close_date: Option<Date>,
    },
    /// A unit would stand above itself.
    SuperiorCircular {
        /// The unit.
        unit: UnitName,
        /// The unit named above it.
        superior: UnitName,
    },
    /// Units cannot succeed each other in this way.
    SuccessionInvalid {
        /// The unit that does not fit.
        unit: UnitName,
        /// Why.
        problem: Problem,
    },
    /// Another unit has a code.
    CodeTaken {
        /// The scheme.
        scheme: String,
        /// The code.
        code: String,
        /// The other unit.
        unit: UnitName,
    },
    /// A unit would close before a record of it.
    HasLaterRecords {
        /// The unit.
        unit: UnitName,
        /// The day from which it would no longer exist.
        effective_date: Date,
        /// One such record.
        record: String,
    },
}

/// A name that somebody may have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The name of the unit that is nearest.
    pub display_name: String,
    /// The unit.
    pub unit: UnitName,
    /// How near it is, from 0 to 100.
    pub score: u8,
}

/// Why units cannot succeed each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It does not exist on a day.
    NotThere(Date),
    /// It gave or took over figures on this day already, which is not before the new one.
    MovedOn(Date),
    /// Nobody but itself would take over from it.
    OnlyItself,
    /// It has several successors, and no parts are told.
    NoShares,
    /// Its parts are counted by different denominators.
    Denominators,
    /// Its parts do not add up: so many of so many.
    DoNotAddUp(i64, i64),
    /// It takes over from nobody.
    NoPredecessor,
    /// Its parts, through all successions, can no longer be told exactly.
    TooFine,
    /// It was succeeded on this day, and would still exist then.
    StillThere(Date),
}

impl Problem {
    /// In English, after the unit's name.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::NotThere(date) => format!("it does not exist on {date}"),
            Self::MovedOn(date) => format!("it gave or took over figures on {date} already"),
            Self::OnlyItself => "nobody but itself would take over from it".to_owned(),
            Self::NoShares => "it has several successors, so their shares must be given".to_owned(),
            Self::Denominators => "its shares must have one denominator".to_owned(),
            Self::DoNotAddUp(found, whole) => format!("its shares add up to {found} of {whole} parts"),
            Self::NoPredecessor => "no share leads to it".to_owned(),
            Self::TooFine => "its shares can no longer be told exactly: take smaller denominators".to_owned(),
            Self::StillThere(date) => format!("it was succeeded on {date}, so its last day is the eve"),
        }
    }

    /// In Vietnamese, after the unit's name.
    #[must_use]
    pub fn vietnamese(&self) -> String {
        let day = |date: &Date| date.strftime("%d/%m/%Y").to_string();
        match self {
            Self::NotThere(date) => format!("đơn vị không tồn tại vào ngày {}", day(date)),
            Self::MovedOn(date) => {
                format!("đơn vị đã chuyển giao hoặc tiếp nhận số liệu từ ngày {}", day(date))
            }
            Self::OnlyItself => "không có đơn vị nào khác kế thừa".to_owned(),
            Self::NoShares => "có nhiều đơn vị kế thừa nên phải nhập tỷ lệ chia".to_owned(),
            Self::Denominators => "các tỷ lệ chia phải có cùng mẫu số".to_owned(),
            Self::DoNotAddUp(found, whole) => format!("các tỷ lệ chia cộng lại là {found}/{whole} phần"),
            Self::NoPredecessor => "không có tỷ lệ nào chia cho đơn vị này".to_owned(),
            Self::TooFine => "không thể tính chính xác tỷ lệ chia; hãy dùng mẫu số nhỏ hơn".to_owned(),
            Self::StillThere(date) => {
                format!("đơn vị đã được kế thừa từ ngày {}, nên phải kết thúc vào hôm trước", day(date))
            }
        }
    }
}
