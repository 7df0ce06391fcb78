//! The one place where failures of this service become statuses.

use std::fmt::Display;

use jiff::civil::Date;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::StoreError;
use thidua_proto::awards::ErrorReason;
use thidua_proto::names::{BlocName, NominationName, RuleSetName, UnitName, YearName};
use thidua_proto::parse::Violations;
use thidua_proto::status::{Detail, Failure};
use thidua_proto::variables;
use tonic::{Code, Status};

use crate::domain::rule_set::TitleCode;

/// The domain of this service's failures.
pub const DOMAIN: &str = "thidua.awards.v1";

/// What this service refuses, as facts.
#[derive(Debug)]
pub enum Error {
    /// A failure that every service has.
    Common(CommonError),
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
        Self::Common(CommonError::NotFound { resource: name.to_string() })
    }

    /// A name that is taken.
    #[must_use]
    pub fn already_exists(name: &impl Display) -> Self {
        Self::Common(CommonError::AlreadyExists { resource: name.to_string() })
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
            Self::Common(shared) => shared.into(),
            Self::NotLeader { caller, year, leader } => not_leader(&caller, &year, &leader),
            Self::NotMember { unit, bloc, date } => not_member(&unit, &bloc, date),
            Self::TermOverlaps { unit } => term_overlaps(&unit),
            Self::TitleUnknown { title, rule_set } => title_unknown(&title, &rule_set),
            Self::RuleSetMissing { date } => rule_set_missing(date),
            Self::AlreadyNominated { unit, title, nomination } => {
                already_nominated(&unit, &title, &nomination)
            }
            Self::NominationClosed { nomination, state } => nomination_closed(&nomination, state),
            Self::NextLeaderAgreed { year, next_leader } => next_leader_agreed(&year, &next_leader),
            Self::AuthorityWrong { title, authority } => authority_wrong(&title, &authority),
            Self::VotesDoNotAdd { present, counted } => votes_do_not_add(present, counted),
        }
    }
}

fn not_leader(caller: &str, year: &YearName, leader: &UnitName) -> Failure {
    Failure::new(
        Code::PermissionDenied,
        ErrorReason::NotLeader.as_str_name(),
        variables![caller, year, leader],
        (
            format!(
                "{caller} may not run {year}; the secretary of {leader}, which leads it, may, and registrars"
            ),
            format!("{caller} không được điều hành {year}; chỉ Trưởng khối {leader} hoặc cơ quan quản lý."),
        ),
        Detail::None,
    )
}

fn not_member(unit: &UnitName, bloc: &BlocName, date: Date) -> Failure {
    let texts = (
        format!("{unit} is no member of {bloc} on {date}; check the unit, the day, or the terms of the bloc"),
        format!("{unit} không phải là thành viên của {bloc} vào ngày {date}."),
    );
    Failure::precondition(ErrorReason::NotMember.as_str_name(), unit, variables![unit, bloc, date], texts)
}

fn term_overlaps(unit: &UnitName) -> Failure {
    let texts = (
        format!("two terms of {unit} share a day; end the earlier one before the later one begins"),
        format!("Hai thời hạn tham gia khối của {unit} trùng ngày nhau; hãy kết thúc thời hạn trước."),
    );
    Failure::precondition(ErrorReason::TermOverlaps.as_str_name(), unit, variables![unit], texts)
}

fn title_unknown(title: &TitleCode, rule_set: &RuleSetName) -> Failure {
    Failure::new(
        Code::NotFound,
        ErrorReason::TitleUnknown.as_str_name(),
        variables![title, rule_set],
        (
            format!("{rule_set} has no title `{title}`; ListTitles tells all"),
            format!("{rule_set} không có danh hiệu, hình thức khen thưởng “{title}”."),
        ),
        Detail::Resource(format!("{rule_set}/titles/{title}")),
    )
}

fn rule_set_missing(date: Date) -> Failure {
    let texts = (
        format!("no rule set holds on {date}; ListRuleSets tells the days of each"),
        format!("Không có bộ quy định nào có hiệu lực vào ngày {date}."),
    );
    Failure::precondition(ErrorReason::RuleSetMissing.as_str_name(), &"ruleSets", variables![date], texts)
}

fn already_nominated(unit: &UnitName, title: &TitleCode, nomination: &NominationName) -> Failure {
    let texts = (
        format!("{unit} is nominated for `{title}` by {nomination}; withdraw that one first"),
        format!("{unit} đã được đề nghị “{title}” ({nomination}); hãy rút đề nghị đó trước."),
    );
    Failure::precondition(
        ErrorReason::AlreadyNominated.as_str_name(),
        nomination,
        variables![unit, title, nomination],
        texts,
    )
}

fn nomination_closed(nomination: &NominationName, state: &str) -> Failure {
    let texts = (
        format!(
            "{nomination} is {state}; only a proposed one is voted on or withdrawn, only an endorsed one conferred"
        ),
        format!(
            "{nomination} đang ở trạng thái {state}; chỉ biểu quyết hoặc rút đề nghị đang chờ, chỉ quyết định khen thưởng \
             đề nghị đã được suy tôn."
        ),
    );
    Failure::precondition(
        ErrorReason::NominationClosed.as_str_name(),
        nomination,
        variables![nomination, state],
        texts,
    )
}

fn next_leader_agreed(year: &YearName, next_leader: &UnitName) -> Failure {
    let texts = (
        format!(
            "{year} has agreed on {next_leader} as the next leader; what a conference decided is not edited"
        ),
        format!("{year} đã thống nhất Trưởng khối năm sau là {next_leader}."),
    );
    Failure::precondition(
        ErrorReason::NextLeaderAgreed.as_str_name(),
        year,
        variables![year, next_leader],
        texts,
    )
}

fn authority_wrong(title: &TitleCode, authority: &str) -> Failure {
    let texts = (
        format!("the title `{title}` is decided by `{authority}`; check the decision"),
        format!("Thẩm quyền quyết định “{title}” là {authority}; hãy kiểm tra lại quyết định."),
    );
    Failure::precondition(
        ErrorReason::AuthorityWrong.as_str_name(),
        title,
        variables![title, authority],
        texts,
    )
}

fn votes_do_not_add(present: i64, counted: i64) -> Failure {
    let texts = (
        format!(
            "{present} present and {counted} counted contradict each other; neither are more present than entitled, \
             nor more votes than present"
        ),
        format!(
            "Số có mặt ({present}) và số đếm được ({counted}) mâu thuẫn: số có mặt không vượt số thành viên, số phiếu \
             không vượt số có mặt."
        ),
    );
    Failure::precondition(
        ErrorReason::VotesDoNotAdd.as_str_name(),
        &"ballot",
        variables![present, counted],
        texts,
    )
}

impl From<CommonError> for Error {
    fn from(shared: CommonError) -> Self {
        Self::Common(shared)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Common(error.into())
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::Common(violations.into())
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        error.into_failure().into_status(DOMAIN)
    }
}
