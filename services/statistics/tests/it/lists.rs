use thidua_proto::Date;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::{ErrorReason, Inspection, InspectionBasis};

use super::harness::*;
use super::kind::{Kind, ListArguments, WriteOptions, of_every_kind};

of_every_kind!(
    is_listed_by_day_then_by_name_to_the_end,
    is_listed_by_filter,
    is_listed_with_a_token_of_the_same_list,
    is_not_listed_with_bad_arguments,
);

/// Seven records, entered in no order, three of them on one day, every third of the second kind; as they are listed.
async fn seven<K: Kind>(service: &Service) -> Vec<String> {
    for (id, date, second) in [
        ("e", day(2023, 5, 2), false),
        ("a", day(2023, 5, 1), false),
        ("d", day(2023, 5, 1), true),
        ("b", day(2023, 5, 1), false),
        ("z", day(2022, 12, 31), false),
        ("c", day(2024, 1, 1), true),
        ("f", day(2023, 4, 30), false),
    ] {
        K::create(service, UNIT, id, Some(K::on(date, second)), WriteOptions::default()).await.unwrap();
    }
    K::create(service, ABOVE, "g", Some(K::on(day(2023, 5, 1), false)), WriteOptions::default())
        .await
        .unwrap();
    ["z", "f", "a", "b", "d", "e", "c"].map(K::name_of).to_vec()
}

fn of_unit(size: i32) -> ListArguments {
    ListArguments { parent: UNIT, size, ..ListArguments::default() }
}

/// All pages joined; none is larger than asked.
async fn to_the_end<K: Kind>(service: &Service, mut asked: ListArguments) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let (page, next) = K::list(service, asked.clone()).await.unwrap();
        let size = usize::try_from(asked.size).unwrap();
        assert!(size == 0 || page.len() <= size);
        found.extend(page.iter().map(Kind::name));
        if next.is_empty() {
            return found;
        }
        asked.token = next;
    }
}

async fn is_listed_by_day_then_by_name_to_the_end<K: Kind>() {
    let service = Service::start().await;
    assert_eq!(to_the_end::<K>(&service, of_unit(1)).await, Vec::<String>::new());
    let expected = seven::<K>(&service).await;
    for size in [0, 1, 2, 3, 6, 7, 8, i32::MAX] {
        assert_eq!(to_the_end::<K>(&service, of_unit(size)).await, expected, "{size}");
    }
    K::delete(&service, &K::name_of("b"), "", WriteOptions::default()).await.unwrap();
    let moved = K::on(day(2025, 1, 1), false).named(&K::name_of("a"), "");
    K::update(&service, Some(moved), &[], WriteOptions::default()).await.unwrap();
    let expected = ["z", "f", "d", "e", "c", "a"].map(K::name_of);
    assert_eq!(to_the_end::<K>(&service, of_unit(2)).await, expected);
}

