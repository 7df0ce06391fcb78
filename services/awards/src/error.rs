//! The one place where failures of this service become statuses.

use std::fmt::Display;

use jiff::civil::Date;
use thidua_chassis::failure::Shared;
use thidua_chassis::store::StoreError;
use thidua_proto::awards::ErrorReason;
use thidua_proto::names::{BlocName, NominationName, RuleSetName, UnitName, YearName};
use thidua_proto::parse::Violations;
use thidua_proto::status::{Detail, Failure};
use tonic::{Code, Status};

use crate::domain::rule_set::TitleCode;

/// The domain of this service's failures.
pub const DOMAIN: &str = "thidua.awards.v1";

/// What this service refuses, as facts.
#[derive(Debug)]
pub enum Error {
    /// A failure that every service has.
    Shared(Shared),
    /// The caller's unit does not lead the year.
    NotLeader {
        /// The caller.
        caller: String,
        /// The year.
        year: YearName,
        /// The unit that leads it.
        leader: UnitName,
    },
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
    /// The rule set has no such title.
    TitleUnknown {
        /// The code.
        title: TitleCode,
        /// The rule set.
        rule_set: RuleSetName,
    },
    /// No rule set holds on a day.
    RuleSetMissing {
        /// The day.
        date: Date,
    },
    /// The unit has an open nomination for the title.
    AlreadyNominated {
        /// The unit.
        unit: UnitName,
        /// The code of the title.
        title: TitleCode,
        /// The open nomination.
        nomination: NominationName,
    },
    /// The nomination is not in the state that the method takes.
    NominationClosed {
        /// The nomination.
        nomination: NominationName,
        /// Where it stands, such as `WITHDRAWN`.
        state: &'static str,
    },
    /// The next leader has been agreed.
    NextLeaderAgreed {
        /// The year.
        year: YearName,
        /// The unit agreed on.
        next_leader: UnitName,
    },
    /// Another authority decides on the title.
    AuthorityWrong {
        /// The code of the title.
        title: TitleCode,
        /// Who does, in Vietnamese.
        authority: String,
    },
    /// The counts of a show of hands contradict each other.
    VotesDoNotAdd {
        /// Members present.
        present: i64,
        /// Votes counted, or members entitled where fewer of these than present.
        counted: i64,
    },
}

impl Error {
    /// A resource that does not exist.
    #[must_use]
    pub fn not_found(name: &impl Display) -> Self {
        Self::Shared(Shared::NotFound { resource: name.to_string() })
    }

    /// A name that is taken.
    #[must_use]
    pub fn already_exists(name: &impl Display) -> Self {
        Self::Shared(Shared::AlreadyExists { resource: name.to_string() })
    }

    /// A stored body that this program did not write.
    #[must_use]
    pub fn corrupt(problem: String) -> Self {
        StoreError::Corrupt { problem }.into()
    }

    /// The failure with its reason, and the texts in English and Vietnamese.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Shared(shared) => shared.into(),
            Self::NotLeader { caller, year, leader } => not_leader(caller, &year, &leader),
            Self::NotMember { unit, bloc, date } => not_member(&unit, &bloc, date),
            Self::TermOverlaps { unit } => term_overlaps(&unit),
            Self::TitleUnknown { title, rule_set } => title_unknown(&title, &rule_set),
            Self::RuleSetMissing { date } => rule_set_missing(date),
            Self::AlreadyNominated { unit, title, nomination } => {
                already_nominated(&unit, &title, &nomination)
            }
            Self::NominationClosed { nomination, state } => nomination_closed(&nomination, state),
            Self::NextLeaderAgreed { year, next_leader } => next_leader_agreed(&year, &next_leader),
            Self::AuthorityWrong { title, authority } => authority_wrong(&title, authority),
            Self::VotesDoNotAdd { present, counted } => votes_do_not_add(present, counted),
        }
    }
}

fn not_leader(caller: String, year: &YearName, leader: &UnitName) -> Failure {
    Failure {
        code: Code::PermissionDenied,
        reason: ErrorReason::NotLeader.as_str_name(),
        english: format!(
            "{caller} may not run {year}; the secretary of {leader}, which leads it, may, and registrars"
        ),
        vietnamese: format!(
            "{caller} không được điều hành {year}; chỉ Trưởng khối {leader} hoặc cơ quan quản lý."
        ),
        metadata: vec![("caller", caller), ("year", year.to_string()), ("leader", leader.to_string())],
        detail: Detail::None,
    }
}

