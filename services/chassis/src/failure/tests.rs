use proptest::prelude::*;
use thidua_proto::parse::Problem;
use thidua_proto::status;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::*;

/// Texts of every kind of character, some far longer than anything sensible.
fn any_text() -> impl Strategy<Value = String> {
    let unit = prop_oneof![Just("a"), Just("\u{1F3F5}"), Just("ệ"), Just("\""), Just("%"), Just(" ")];
    (proptest::collection::vec(unit, 1..8), 0usize..20_000)
        .prop_map(|(units, count)| units.concat().repeat(count / units.len()))
}

fn any_problem() -> impl Strategy<Value = Problem> {
    prop_oneof![
        Just(Problem::Required),
        Just(Problem::Repeated),
        any::<i64>().prop_map(|found| Problem::OutOfRange { min: i64::MIN, max: i64::MAX, found }),
        any::<i32>().prop_map(|found| Problem::UnknownValue { found }),
        any_text().prop_map(|found| Problem::Ambiguous { found }),
        any_text().prop_map(|found| Problem::AmbiguousDay { found }),
        (any_text()).prop_map(|found| Problem::malformed(("a form", "một dạng"), &found)),
    ]
}

fn any_violations() -> impl Strategy<Value = Violations> {
    (proptest::collection::vec((any_text(), any_problem()), 1..4), 1usize..300).prop_map(|(kinds, count)| {
        let mut violations = Violations::default();
        for (field, problem) in kinds.iter().cycle().take(count) {
            violations.refuse(field, problem.clone());
        }
        violations
    })
}

fn any_common_error() -> impl Strategy<Value = CommonError> {
    let texts = || [any_text(), any_text()];
    prop_oneof![
        any_violations().prop_map(CommonError::Fields),
        any_text().prop_map(|resource| CommonError::NotFound { resource }),
        any_text().prop_map(|resource| CommonError::AlreadyExists { resource }),
        texts().prop_map(|[resource, used_by]| CommonError::InUse { resource, used_by }),
        texts().prop_map(|[resource, etag]| CommonError::EtagMismatch { resource, etag }),
        any_text().prop_map(|min_revision| CommonError::RevisionNotReached { revision: 1, min_revision }),
        any_text().prop_map(|problem| CommonError::CallerInvalid { problem }),
        texts().prop_map(|[caller, resource]| CommonError::CallerNotAllowed {
            caller,
            resource,
            role: "recorder"
        }),
        any_text().prop_map(|method| CommonError::MethodUnknown { method }),
        any_text().prop_map(|text| CommonError::MessageUnreadable { fault: MessageFault::Malformed, text }),
        Just(()).prop_map(|()| CommonError::AnswerUnread),
    ]
}

fn status_of(error: CommonError) -> Status {
    Failure::from(error).into_status("thidua.statistics.v1")
}

/// What the headers of a status take, counted over what is really sent.
fn bytes_on_the_wire(status: &Status) -> usize {
    let response = status.clone().into_http::<()>();
    response.headers().iter().map(|(key, value)| key.as_str().len() + value.len() + 2).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_failure_takes_more_than_8_kb(error in any_common_error()) {
        let status = status_of(error);
        let bytes = bytes_on_the_wire(&status);
        prop_assert!(bytes < 8_192, "{bytes} bytes");
        prop_assert!(status::size(&status) + 128 >= bytes, "{} is too small an estimate", status::size(&status));
        let details = status.get_error_details();
        prop_assert!(details.error_info().is_some() && details.localized_message().is_some());
    }

    #[test]
    fn violations_beyond_twenty_are_counted(count in 1usize..2_000) {
        let mut violations = Violations::default();
        (0..count).for_each(|index| violations.refuse(&format!("kinds[{index}]"), Problem::UnknownValue { found: 99 }));
        let more = violations.more();
        let status = status_of(violations.into());
        let details = status.get_error_details();
        let named = details.bad_request().unwrap().field_violations.len();
        prop_assert!(named <= 20 && named + more == count);
        let told = details.error_info().unwrap().metadata.get("more_count").cloned();
        prop_assert_eq!(told, (more > 0).then(|| more.to_string()));
        prop_assert_eq!(more > 0, status.message().contains(" more;"));
    }
}

#[test]
fn a_common_refusal_of_twenty_fields_names_them_all() {
    let mut violations = Violations::default();
    (0..20)
        .for_each(|index| violations.refuse(&format!("kinds[{index}]"), Problem::UnknownValue { found: 99 }));
    assert_eq!((violations.more(), violations.into_list().len()), (0, 20));
}

#[test]
fn texts_of_the_caller_are_cut_with_a_mark() {
    let long = "ệ".repeat(61);
    let error = CommonError::EtagMismatch { resource: "units/a".to_owned(), etag: long };
    let status = status_of(error);
    let etag = status.get_error_details().error_info().unwrap().metadata.get("etag").cloned().unwrap();
    assert_eq!(etag, format!("{}…", "ệ".repeat(59)));
    assert!(status.message().contains(&etag));
}
