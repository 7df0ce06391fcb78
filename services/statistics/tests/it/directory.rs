use thidua_proto::Date;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::{ErrorReason, Unit};
use tonic::{Response, Status};

use super::harness::*;

const MILITARY: &str = "Bộ Chỉ huy Quân sự tỉnh";

fn create(id: &str, change: impl FnOnce(&mut Unit)) -> proto::CreateUnitRequest {
    let mut request = create_unit(&format!("units/{id}"), "");
    change(request.unit.as_mut().unwrap());
    request
}

fn update(
    name: &str,
    etag: &str,
    paths: &[&str],
    change: impl FnOnce(&mut Unit),
) -> proto::UpdateUnitRequest {
    let mut unit =
        Unit { name: name.to_owned(), etag: etag.to_owned(), ..create("xx", |_| {}).unit.unwrap() };
    change(&mut unit);
    proto::UpdateUnitRequest { unit: Some(unit), update_mask: mask(paths), ..Default::default() }
}

/// The directory of the standing example's bloc, as far as names go.
async fn directory() -> Service {
    let service = Service::empty().await;
    for (id, display_name, alias) in [
        ("bo-chi-huy-quan-su-tinh", MILITARY, Some("Ban Chỉ huy Quân sự tỉnh")),
        ("so-tu-phap", "Sở Tư pháp", None),
        ("so-noi-vu", "Sở Nội vụ", None),
        ("cong-an-tinh", "Công an tỉnh Bắc Ninh", Some("CA tỉnh")),
        ("tand-tinh", "Tòa án nhân dân tỉnh", None),
        ("vien-ksnd-tinh", "Viện kiểm sát nhân dân tỉnh", None),
    ] {
        let request = create(id, |unit| {
            display_name.clone_into(&mut unit.display_name);
            unit.aliases = alias.into_iter().map(str::to_owned).collect();
        });
        service.directory().create_unit(request).await.unwrap();
    }
    service
}

async fn get(service: &Service, name: &str) -> Result<Response<Unit>, Status> {
    service.directory().get_unit(proto::GetUnitRequest { name: name.to_owned() }).await
}

#[tokio::test]
async fn a_unit_is_entered_and_changed() {
    let service = Service::start().await;
    let request = create("so-tu-phap", |unit| {
        unit.display_name = " So\u{31b}\u{309} Tư pháp ".to_owned();
        unit.display_name_en = "Department of Justice".to_owned();
        unit.aliases = vec!["Tư pháp tỉnh".to_owned()];
        unit.superior = ABOVE.to_owned();
        unit.name = "units/other".to_owned();
    });
    let answer = service.directory().create_unit(by(REGISTRAR, request.clone())).await.unwrap();
    let at = revision(&answer);
    let made = answer.into_inner();
    assert_eq!((made.name.as_str(), made.display_name.as_str()), ("units/so-tu-phap", "Sở Tư pháp"));
    assert_eq!(
        (made.superior.as_str(), made.open_date, made.etag.as_str()),
        (ABOVE, day(1997, 1, 1), at.as_str())
    );
    assert_eq!(get(&service, &made.name).await.unwrap().into_inner(), made);

    let close = update(&made.name, &made.etag, &["close_date"], |unit| unit.close_date = day(2025, 6, 30));
    let updated = service.directory().update_unit(by(REGISTRAR, close)).await.unwrap().into_inner();
    assert_eq!((updated.close_date, &updated.display_name), (day(2025, 6, 30), &made.display_name));
    assert_eq!(updated.aliases, made.aliases);
    let all = update(&made.name, "", &["*"], |unit| unit.display_name = "Tư pháp".to_owned());
    let updated = service.directory().update_unit(all).await.unwrap().into_inner();
    assert_eq!(
        (updated.display_name.as_str(), updated.superior.as_str(), updated.close_date),
        ("Tư pháp", "", None)
    );
    assert_eq!((updated.display_name_en.as_str(), updated.aliases.len()), ("", 0));
}

