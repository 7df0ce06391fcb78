//! The rules of the API, asserted over the descriptor set: whatever is added to the contract is held to them.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, Value,
};
use thidua_proto::resource::Resource;
use thidua_proto::{awards, statistics};

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

/// Lists without pages: what they return comes from data files and is few.
const WHOLE_LISTS: [&str; 5] = ["ListCalendars", "ListForms", "ListMeasures", "ListRuleSets", "ListTitles"];

/// The gRPC codes of failures.
const CODES: &str = "CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED \
RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED";

/// Collects what breaks a rule; a rule that met nothing to check does not hold either.
#[derive(Default)]
struct Rule {
    checked: usize,
    broken: Vec<String>,
}

impl Rule {
    fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.broken.push(what());
        }
    }

    fn assert(self) {
        assert!(self.checked > 0, "nothing was checked");
        assert!(
            self.broken.is_empty(),
            "{} of {}:\n{}",
            self.broken.len(),
            self.checked,
            self.broken.join("\n")
        );
    }
}

struct Contract(DescriptorPool);

/// How a method is reached over plain HTTP.
struct Http {
    verb: &'static str,
    path: String,
    body: String,
}

fn contract() -> Contract {
    Contract(DescriptorPool::decode(thidua_proto::DESCRIPTOR_SET).unwrap_or_else(|cause| panic!("{cause}")))
}

impl Contract {
    fn files(&self) -> Vec<FileDescriptor> {
        self.0.files().filter(|file| file.package_name().starts_with("thidua.")).collect()
    }

    fn methods(&self) -> Vec<MethodDescriptor> {
        let services = self.files().into_iter().flat_map(|file| file.services().collect::<Vec<_>>());
        services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
    }

    fn messages(&self) -> Vec<MessageDescriptor> {
        self.0.all_messages().filter(is_ours).collect()
    }

    fn enums(&self) -> Vec<EnumDescriptor> {
        self.0.all_enums().filter(|found| found.package_name().starts_with("thidua.")).collect()
    }

    fn fields(&self) -> Vec<FieldDescriptor> {
        self.messages().iter().flat_map(|message| message.fields().collect::<Vec<_>>()).collect()
    }

    fn http(&self, method: &MethodDescriptor) -> Option<Http> {
        let rule = self.option(&method.options(), "google.api.http")?;
        let rule = rule.as_message()?;
        let text = |name: &str| rule.get_field_by_name(name)?.as_str().map(ToOwned::to_owned);
        let verb = ["get", "put", "post", "delete", "patch"]
            .into_iter()
            .find(|verb| rule.has_field_by_name(verb))?;
        Some(Http { verb, path: text(verb)?, body: text("body").unwrap_or_default() })
    }

    /// Methods that are not reached with GET.
    fn writes(&self) -> Vec<MethodDescriptor> {
        let writes = |method: &MethodDescriptor| self.http(method).is_some_and(|http| http.verb != "get");
        self.methods().into_iter().filter(writes).collect()
    }

    fn behavior(&self, field: &FieldDescriptor) -> BTreeSet<String> {
        let Some(found) = self.option(&field.options(), "google.api.field_behavior") else {
            return BTreeSet::new();
        };
        let names = self.0.get_enum_by_name("google.api.FieldBehavior");
        let name =
            |value: &Value| Some(names.as_ref()?.get_value(value.as_enum_number()?)?.name().to_owned());
        found.as_list().unwrap_or_default().iter().filter_map(name).collect()
    }

    fn option(&self, options: &DynamicMessage, extension: &str) -> Option<Value> {
        let extension = self.0.get_extension_by_name(extension)?;
        options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())
    }

    /// The messages of requests and resources, with all messages inside them.
    fn held_to_behavior(&self) -> BTreeMap<String, MessageDescriptor> {
        let mut left: Vec<_> = self.methods().iter().map(MethodDescriptor::input).collect();
        left.extend(
            self.messages().into_iter().filter(|message| message.get_field_by_name("name").is_some()),
        );
        let mut found = BTreeMap::new();
        while let Some(message) = left.pop() {
            if is_ours(&message) && found.insert(message.full_name().to_owned(), message.clone()).is_none() {
                left.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
            }
        }
        found
    }
}