async fn is_listed_by_filter<K: Kind>() {
    let service = Service::start().await;
    seven::<K>(&service).await;
    let found = async |from: Option<Date>, to: Option<Date>, kinds: &[i32]| {
        let asked = ListArguments { from, to, kinds: kinds.to_vec(), ..of_unit(1) };
        let names = to_the_end::<K>(&service, asked).await;
        names.iter().map(|name| name.rsplit('/').next().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(found(day(2023, 5, 1), None, &[]).await, "abdec");
    assert_eq!(found(None, day(2023, 5, 1), &[]).await, "zfabd");
    assert_eq!(found(day(2023, 5, 1), day(2023, 5, 1), &[]).await, "abd");
    assert_eq!(found(None, None, &[2]).await, "dc");
    assert_eq!(found(day(2022, 1, 1), day(2023, 12, 31), &[2]).await, "d");
    assert_eq!(found(None, None, &[1, 2]).await, "zfabdec");
    assert_eq!(found(None, None, &[3]).await, "");
}

async fn is_listed_with_a_token_of_the_same_list<K: Kind>() {
    let service = Service::start().await;
    seven::<K>(&service).await;
    let (_, token) = K::list(&service, of_unit(2)).await.unwrap();
    let with = |asked: ListArguments| K::list(&service, ListArguments { token: token.clone(), ..asked });
    // The size of the page may change.
    assert_eq!(with(of_unit(5)).await.unwrap().0.len(), 5);
    for other in [
        ListArguments { parent: ABOVE, ..of_unit(2) },
        ListArguments { from: day(2023, 1, 1), ..of_unit(2) },
        ListArguments { to: day(2024, 1, 1), ..of_unit(2) },
        ListArguments { kinds: vec![1], ..of_unit(2) },
    ] {
        assert_eq!(refused(with(other).await, ErrorReason::PageTokenInvalid), facts(&[]));
    }
    for token in ["x", "Đ", "MSB4IDEgYQ"] {
        let asked = ListArguments { token: token.to_owned(), ..of_unit(2) };
        refused(K::list(&service, asked).await, ErrorReason::PageTokenInvalid);
    }
}

async fn is_not_listed_with_bad_arguments<K: Kind>() {
    let service = Service::start().await;
    let [from, to, kinds] = K::FILTER;
    let list = |asked: ListArguments| K::list(&service, asked);
    assert_eq!(violated(list(of_unit(-1)).await), faults(&[("page_size", "OUT_OF_RANGE")]));
    let upside_down = ListArguments { from: day(2023, 5, 2), to: day(2023, 5, 1), ..of_unit(0) };
    assert_eq!(violated(list(upside_down).await), faults(&[(to, "BEFORE_OTHER_DATE")]));
    let all = ListArguments {
        parent: "",
        size: i32::MIN,
        from: day(2023, 2, 29),
        to: day(1899, 12, 31),
        kinds: vec![1, 0, 99],
        token: String::new(),
    };
    let (second, third) = (format!("{kinds}[1]"), format!("{kinds}[2]"));
    let expected = [
        ("parent", "REQUIRED"),
        (from, "NO_SUCH_DAY"),
        (to, "OUT_OF_RANGE"),
        (&second, "UNKNOWN_VALUE"),
        (&third, "UNKNOWN_VALUE"),
        ("page_size", "OUT_OF_RANGE"),
    ];
    assert_eq!(violated(list(all).await), faults(&expected));
    let unknown = ListArguments { parent: "units/none", ..of_unit(0) };
    assert_eq!(
        refused(list(unknown).await, ErrorReason::ResourceNotFound),
        facts(&[("resource", "units/none")])
    );
}

#[tokio::test]
async fn notable_inspections_are_unplanned_or_thematic() {
    let service = Service::start().await;
    for (id, basis, thematic) in [
        ("1", InspectionBasis::Planned, false),
        ("2", InspectionBasis::Unplanned, false),
        ("3", InspectionBasis::Planned, true),
        ("4", InspectionBasis::Planned, false),
        ("5", InspectionBasis::Unplanned, true),
    ] {
        let record = Inspection { basis: basis.into(), thematic, ..Inspection::on(day(2023, 5, 1), false) };
        Inspection::create(&service, UNIT, id, Some(record), WriteOptions::default()).await.unwrap();
    }
    let request = |page_token: &str| proto::ListInspectionsRequest {
        parent: UNIT.to_owned(),
        page_size: 2,
        notable_only: true,
        page_token: page_token.to_owned(),
        ..Default::default()
    };
    let first = service.inspections().list_inspections(request("")).await.unwrap().into_inner();
    let second =
        service.inspections().list_inspections(request(&first.next_page_token)).await.unwrap().into_inner();
    let names: Vec<String> = first.inspections.iter().chain(&second.inspections).map(Kind::name).collect();
    assert_eq!(names, ["2", "3", "5"].map(Inspection::name_of));
    assert_eq!(second.next_page_token, "");
}