#[tokio::test]
async fn writes_sent_again_are_done_once() {
    let service = Service::empty().await;
    let request = proto::CreateUnitRequest { request_id: REQUEST_ID.to_owned(), ..create("aa", |_| {}) };
    let first = service.directory().create_unit(request.clone()).await.unwrap().into_inner();
    let change =
        update("units/aa", &first.etag, &["display_name"], |unit| unit.display_name = "B".to_owned());
    let change = proto::UpdateUnitRequest { request_id: OTHER_ID.to_owned(), ..change };
    let second = service.directory().update_unit(change.clone()).await.unwrap().into_inner();
    assert_eq!(service.directory().create_unit(request.clone()).await.unwrap().into_inner(), first);
    assert_eq!(service.directory().update_unit(change).await.unwrap().into_inner(), second);
    assert_eq!(service.head().await, 2);
    let other = proto::CreateUnitRequest { unit_id: "bb".to_owned(), ..request };
    let told = refused(service.directory().create_unit(other).await, ErrorReason::RequestIdReused);
    assert_eq!(told, facts(&[("request_id", REQUEST_ID), ("revision", "1")]));
    let stale = update("units/aa", &first.etag, &["display_name"], |_| {});
    let told = refused(service.directory().update_unit(stale).await, ErrorReason::EtagMismatch);
    assert_eq!(told, facts(&[("resource", "units/aa"), ("etag", "1")]));
    let again =
        service.directory().create_unit(create("aa", |unit| unit.display_name = "C".to_owned())).await;
    assert_eq!(refused(again, ErrorReason::ResourceAlreadyExists), facts(&[("resource", "units/aa")]));
}

#[tokio::test]
async fn checks_write_nothing() {
    let service = Service::start().await;
    let head = service.head().await;
    let check = proto::CreateUnitRequest { validate_only: true, ..create("aa", |_| {}) };
    assert_eq!(service.directory().create_unit(check).await.unwrap().into_inner().name, "units/aa");
    refused(get(&service, "units/aa").await, ErrorReason::ResourceNotFound);
    let check = update(UNIT, "", &["display_name"], |unit| unit.display_name = "Khác".to_owned());
    let check = proto::UpdateUnitRequest { validate_only: true, ..check };
    assert_eq!(service.directory().update_unit(check).await.unwrap().into_inner().display_name, "Khác");
    assert_eq!(get(&service, UNIT).await.unwrap().into_inner().display_name, "thanh-tra-tinh");
    assert_eq!(service.head().await, head);
}

#[tokio::test]
async fn only_registrars_keep_the_directory() {
    let service = Service::start().await;
    let expected = |resource| {
        let caller = "offices/van-phong for units/thanh-tra-tinh";
        facts(&[("caller", caller), ("resource", resource), ("role", "registrar")])
    };
    let told = service.directory().create_unit(by(RECORDER, create("aa", |_| {}))).await;
    assert_eq!(refused(told, ErrorReason::CallerNotAllowed), expected("units/aa"));
    let told = service.directory().update_unit(by(RECORDER, update(UNIT, "", &[], |_| {}))).await;
    assert_eq!(refused(told, ErrorReason::CallerNotAllowed), expected(UNIT));
}

#[tokio::test]
async fn no_two_units_share_a_name() {
    let service = directory().await;
    let head = service.head().await;
    let military = facts(&[("display_name", MILITARY), ("unit", "units/bo-chi-huy-quan-su-tinh")]);
    for name in [MILITARY, "BO CHI HUY QUAN SU TINH", "Bộ  Chỉ-huy\u{a0}Quân sự tỉnh."] {
        let taken =
            service.directory().create_unit(create("aa", |unit| unit.display_name = name.to_owned())).await;
        assert_eq!(refused(taken, ErrorReason::UnitNameTaken), military, "{name}");
        let taken =
            service.directory().create_unit(create("aa", |unit| unit.aliases = vec![name.to_owned()])).await;
        assert_eq!(refused(taken, ErrorReason::UnitNameTaken), military, "{name}");
    }
    let taken =
        update("units/so-noi-vu", "", &["display_name"], |unit| unit.display_name = "ca tinh".to_owned());
    let told = refused(service.directory().update_unit(taken).await, ErrorReason::UnitNameTaken);
    assert_eq!(told, facts(&[("display_name", "CA tỉnh"), ("unit", "units/cong-an-tinh")]));
    assert_eq!(service.head().await, head);
    let own =
        update("units/so-noi-vu", "", &["display_name"], |unit| unit.display_name = "SO NOI VU".to_owned());
    service.directory().update_unit(own).await.unwrap();
}

