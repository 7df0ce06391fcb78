use proptest::prelude::*;

use super::*;
use crate::domain::records::arbitrary;
use crate::domain::records::petition::{Handling, Petition};

proptest! {
    #[test]
    fn a_body_is_the_record(record in arbitrary::record()) {
        let body = encode(&record);
        let read = decode(record.kind(), &body).unwrap();
        prop_assert_eq!(encode(&read), body);
        prop_assert_eq!(read, record);
    }
}

/// Bodies as they were stored before executions, subjects, sessions and results: they are read, and written, as they were.
#[test]
fn bodies_of_earlier_releases_stay_as_they_are() {
    let date = |day: i32| format!(r#"{{"year":2023,"month":2,"day":{day}}}"#);
    let (first, second) = (date(1), date(8));
    for (kind, body) in [
        (
            RecordKind::Inspection,
            format!(
                r#"{{"title":"A","kind":"INSPECTION_KIND_CHECK","basis":"INSPECTION_BASIS_PLANNED","startDate":{first},"conclusionDate":{second},"inspectedUnitCount":"3","recoveryAmountVnd":"7"}}"#
            ),
        ),
        (
            RecordKind::Reception,
            format!(
                r#"{{"receptionDate":{first},"mode":"RECEPTION_MODE_HEAD","peopleCount":"6","repeatMatterCount":"1"}}"#
            ),
        ),
        (
            RecordKind::Petition,
            format!(
                r#"{{"receivedDate":{first},"kind":"PETITION_KIND_COMPLAINT","signerCount":"5","processedDate":{second},"qualified":true,"competence":"COMPETENCE_WITHIN","handling":"PETITION_HANDLING_ACCEPTED"}}"#
            ),
        ),
        (
            RecordKind::Matter,
            format!(
                r#"{{"kind":"PETITION_KIND_COMPLAINT","competence":"COMPETENCE_WITHIN","acceptedDate":{first},"instance":"MATTER_INSTANCE_FIRST","resolvedDate":{second},"outcome":"MATTER_OUTCOME_UPHELD"}}"#
            ),
        ),
    ] {
        assert_eq!(encode(&decode(kind, &body).unwrap()), body);
    }
}

/// Before, a letter outside competence could be returned or stored: it can be read and counted, but not be written again.
#[test]
fn a_rule_that_came_later_does_not_make_records_unreadable() {
    let message = proto::Petition {
        received_date: Some(thidua_proto::Date { year: 2023, month: 2, day: 1 }),
        kind: proto::PetitionKind::Complaint.into(),
        processed_date: Some(thidua_proto::Date { year: 2023, month: 2, day: 1 }),
        qualified: true,
        competence: Some(proto::Competence::Outside.into()),
        handling: Some(proto::PetitionHandling::Returned.into()),
        ..proto::Petition::default()
    };
    let read = decode(RecordKind::Petition, &thidua_chassis::body::encode(message.clone())).unwrap();
    let Record::Petition(Petition { processing: Some(processing), .. }) = &read else { panic!() };
    assert_eq!(processing.handling, Handling::Returned);
    let added: Vec<&str> = read.contributions().iter().map(|contribution| contribution.measure).collect();
    assert!(added.contains(&"petitions.returned") && added.contains(&"petitions.handled.complaint.guided"));
    let mut violations = Violations::default();
    message.parse_new(&mut violations);
    assert_eq!(violations.paths(), "handling");
}