fn is_ours(message: &MessageDescriptor) -> bool {
    message.package_name().starts_with("thidua.")
}

/// The comment before an element.
fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let mut locations = info.into_iter().flat_map(|info| &info.location);
    let found = locations.find(|location| location.path == path);
    found.and_then(|location| location.leading_comments.as_deref()).unwrap_or_default().trim().to_owned()
}

fn is_message(field: &FieldDescriptor, name: &str) -> bool {
    field.kind().as_message().is_some_and(|message| message.full_name() == name)
}

fn has(message: &MessageDescriptor, field: &str, kind: &Kind) -> bool {
    message.get_field_by_name(field).is_some_and(|field| field.kind() == *kind && !field.is_list())
}

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

#[test]
fn unary_methods_are_served_over_http_and_streams_are_not() {
    let contract = contract();
    let mut rule = Rule::default();
    for method in contract.methods() {
        let (http, name) = (contract.http(&method), method.full_name().to_owned());
        if method.is_client_streaming() || method.is_server_streaming() {
            rule.require(http.is_none(), || format!("{name}: a stream over HTTP"));
            continue;
        }
        let Some(http) = http else {
            rule.require(false, || format!("{name}: no HTTP"));
            continue;
        };
        let standard =
            [("Get", "get"), ("List", "get"), ("Create", "post"), ("Update", "patch"), ("Delete", "delete")];
        if let Some((_, verb)) = standard.into_iter().find(|(prefix, _)| method.name().starts_with(prefix)) {
            rule.require(http.verb == verb, || format!("{name}: {}", http.verb));
        }
        let has_body = ["post", "patch"].contains(&http.verb);
        rule.require(has_body != http.body.is_empty(), || format!("{name}: body `{}`", http.body));
        let named = http.body == "*" || method.input().get_field_by_name(&http.body).is_some();
        rule.require(named || !has_body, || format!("{name}: body `{}`", http.body));
        rule.require(http.path.starts_with("/v1/"), || format!("{name}: {}", http.path));
    }
    rule.assert();
}

#[test]
fn http_paths_bind_fields_of_their_requests_and_no_two_methods_share_one() {
    let contract = contract();
    let mut rule = Rule::default();
    let mut taken = BTreeMap::new();
    for method in contract.methods() {
        let Some(http) = contract.http(&method) else { continue };
        let mut route = String::new();
        for part in http.path.split_inclusive(['{', '}']) {
            let Some(binding) = part.strip_suffix('}') else {
                route.push_str(part.trim_end_matches('{'));
                continue;
            };
            let (field, pattern) = binding.split_once('=').unwrap_or((binding, "*"));
            route.push_str(pattern);
            rule.require(is_scalar_path(&method.input(), field), || {
                format!("{}: {field}", method.full_name())
            });
        }
        let before = taken.insert((http.verb, route), method.full_name().to_owned());
        rule.require(before.is_none(), || format!("{} and {before:?}", method.full_name()));
    }
    rule.assert();
}

/// Whether a path such as `unit.name` leads to one text or number.
fn is_scalar_path(message: &MessageDescriptor, path: &str) -> bool {
    match path.split_once('.') {
        None => {
            message.get_field_by_name(path).is_some_and(|f| !f.is_list() && f.kind().as_message().is_none())
        }
        Some((first, rest)) => message
            .get_field_by_name(first)
            .is_some_and(|field| field.kind().as_message().is_some_and(|inner| is_scalar_path(inner, rest))),
    }
}

