//! The one place where failures of this service become statuses.

use jiff::civil::Date;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::StoreError;
use thidua_proto::awards::ErrorReason;
use thidua_proto::names::{BlocName, NominationName, RuleSetName, UnitName, YearName};
use thidua_proto::parse::Violations;
use thidua_proto::status::{Detail, Failure};
use thidua_proto::variables;
use tonic::{Code, Status};

use crate::domain::awards::award::AwardError;
use crate::domain::ballots::ballot::BallotError;
use crate::domain::blocs::bloc::BlocError;
use crate::domain::nominations::nomination::NominationError;
use crate::domain::rules::rule_set::{RuleError, TitleCode};
use crate::domain::years::year::YearError;

/// The domain of this service's failures.
pub const DOMAIN: &str = "thidua.awards.v1";

/// What this service refuses, as facts.
#[derive(Debug)]
pub enum Error {
    /// A failure that every service has.
    Common(CommonError),
    /// A title or rule set that there is not.
    Rules(RuleError),
    /// Members that do not fit their bloc.
    Bloc(BlocError),
    /// What does not fit a year.
    Year(YearError),
    /// A nomination that cannot be made or cannot move.
    Nomination(NominationError),
    /// A vote that cannot be counted.
    Ballot(BallotError),
    /// A decision that does not answer its nomination.
    Award(AwardError),
}

impl Error {
    /// The failure with its reason, and the texts in English and Vietnamese.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Common(shared) => shared.into(),
            Self::Rules(refused) => of_rules(&refused),
            Self::Bloc(refused) => of_bloc(&refused),
            Self::Year(refused) => of_year(refused),
            Self::Nomination(refused) => of_nomination(refused),
            Self::Ballot(refused) => of_ballot(refused),
            Self::Award(refused) => of_award(refused),
        }
    }
}

fn of_rules(refused: &RuleError) -> Failure {
    match refused {
        RuleError::TitleUnknown { title, rule_set } => title_unknown(title, rule_set),
        RuleError::RuleSetMissing { date } => rule_set_missing(*date),
    }
}

fn of_bloc(refused: &BlocError) -> Failure {
    match refused {
        BlocError::NotMember { unit, bloc, date } => not_member(unit, bloc, *date),
        BlocError::TermOverlaps { unit } => term_overlaps(unit),
    }
}

fn of_year(refused: YearError) -> Failure {
    match refused {
        YearError::Fields(violations) => CommonError::from(violations).into(),
        YearError::NotLeader { caller, year, leader } => not_leader(&caller, &year, &leader),
        YearError::NextLeaderAgreed { year, next_leader } => next_leader_agreed(&year, &next_leader),
        YearError::Bloc(refused) => of_bloc(&refused),
        YearError::Rules(refused) => of_rules(&refused),
    }
}

fn of_nomination(refused: NominationError) -> Failure {
    match refused {
        NominationError::AlreadyNominated { unit, title, nomination } => {
            already_nominated(&unit, &title, &nomination)
        }
        NominationError::NominationClosed { nomination, state } => nomination_closed(&nomination, state),
        NominationError::Year(refused) => of_year(refused),
        NominationError::Rules(refused) => of_rules(&refused),
    }
}

fn of_ballot(refused: BallotError) -> Failure {
    match refused {
        BallotError::VotesDoNotAdd { present, counted } => votes_do_not_add(present, counted),
        BallotError::Year(refused) => of_year(refused),
    }
}

fn of_award(refused: AwardError) -> Failure {
    match refused {
        AwardError::Fields(violations) => CommonError::from(violations).into(),
        AwardError::AuthorityWrong { title, authority } => authority_wrong(&title, &authority),
        AwardError::AlreadyAnswered { award } => CommonError::already_exists(&award).into(),
        AwardError::Nomination(refused) => of_nomination(refused),
        AwardError::Year(refused) => of_year(refused),
        AwardError::Rules(refused) => of_rules(&refused),
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

impl From<RuleError> for Error {
    fn from(refused: RuleError) -> Self {
        Self::Rules(refused)
    }
}

impl From<BlocError> for Error {
    fn from(refused: BlocError) -> Self {
        Self::Bloc(refused)
    }
}

impl From<YearError> for Error {
    fn from(refused: YearError) -> Self {
        Self::Year(refused)
    }
}

impl From<NominationError> for Error {
    fn from(refused: NominationError) -> Self {
        Self::Nomination(refused)
    }
}

impl From<BallotError> for Error {
    fn from(refused: BallotError) -> Self {
        Self::Ballot(refused)
    }
}

impl From<AwardError> for Error {
    fn from(refused: AwardError) -> Self {
        Self::Award(refused)
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
