//! ProtoJSON: what the gateway and the stores write, they read back.

use pbjson_types::Timestamp;
use proptest::prelude::*;
use thidua_proto::Date;
use thidua_proto::statistics::{
    Competence, MatterInstance, Petition, PetitionHandling, PetitionKind, PetitionSubject, PriorResolution,
};

fn petition() -> Petition {
    Petition {
        name: "units/thanh-tra-tinh/petitions/7".to_owned(),
        received_date: Some(Date { year: 2023, month: 2, day: 28 }),
        kind: PetitionKind::Denunciation.into(),
        signer_count: Some(9_007_199_254_740_993),
        processed_date: Some(Date { year: 2023, month: 3, day: 6 }),
        qualified: true,
        competence: Some(Competence::Within.into()),
        handling: Some(PetitionHandling::Accepted.into()),
        matter: "units/thanh-tra-tinh/matters/đất-đai".to_owned(),
        create_time: Some(Timestamp { seconds: 1_677_628_800, nanos: 123_456_000 }),
        update_time: Some(Timestamp { seconds: 1_678_060_800, nanos: 0 }),
        etag: "12".to_owned(),
        anonymous: false,
        subject: Some(PetitionSubject::Corruption.into()),
        prior_resolution: Some(PriorResolution::None.into()),
        instance: Some(MatterInstance::Second.into()),
        at_reception: true,
        repeats_matter: true,
        replied_date: Some(Date { year: 2023, month: 3, day: 9 }),
        ..Petition::default()
    }
}

#[test]
fn a_petition_is_written_as_proto_json() {
    let expected = serde_json::json!({
        "name": "units/thanh-tra-tinh/petitions/7",
        "receivedDate": {"year": 2023, "month": 2, "day": 28},
        "kind": "PETITION_KIND_DENUNCIATION",
        // 64-bit numbers are texts: 2^53 + 1 would not survive as a number of JavaScript.
        "signerCount": "9007199254740993",
        "processedDate": {"year": 2023, "month": 3, "day": 6},
        "qualified": true,
        "competence": "COMPETENCE_WITHIN",
        "handling": "PETITION_HANDLING_ACCEPTED",
        "matter": "units/thanh-tra-tinh/matters/đất-đai",
        // ProtoJSON would end in `Z`; pbjson-types writes the offset, which every reader of ProtoJSON takes as well.
        "createTime": "2023-03-01T00:00:00.123456+00:00",
        "updateTime": "2023-03-06T00:00:00+00:00",
        "etag": "12",
        "subject": "PETITION_SUBJECT_CORRUPTION",
        "priorResolution": "PRIOR_RESOLUTION_NONE",
        "instance": "MATTER_INSTANCE_SECOND",
        "atReception": true,
        "repeatsMatter": true,
        "repliedDate": {"year": 2023, "month": 3, "day": 9},
    });
    let written = serde_json::to_value(petition()).unwrap();
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<Petition>(written).unwrap(), petition());
    assert_eq!(serde_json::to_string(&Petition::default()).unwrap(), "{}", "what is not set is not written");
}

#[test]
fn input_may_use_field_names_plain_numbers_and_utc() {
    let text = r#"{"received_date": {"year": 2023, "month": 2, "day": 28}, "signer_count": 3, "kind": 1}"#;
    let read: Petition = serde_json::from_str(text).unwrap();
    let expected = Petition {
        received_date: petition().received_date,
        signer_count: Some(3),
        kind: PetitionKind::Complaint.into(),
        ..Petition::default()
    };
    assert_eq!(read, expected);
    let time: Petition = serde_json::from_str(r#"{"createTime": "2023-03-01T00:00:00.123456Z"}"#).unwrap();
    assert_eq!(time.create_time, petition().create_time);
    for wrong in [r#"{"colour": "red"}"#, r#"{"kind": "PETITION_KIND_JOKE"}"#, r#"{"signerCount": "many"}"#] {
        assert!(serde_json::from_str::<Petition>(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_petition_survives_json(
        texts in (".{0,20}", ".{0,20}"),
        date in proptest::option::of((any::<i32>(), 0..=12, 0..=31)),
        numbers in (0..=3, any::<i64>(), any::<bool>(), 0..=6),
        time in proptest::option::of((-62_135_596_800_i64..=253_402_300_799, 0..1_000_000_000)),
    ) {
        let petition = Petition {
            name: texts.0,
            matter: texts.1,
            received_date: date.map(|(year, month, day)| Date { year, month, day }),
            kind: numbers.0,
            signer_count: Some(numbers.1),
            qualified: numbers.2,
            handling: Some(numbers.3),
            create_time: time.map(|(seconds, nanos)| Timestamp { seconds, nanos }),
            ..Petition::default()
        };
        let written = serde_json::to_string(&petition).unwrap();
        prop_assert_eq!(serde_json::from_str::<Petition>(&written).unwrap(), petition);
    }
}