#[test]
fn lists_are_paged_unless_they_return_everything() {
    let mut rule = Rule::default();
    for method in contract().methods() {
        let (name, input, output) = (method.name(), method.input(), method.output());
        if !name.starts_with("List") {
            continue;
        }
        let paged = !WHOLE_LISTS.contains(&name);
        for (message, field, kind) in [
            (&input, "page_size", Kind::Int32),
            (&input, "page_token", Kind::String),
            (&output, "next_page_token", Kind::String),
        ] {
            rule.require(has(message, field, &kind) == paged, || format!("{name}: {field}"));
        }
        rule.require(output.name() == format!("{name}Response"), || format!("{name}: {}", output.name()));
    }
    rule.assert();
}

#[test]
fn every_write_can_be_sent_again_and_tried_without_effect() {
    let mut rule = Rule::default();
    for method in contract().writes() {
        let (name, input) = (method.full_name(), method.input());
        rule.require(has(&input, "request_id", &Kind::String), || format!("{name}: request_id"));
        rule.require(has(&input, "validate_only", &Kind::Bool), || format!("{name}: validate_only"));
    }
    rule.assert();
}

#[test]
fn updates_take_the_resource_and_a_mask_and_resources_that_change_have_times_and_an_etag() {
    let mut rule = Rule::default();
    for method in contract().methods() {
        let (name, input, resource) = (method.full_name(), method.input(), method.output());
        if method.name().starts_with("Update") {
            let takes = input.fields().any(|field| is_message(&field, resource.full_name()));
            rule.require(takes, || format!("{name}: takes no {}", resource.name()));
            let mask = input.get_field_by_name("update_mask");
            let masked = mask.is_some_and(|mask| is_message(&mask, "google.protobuf.FieldMask"));
            rule.require(masked, || format!("{name}: update_mask"));
            rule.require(has(&resource, "etag", &Kind::String), || format!("{name}: etag"));
            for time in ["create_time", "update_time"] {
                rule.require(resource.get_field_by_name(time).is_some(), || format!("{name}: {time}"));
            }
        } else if method.name().starts_with("Delete") {
            rule.require(is_empty(&resource), || format!("{name}: returns {}", resource.name()));
            rule.require(has(&input, "etag", &Kind::String), || format!("{name}: etag"));
        }
    }
    rule.assert();
}

fn is_empty(message: &MessageDescriptor) -> bool {
    message.full_name() == "google.protobuf.Empty"
}