fn not_member(unit: &UnitName, bloc: &BlocName, date: Date) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::NotMember.as_str_name(),
        english: format!(
            "{unit} is no member of {bloc} on {date}; check the unit, the day, or the terms of the bloc"
        ),
        vietnamese: format!("{unit} không phải là thành viên của {bloc} vào ngày {date}."),
        metadata: vec![("unit", unit.to_string()), ("bloc", bloc.to_string()), ("date", date.to_string())],
        detail: Detail::Precondition(unit.to_string()),
    }
}

fn term_overlaps(unit: &UnitName) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::TermOverlaps.as_str_name(),
        english: format!("two terms of {unit} share a day; end the earlier one before the later one begins"),
        vietnamese: format!(
            "Hai thời hạn tham gia khối của {unit} trùng ngày nhau; hãy kết thúc thời hạn trước."
        ),
        metadata: vec![("unit", unit.to_string())],
        detail: Detail::Precondition(unit.to_string()),
    }
}

fn title_unknown(title: &TitleCode, rule_set: &RuleSetName) -> Failure {
    Failure {
        code: Code::NotFound,
        reason: ErrorReason::TitleUnknown.as_str_name(),
        english: format!("{rule_set} has no title `{title}`; ListTitles tells all"),
        vietnamese: format!("{rule_set} không có danh hiệu, hình thức khen thưởng “{title}”."),
        metadata: vec![("title", title.to_string()), ("rule_set", rule_set.to_string())],
        detail: Detail::Resource(format!("{rule_set}/titles/{title}")),
    }
}

fn rule_set_missing(date: Date) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::RuleSetMissing.as_str_name(),
        english: format!("no rule set holds on {date}; ListRuleSets tells the days of each"),
        vietnamese: format!("Không có bộ quy định nào có hiệu lực vào ngày {date}."),
        metadata: vec![("date", date.to_string())],
        detail: Detail::Precondition("ruleSets".to_owned()),
    }
}

fn already_nominated(unit: &UnitName, title: &TitleCode, nomination: &NominationName) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::AlreadyNominated.as_str_name(),
        english: format!("{unit} is nominated for `{title}` by {nomination}; withdraw that one first"),
        vietnamese: format!("{unit} đã được đề nghị “{title}” ({nomination}); hãy rút đề nghị đó trước."),
        metadata: vec![
            ("unit", unit.to_string()),
            ("title", title.to_string()),
            ("nomination", nomination.to_string()),
        ],
        detail: Detail::Precondition(nomination.to_string()),
    }
}

fn nomination_closed(nomination: &NominationName, state: &str) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::NominationClosed.as_str_name(),
        english: format!(
            "{nomination} is {state}; only a proposed one is voted on or withdrawn, only an endorsed one conferred"
        ),
        vietnamese: format!(
            "{nomination} đang ở trạng thái {state}; chỉ biểu quyết hoặc rút đề nghị đang chờ, chỉ quyết định khen thưởng đề \
             nghị đã được suy tôn."
        ),
        metadata: vec![("nomination", nomination.to_string()), ("state", state.to_owned())],
        detail: Detail::Precondition(nomination.to_string()),
    }
}

fn next_leader_agreed(year: &YearName, next_leader: &UnitName) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::NextLeaderAgreed.as_str_name(),
        english: format!(
            "{year} has agreed on {next_leader} as the next leader; what a conference decided is not edited"
        ),
        vietnamese: format!("{year} đã thống nhất Trưởng khối năm sau là {next_leader}."),
        metadata: vec![("year", year.to_string()), ("next_leader", next_leader.to_string())],
        detail: Detail::Precondition(year.to_string()),
    }
}

fn authority_wrong(title: &TitleCode, authority: String) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::AuthorityWrong.as_str_name(),
        english: format!("the title `{title}` is decided by `{authority}`; check the decision"),
        vietnamese: format!("Thẩm quyền quyết định “{title}” là {authority}; hãy kiểm tra lại quyết định."),
        detail: Detail::Precondition(title.to_string()),
        metadata: vec![("title", title.to_string()), ("authority", authority)],
    }
}

fn votes_do_not_add(present: i64, counted: i64) -> Failure {
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::VotesDoNotAdd.as_str_name(),
        english: format!(
            "{present} present and {counted} counted contradict each other; neither are more present than entitled, nor \
             more votes than present"
        ),
        vietnamese: format!(
            "Số có mặt ({present}) và số đếm được ({counted}) mâu thuẫn: số có mặt không vượt số thành viên, số phiếu không \
             vượt số có mặt."
        ),
        metadata: vec![("present", present.to_string()), ("counted", counted.to_string())],
        detail: Detail::Precondition("ballot".to_owned()),
    }
}

impl From<Shared> for Error {
    fn from(shared: Shared) -> Self {
        Self::Shared(shared)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Shared(error.into())
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::Shared(violations.into())
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        error.into_failure().into_status(DOMAIN)
    }
}