#[tokio::test]
async fn no_unit_stands_above_itself() {
    let service = Service::start().await;
    let under = |name: &str, superior: &str| {
        update(name, "", &["superior"], |unit| unit.superior = superior.to_owned())
    };
    for (name, superior) in [(ABOVE, UNIT), (ABOVE, ABOVE)] {
        let told = refused(
            service.directory().update_unit(under(name, superior)).await,
            ErrorReason::UnitSuperiorCircular,
        );
        assert_eq!(told, facts(&[("unit", name), ("superior", superior)]));
    }
    let own =
        service.directory().create_unit(create("aa", |unit| unit.superior = "units/aa".to_owned())).await;
    refused(own, ErrorReason::UnitSuperiorCircular);
    for unknown in [
        service.directory().create_unit(create("aa", |unit| unit.superior = "units/none".to_owned())).await,
        service.directory().update_unit(under(UNIT, "units/none")).await,
        service.directory().update_unit(under("units/none", "")).await,
    ] {
        assert_eq!(refused(unknown, ErrorReason::ResourceNotFound), facts(&[("resource", "units/none")]));
    }
    // Once the lower one stands elsewhere, the order can be turned round.
    service.directory().update_unit(under(UNIT, "")).await.unwrap();
    service.directory().update_unit(under(ABOVE, UNIT)).await.unwrap();
}

