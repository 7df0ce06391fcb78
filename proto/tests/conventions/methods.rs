//! Packages, services and methods: their names and the order of their messages.

use std::collections::BTreeSet;

use super::contract::{Rule, contract};

/// The services and methods whose names are fixed, with all that may be built. `GetYearRecord` is the one addition: the
/// gateway reads a whole year at one revision.
const METHODS: &str = "
thidua.statistics.v1.DirectoryService GetUnit ListUnits CreateUnit UpdateUnit ResolveUnit SucceedUnits
thidua.statistics.v1.InspectionService
    GetInspection ListInspections CreateInspection UpdateInspection DeleteInspection
thidua.statistics.v1.ReceptionService GetReception ListReceptions CreateReception UpdateReception DeleteReception
thidua.statistics.v1.PetitionService
    GetPetition ListPetitions CreatePetition UpdatePetition DeletePetition
    GetMatter ListMatters CreateMatter UpdateMatter DeleteMatter
thidua.statistics.v1.FigureService ComputeFigures ExplainFigure FillForm ListMeasures ListForms ListCalendars
thidua.statistics.v1.ReturnService
    PrepareReturn GetReturn ListReturns SubmitReturn ApproveReturn SendBackReturn ReopenReturn
thidua.statistics.v1.TransferService ImportRecords ExportRecords
thidua.awards.v1.BlocService
    GetBloc ListBlocs CreateBloc UpdateBloc StartYear GetYear ListYears UpdateYear AgreeNextLeader CloseYear
    GetYearRecord
thidua.awards.v1.RuleService GetRuleSet ListRuleSets GetTitle ListTitles
thidua.awards.v1.MovementService
    GetMovement ListMovements CreateMovement UpdateMovement DeleteMovement
    GetExemplar ListExemplars CreateExemplar UpdateExemplar DeleteExemplar
thidua.awards.v1.PledgeService GetPledge ListPledges RegisterPledge SignPledge AmendPledge MeasurePledge
thidua.awards.v1.ScoringService
    GetScoringTable SetScoringTable FreezeScoringTable GetScorecard ListScorecards SubmitSelfScores
    SubmitCrossScores VerifyScores RankUnits
thidua.awards.v1.NominationService
    GetNomination ListNominations Nominate WithdrawNomination CheckEligibility PlaceHold LiftHold CheckQuotas
thidua.awards.v1.BallotService
    GetBallot ListBallots OpenBallot RecordShowOfHands CastVote CloseBallot GetBallotResult VerifyBallot
thidua.awards.v1.AwardService GetAward ListAwards RecordDecision RevokeAward ExplainAward
thidua.reports.v1.BlocReportService
    GenerateBlocReport RenderBlocReport SealBlocReport GetBlocReport ListBlocReports CompareBlocReports
thidua.journal.v1.JournalService GetHead ListEntries WatchEntries VerifyJournal
";

#[test]
fn folders_follow_packages_and_packages_have_a_major_version() {
    let mut rule = Rule::default();
    for file in contract().files() {
        let (folder, name) = file.name().rsplit_once('/').unwrap();
        rule.require(folder.replace('/', ".") == file.package_name(), || {
            format!("{}: its package", file.name())
        });
        rule.require(file.package_name().rsplit('.').next() == Some("v1"), || {
            format!("{}: its version", file.name())
        });
        let services = file.services().len();
        let expected = usize::from(name.ends_with("_service.proto"));
        rule.require(services == expected, || format!("{}: {services} services", file.name()));
        let reasons = file.enums().any(|found| found.name() == "ErrorReason");
        rule.require(reasons == (name == "error_reason.proto"), || format!("{}: ErrorReason", file.name()));
    }
    rule.assert();
}

#[test]
fn services_and_methods_have_their_fixed_names() {
    let mut fixed: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut service = "";
    for word in METHODS.split_whitespace() {
        if word.starts_with("thidua.") {
            service = word;
        } else {
            fixed.insert((service, word));
        }
    }
    let mut rule = Rule::default();
    for method in contract().methods() {
        let service = method.parent_service();
        rule.require(service.name().ends_with("Service"), || service.full_name().to_owned());
        let allowed = fixed.contains(&(service.full_name(), method.name()));
        rule.require(allowed, || method.full_name().to_owned());
    }
    rule.assert();
}

#[test]
fn each_method_has_a_request_of_its_own_in_the_order_of_the_methods() {
    let mut rule = Rule::default();
    for file in contract().files() {
        let mut expected = Vec::new();
        for method in file.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let (input, name) = (method.input(), method.name());
            rule.require(input.name() == format!("{name}Request"), || method.full_name().to_owned());
            let here = [input, method.output()].into_iter().filter(|message| message.parent_file() == file);
            expected.extend(here.map(|message| message.name().to_owned()));
        }
        let is_expected = |name: &String| expected.contains(name);
        let found: Vec<_> =
            file.messages().map(|message| message.name().to_owned()).filter(is_expected).collect();
        if !expected.is_empty() {
            rule.require(found == expected, || format!("{}: {found:?}", file.name()));
        }
    }
    rule.assert();
}