#[test]
fn every_field_of_requests_and_resources_tells_its_behavior() {
    let contract = contract();
    let mut rule = Rule::default();
    for message in contract.held_to_behavior().values() {
        for field in message.fields() {
            let behavior = contract.behavior(&field);
            let main = ["OPTIONAL", "REQUIRED", "OUTPUT_ONLY", "IDENTIFIER"];
            let count = main.into_iter().filter(|one| behavior.contains(*one)).count();
            rule.require(count == 1, || format!("{}: {behavior:?}", field.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn resources_have_their_name_first() {
    let contract = contract();
    let mut rule = Rule::default();
    for message in contract.messages().iter().filter(|message| !message.name().ends_with("Request")) {
        if let Some(name) = message.get_field_by_name("name") {
            rule.require(name.number() == 1 && name.kind() == Kind::String, || {
                message.full_name().to_owned()
            });
            let returned = message.get_field_by_name("create_time").is_some();
            let identifies = contract.behavior(&name).contains("IDENTIFIER");
            rule.require(identifies || !returned, || format!("{}: no IDENTIFIER", message.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn enums_begin_with_a_value_that_says_nothing() {
    let mut rule = Rule::default();
    for found in contract().enums() {
        let prefix = upper_snake(found.name());
        let zero = found.get_value(0).map(|value| value.name().to_owned());
        let expected = format!("{prefix}_UNSPECIFIED");
        rule.require(zero.as_ref() == Some(&expected), || format!("{}: {zero:?}", found.full_name()));
        for value in found.values() {
            let prefixed = value.name().starts_with(&format!("{prefix}_"));
            rule.require(prefixed, || value.full_name().to_owned());
            let zero = value.name().ends_with("_UNSPECIFIED") == (value.number() == 0);
            rule.require(zero, || format!("{} = {}", value.full_name(), value.number()));
        }
    }
    rule.assert();
}

fn upper_snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_uppercase());
    }
    snake
}

#[test]
fn numbers_are_signed_and_whole() {
    let mut rule = Rule::default();
    for field in contract().fields() {
        // The wrappers of unsigned and fractional numbers are messages.
        let whole = match field.kind().as_message() {
            Some(message) => is_ours(message) || !message.full_name().ends_with("Value"),
            None => {
                matches!(field.kind(), Kind::Bool | Kind::String | Kind::Int32 | Kind::Int64 | Kind::Enum(_))
            }
        };
        rule.require(whole, || format!("{}: {:?}", field.full_name(), field.kind()));
    }
    rule.assert();
}

#[test]
fn quantities_carry_their_unit_last() {
    let mut rule = Rule::default();
    for field in contract().fields() {
        let words: Vec<&str> = field.name().split('_').collect();
        let unit = *words.last().unwrap();
        if ["vnd", "m2", "count"].contains(&unit) {
            rule.require(field.kind() == Kind::Int64, || {
                format!("{}: {:?}", field.full_name(), field.kind())
            });
        }
        // A figure's `amount` alone is in the unit of its measure.
        if words.len() > 1 && words.contains(&"amount") {
            rule.require(unit == "vnd", || field.full_name().to_owned());
        }
        if words.contains(&"area") {
            rule.require(unit == "m2", || field.full_name().to_owned());
        }
        if ["number", "num", "total", "quantity"].contains(&words[0]) && words.len() > 1 {
            rule.require(false, || format!("{}: counts end in _count", field.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn days_and_instants_have_their_types_and_names() {
    let mut rule = Rule::default();
    for field in contract().fields() {
        let name = field.name();
        let (date, time) =
            (is_message(&field, "google.type.Date"), is_message(&field, "google.protobuf.Timestamp"));
        if name.ends_with("_date") || name.ends_with("_time") || date || time {
            rule.require(!name.ends_with("_date") || date, || format!("{}: no Date", field.full_name()));
            rule.require(!name.ends_with("_time") || time, || format!("{}: no Timestamp", field.full_name()));
            // The bounds and the day of a filter: `received_from`, `received_to`, `valid_on`.
            let day = ["_date", "_from", "_to", "_on"].iter().any(|end| name.ends_with(end));
            rule.require(!date || day, || format!("{}: a Date", field.full_name()));
            rule.require(!time || name.ends_with("_time"), || format!("{}: a Timestamp", field.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn everything_is_commented() {
    let contract = contract();
    let mut elements: Vec<(FileDescriptor, Vec<i32>, String)> = Vec::new();
    for method in contract.methods() {
        let service = method.parent_service();
        elements.push((service.parent_file(), service.path().to_vec(), service.full_name().to_owned()));
        elements.push((method.parent_file(), method.path().to_vec(), method.full_name().to_owned()));
    }
    for message in contract.messages() {
        let file = message.parent_file();
        elements.push((file.clone(), message.path().to_vec(), message.full_name().to_owned()));
        let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
        elements
            .extend(oneofs.map(|oneof| (file.clone(), oneof.path().to_vec(), oneof.full_name().to_owned())));
    }
    for field in contract.fields() {
        elements.push((field.parent_file(), field.path().to_vec(), field.full_name().to_owned()));
    }
    for found in contract.enums() {
        elements.push((found.parent_file(), found.path().to_vec(), found.full_name().to_owned()));
        let values = found.values();
        elements.extend(values.map(|v| (v.parent_file(), v.path().to_vec(), v.full_name().to_owned())));
    }
    let mut rule = Rule::default();
    for (file, path, name) in elements {
        rule.require(!comment(&file, &path).is_empty(), || name);
    }
    rule.assert();
}

#[test]
fn shared_reasons_are_the_same_in_every_package_and_own_ones_begin_at_50() {
    let contract = contract();
    let reasons: Vec<_> =
        contract.enums().into_iter().filter(|found| found.name() == "ErrorReason").collect();
    let packages: BTreeSet<_> = contract.files().iter().map(|file| file.package_name().to_owned()).collect();
    assert_eq!(reasons.len(), packages.len(), "one ErrorReason a package");
    let split = |found: &EnumDescriptor, own: bool| -> Vec<(i32, String)> {
        let values = found.values().filter(|value| (value.number() >= 50) == own);
        values.map(|value| (value.number(), value.name().to_owned())).collect()
    };
    let mut rule = Rule::default();
    for found in &reasons {
        rule.require(split(found, false) == split(&reasons[0], false), || found.full_name().to_owned());
        let numbers: Vec<i32> = split(found, true).into_iter().map(|(number, _)| number).collect();
        let expected: Vec<i32> = (50..).take(numbers.len()).collect();
        rule.require(numbers == expected, || format!("{}: {numbers:?}", found.full_name()));
    }
    rule.assert();
    let with_own = reasons.iter().filter(|found| !split(found, true).is_empty()).count();
    assert_eq!(with_own, 3, "all but the journal have reasons of their own");
}

#[test]
fn every_reason_documents_its_code_metadata_and_an_example() {
    let codes: Vec<&str> = CODES.split_whitespace().collect();
    let mut rule = Rule::default();
    for found in contract().enums().into_iter().filter(|found| found.name() == "ErrorReason") {
        for value in found.values().filter(|value| value.number() != 0) {
            let comment = comment(&value.parent_file(), value.path());
            let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let named = comment.split(|letter| !is_word(letter)).any(|word| codes.contains(&word));
            rule.require(named, || format!("{}: names no gRPC code", value.full_name()));
            let metadata = comment.contains("Metadata:");
            rule.require(metadata, || format!("{}: tells no metadata", value.full_name()));
            let example = comment.contains("Metadata: none.") || comment.contains("Example: {");
            rule.require(example, || format!("{}: has no example", value.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn updates_may_change_what_callers_set() {
    fn of<M: Resource>() -> (String, Vec<String>) {
        (M::MESSAGE.to_owned(), M::CHANGEABLE.iter().map(|field| (*field).to_owned()).collect())
    }
    let listed: BTreeMap<String, Vec<String>> = [
        of::<statistics::Unit>(),
        of::<statistics::Inspection>(),
        of::<statistics::Reception>(),
        of::<statistics::Petition>(),
        of::<statistics::Matter>(),
        of::<awards::Bloc>(),
        of::<awards::BlocYear>(),
        of::<awards::Nomination>(),
    ]
    .into();
    let contract = contract();
    let set_by_callers = |message: &MessageDescriptor| -> Vec<String> {
        let by_callers = |field: &FieldDescriptor| {
            let behavior = contract.behavior(field);
            field.name() != "etag" && !behavior.contains("IDENTIFIER") && !behavior.contains("OUTPUT_ONLY")
        };
        message.fields().filter(by_callers).map(|field| field.name().to_owned()).collect()
    };
    // Recorded resources have no etag: they never change.
    let is_updated = |message: &MessageDescriptor| {
        message.get_field_by_name("etag").is_some() && !message.name().ends_with("Request")
    };
    let updated = contract.messages().into_iter().filter(is_updated);
    let expected: BTreeMap<_, _> =
        updated.map(|message| (message.full_name().to_owned(), set_by_callers(&message))).collect();
    assert_eq!(listed, expected);
    assert!(awards::Ballot::CHANGEABLE.is_empty() && awards::Award::CHANGEABLE.is_empty());
}