#[tokio::test]
async fn slips_are_told_with_their_paths() {
    type Slip = (fn(&mut Unit), &'static [(&'static str, &'static str)]);
    let slips: [Slip; 11] = [
        (
            |unit| *unit = Unit::default(),
            &[("unit.display_name", "REQUIRED"), ("unit.open_date", "REQUIRED")],
        ),
        (|unit| unit.display_name = "x".repeat(201), &[("unit.display_name", "TOO_LONG")]),
        (|unit| unit.display_name = "x".repeat(10_000_000), &[("unit.display_name", "TOO_LONG")]),
        (|unit| unit.display_name = "a\u{7}".to_owned(), &[("unit.display_name", "MALFORMED")]),
        (|unit| unit.display_name_en = "x".repeat(201), &[("unit.display_name_en", "TOO_LONG")]),
        (
            |unit| unit.aliases = vec!["a".to_owned(), String::new(), "x".repeat(201)],
            &[("unit.aliases[1]", "REQUIRED"), ("unit.aliases[2]", "TOO_LONG")],
        ),
        (|unit| unit.aliases = (0..51).map(|n| n.to_string()).collect(), &[("unit.aliases", "TOO_MANY")]),
        (|unit| unit.superior = "ubnd".to_owned(), &[("unit.superior", "MALFORMED")]),
        (|unit| unit.open_date = day(2023, 2, 29), &[("unit.open_date", "NO_SUCH_DAY")]),
        (|unit| unit.open_date = day(1899, 1, 1), &[("unit.open_date", "OUT_OF_RANGE")]),
        (|unit| unit.close_date = day(1996, 12, 31), &[("unit.close_date", "BEFORE_OTHER_DATE")]),
    ];
    let service = Service::start().await;
    let head = service.head().await;
    for (slip, broken) in slips {
        assert_eq!(violated(service.directory().create_unit(create("aa", slip)).await), faults(broken));
        let named = |unit: &mut Unit| {
            slip(unit);
            UNIT.clone_into(&mut unit.name);
        };
        assert_eq!(
            violated(service.directory().update_unit(update(UNIT, "", &["*"], named)).await),
            faults(broken)
        );
    }
    for (id, reason) in
        [("", "REQUIRED"), ("a", "MALFORMED"), ("Sở", "MALFORMED"), (&"a".repeat(64), "MALFORMED")]
    {
        let request = proto::CreateUnitRequest { unit_id: id.to_owned(), ..create("aa", |_| {}) };
        assert_eq!(violated(service.directory().create_unit(request).await), faults(&[("unit_id", reason)]));
    }
    let none = proto::CreateUnitRequest::default();
    let both = faults(&[("unit_id", "REQUIRED"), ("unit", "REQUIRED")]);
    assert_eq!(violated(service.directory().create_unit(none).await), both);
    let none = proto::UpdateUnitRequest::default();
    assert_eq!(violated(service.directory().update_unit(none).await), faults(&[("unit", "REQUIRED")]));
    let output = update(UNIT, "", &["created"], |_| {});
    let path = faults(&[("update_mask.paths[0]", "MALFORMED")]);
    assert_eq!(violated(service.directory().update_unit(output).await), path);
    assert_eq!(violated(get(&service, "thanh-tra-tinh").await), faults(&[("name", "MALFORMED")]));
    assert_eq!(service.head().await, head);
}

async fn resolve(
    service: &Service,
    name: &str,
    valid_on: Option<Date>,
) -> Result<proto::ResolveUnitResponse, Status> {
    let request = proto::ResolveUnitRequest { display_name: name.to_owned(), valid_on };
    service.directory().resolve_unit(request).await.map(Response::into_inner)
}

#[tokio::test]
async fn names_are_resolved_however_they_are_spelt() {
    let service = directory().await;
    let decomposed = "Bo\u{323}\u{302} Chi\u{309} huy Qua\u{302}n su\u{31b}\u{323} ti\u{309}nh";
    for spelling in [MILITARY, decomposed, "bo chi huy quan su tinh", " BỘ  CHỈ HUY QUÂN SỰ TỈNH. "]
    {
        let found = resolve(&service, spelling, None).await.unwrap();
        assert_eq!(found.unit.unwrap().name, "units/bo-chi-huy-quan-su-tinh", "{spelling}");
        assert_eq!(found.matched_name, MILITARY);
    }
    let found = resolve(&service, "ban chi huy quan su tinh", None).await.unwrap();
    assert_eq!(found.matched_name, "Ban Chỉ huy Quân sự tỉnh");
    assert_eq!(found.unit.unwrap().display_name, MILITARY);
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_the_nearest() {
    let service = directory().await;
    let told = refused(resolve(&service, "Sở Tư", None).await, ErrorReason::UnitNameUnknown);
    assert_eq!(told["display_name"], "Sở Tư");
    let suggestions: Vec<&str> = told["suggestions"].split("; ").collect();
    assert_eq!(suggestions.len(), 5);
    assert_eq!(suggestions[..2], ["Sở Tư pháp = units/so-tu-phap", "Sở Nội vụ = units/so-noi-vu"]);
    // Of a unit's names, the nearest one is told.
    let told = refused(resolve(&service, "Ban Chỉ huy Quân sự", None).await, ErrorReason::UnitNameUnknown);
    assert!(told["suggestions"].starts_with("Ban Chỉ huy Quân sự tỉnh = units/bo-chi-huy-quan-su-tinh; "));
    let empty = Service::empty().await;
    let told = refused(resolve(&empty, "Sở Tư", None).await, ErrorReason::UnitNameUnknown);
    assert_eq!(told["suggestions"], "");
    assert_eq!(violated(resolve(&service, " ", None).await), faults(&[("display_name", "REQUIRED")]));
    let long = violated(resolve(&service, &"x".repeat(201), day(2023, 2, 29)).await);
    assert_eq!(long, faults(&[("display_name", "TOO_LONG"), ("valid_on", "NO_SUCH_DAY")]));
}

#[tokio::test]
async fn names_are_resolved_among_units_of_a_day() {
    let service = Service::start().await;
    assert!(resolve(&service, "so ngoai vu", None).await.is_ok());
    for (date, there) in [(day(2023, 6, 30), true), (day(2023, 7, 1), false), (day(1996, 12, 31), false)] {
        let found = resolve(&service, "so ngoai vu", date).await;
        assert_eq!(found.is_ok(), there);
        if !there {
            assert!(!refused(found, ErrorReason::UnitNameUnknown)["suggestions"].contains(CLOSED));
        }
    }
}

#[tokio::test]
async fn units_are_listed_as_in_a_dictionary_to_the_end() {
    let service = directory().await;
    let list = |page_size, token: &str, valid_on| {
        let (mut directory, page_token) = (service.directory(), token.to_owned());
        let request = proto::ListUnitsRequest { page_size, page_token, valid_on, ..Default::default() };
        async move { directory.list_units(request).await.map(Response::into_inner) }
    };
    let all = list(0, "", None).await.unwrap();
    let names: Vec<String> = all.units.iter().map(|unit| unit.name.clone()).collect();
    let expected =
        ["bo-chi-huy-quan-su-tinh", "cong-an-tinh", "so-noi-vu", "so-tu-phap", "tand-tinh", "vien-ksnd-tinh"];
    assert_eq!(names, expected.map(|id| format!("units/{id}")));
    assert!(all.next_page_token.is_empty());
    for size in [1, 2, 3, 4, 6] {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let page = list(size, &token, None).await.unwrap();
            found.extend(page.units.into_iter().map(|unit| unit.name));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(found, names, "{size}");
    }
    let close = update(&names[1], "", &["close_date"], |unit| unit.close_date = day(2025, 6, 30));
    service.directory().update_unit(close).await.unwrap();
    let page = list(2, "", day(2025, 7, 1)).await.unwrap();
    let found: Vec<&String> = page.units.iter().map(|unit| &unit.name).collect();
    assert_eq!(found, [&names[0], &names[2]]);
    refused(list(2, &page.next_page_token, None).await, ErrorReason::PageTokenInvalid);
    // The page goes on where it ended, also where the last unit has another name by now.
    let page = list(4, "", None).await.unwrap();
    let rename =
        update("units/so-tu-phap", "", &["display_name"], |unit| unit.display_name = "Ân xá".to_owned());
    service.directory().update_unit(rename).await.unwrap();
    let rest = list(4, &page.next_page_token, None).await.unwrap();
    let found: Vec<String> = rest.units.into_iter().map(|unit| unit.name).collect();
    assert_eq!(found, ["units/tand-tinh", "units/vien-ksnd-tinh"]);
    let bad = violated(list(-1, "", day(2025, 6, 31)).await);
    assert_eq!(bad, faults(&[("page_size", "OUT_OF_RANGE"), ("valid_on", "NO_SUCH_DAY")]));
}

async fn found(service: &Service, request: proto::ListUnitsRequest) -> Vec<String> {
    let page = service.directory().list_units(request).await.unwrap().into_inner();
    page.units.into_iter().map(|unit| unit.name.replace("units/", "")).collect()
}

#[tokio::test]
async fn units_are_found_by_a_part_of_a_name_or_code() {
    let service = directory().await;
    let request = create("chi-cuc-thuy-loi", |unit| {
        unit.display_name = "Chi cục Thủy lợi".to_owned();
        unit.display_name_en = "Irrigation Office".to_owned();
        unit.superior = "units/so-noi-vu".to_owned();
        unit.codes = vec![code("ma-dinh-danh", "H05.07.01")];
    });
    service.directory().create_unit(request).await.unwrap();
    let under = create("tram-bom", |unit| unit.superior = "units/chi-cuc-thuy-loi".to_owned());
    service.directory().create_unit(under).await.unwrap();
    let by = |query: &str| proto::ListUnitsRequest { query: query.to_owned(), ..Default::default() };
    for (query, expected) in [
        ("thuỷ lợi", vec!["chi-cuc-thuy-loi"]),
        (" Thu\u{309}y  LO\u{323}I ", vec!["chi-cuc-thuy-loi"]),
        ("irrig", vec!["chi-cuc-thuy-loi"]),
        ("H05.07", vec!["chi-cuc-thuy-loi"]),
        ("ca tinh", vec!["cong-an-tinh"]),
        ("toà án", vec!["tand-tinh"]),
        ("quan thue", vec![]),
    ] {
        assert_eq!(found(&service, by(query)).await, expected, "{query}");
    }
    let below = |superior: &str, all_below| proto::ListUnitsRequest {
        superior: superior.to_owned(),
        all_below,
        ..Default::default()
    };
    assert_eq!(found(&service, below("units/so-noi-vu", false)).await, ["chi-cuc-thuy-loi"]);
    assert_eq!(found(&service, below("units/so-noi-vu", true)).await, ["chi-cuc-thuy-loi", "tram-bom"]);
    let list = async |request| service.directory().list_units(request).await;
    let unknown = refused(list(below("units/none", false)).await, ErrorReason::ResourceNotFound);
    assert_eq!(unknown, facts(&[("resource", "units/none")]));
    let bad = proto::ListUnitsRequest { query: "…".to_owned(), ..below("", true) };
    assert_eq!(violated(list(bad).await), faults(&[("query", "MALFORMED"), ("all_below", "UNWANTED")]));
    let bad = proto::ListUnitsRequest { query: "x".repeat(201), ..below("so-noi-vu", false) };
    assert_eq!(violated(list(bad).await), faults(&[("query", "TOO_LONG"), ("superior", "MALFORMED")]));
}

fn code(scheme: &str, code: &str) -> proto::UnitCode {
    proto::UnitCode { scheme: scheme.to_owned(), code: code.to_owned(), ..Default::default() }
}

#[tokio::test]
async fn a_code_stands_for_one_unit_on_a_day() {
    let service = Service::empty().await;
    let with = |id: &str, codes: Vec<proto::UnitCode>| create(id, |unit| unit.codes = codes);
    let until = proto::UnitCode { valid_to: day(2025, 6, 30), ..code("ma-tinh", "024") };
    let made = service.directory().create_unit(with("aa", vec![until.clone()])).await.unwrap().into_inner();
    assert_eq!(made.codes, [until]);
    let taken = service.directory().create_unit(with("bb", vec![code("ma-tinh", "024")])).await;
    let told = refused(taken, ErrorReason::UnitCodeTaken);
    assert_eq!(told, facts(&[("scheme", "ma-tinh"), ("code", "024"), ("unit", "units/aa")]));
    let next = proto::UnitCode { valid_from: day(2025, 7, 1), ..code("ma-tinh", "024") };
    let before = proto::UnitCode { valid_to: day(2025, 6, 30), ..code("ma-tinh", "027") };
    let both = with("bb", vec![before, next]);
    let made = service.directory().create_unit(both.clone()).await.unwrap().into_inner();
    assert_eq!(made.codes, both.unit.unwrap().codes);
    let taken = update("units/aa", "", &["codes"], |unit| unit.codes = vec![code("ma-tinh", "024")]);
    refused(service.directory().update_unit(taken).await, ErrorReason::UnitCodeTaken);
    let cleared = update("units/aa", "", &["codes"], |unit| unit.codes = Vec::new());
    let cleared = service.directory().update_unit(cleared).await.unwrap().into_inner();
    assert_eq!((cleared.codes.len(), cleared.open_date), (0, day(1997, 1, 1)));

    let backwards =
        proto::UnitCode { valid_from: day(2025, 7, 1), valid_to: day(2025, 6, 30), ..code("x", "1") };
    let bad = with("cc", vec![code("", &"x".repeat(101)), backwards, code("a", "1"), code("a", "2")]);
    let expected = faults(&[
        ("unit.codes[0].scheme", "REQUIRED"),
        ("unit.codes[0].code", "TOO_LONG"),
        ("unit.codes[1].valid_to", "BEFORE_OTHER_DATE"),
    ]);
    assert_eq!(violated(service.directory().create_unit(bad).await), expected);
    let twice = with("cc", vec![code("a", "1"), code("b", "1"), code("a", "2")]);
    let told = violated(service.directory().create_unit(twice).await);
    assert_eq!(told, faults(&[("unit.codes[2]", "REPEATED")]));
}

#[tokio::test]
async fn a_suggestion_is_accepted_as_an_alias() {
    let service = directory().await;
    let told = refused(resolve(&service, "Công an Bắc Ninh", None).await, ErrorReason::UnitNameUnknown);
    let suggestions: Vec<&str> = told["suggestions"].split("; ").collect();
    let scores: Vec<u8> = told["scores"].split("; ").map(|score| score.parse().unwrap()).collect();
    assert_eq!(
        (suggestions[0], scores.len()),
        ("Công an tỉnh Bắc Ninh = units/cong-an-tinh", suggestions.len())
    );
    assert!(scores.is_sorted_by(|a, b| a >= b) && scores[0] > 70 && scores[1] < scores[0], "{scores:?}");

    let unit = get(&service, "units/cong-an-tinh").await.unwrap().into_inner();
    let accept = update(&unit.name, &unit.etag, &["aliases"], |patch| {
        patch.aliases.clone_from(&unit.aliases);
        patch.aliases.push("Công an Bắc Ninh".to_owned());
    });
    let told = service.directory().update_unit(by(RECORDER, accept.clone())).await;
    refused(told, ErrorReason::CallerNotAllowed);
    service.directory().update_unit(by(REGISTRAR, accept.clone())).await.unwrap();
    let found = resolve(&service, "cong an bac ninh", None).await.unwrap();
    assert_eq!((found.unit.unwrap().name, found.matched_name.as_str()), (unit.name, "Công an Bắc Ninh"));
    // Two who accept at once do not overwrite each other.
    refused(service.directory().update_unit(by(REGISTRAR, accept)).await, ErrorReason::EtagMismatch);
}
