use thidua_proto::FieldMask;
use thidua_proto::awards as proto;
use thidua_proto::awards::ErrorReason;

use super::harness::*;

fn rename(etag: &str) -> proto::UpdateBlocRequest {
    let bloc = proto::Bloc {
        name: BLOC.to_owned(),
        display_name: "Khối Nội chính".to_owned(),
        etag: etag.to_owned(),
        ..proto::Bloc::default()
    };
    let update_mask = Some(FieldMask { paths: vec!["display_name".to_owned()] });
    proto::UpdateBlocRequest { bloc: Some(bloc), update_mask, ..Default::default() }
}

fn get(name: &str) -> proto::GetBlocRequest {
    proto::GetBlocRequest { name: name.to_owned() }
}

#[tokio::test]
async fn a_bloc_is_entered_and_read_as_it_was_entered() {
    let service = Service::start().await;
    let created = service.blocs().create_bloc(by(REGISTRAR, create_bloc())).await.unwrap();
    assert_eq!(revision(&created), "1");
    let created = created.into_inner();
    assert_eq!((created.name.as_str(), created.etag.as_str()), (BLOC, "1"));
    assert_eq!(created.create_time, created.update_time);
    assert_eq!(created.members, create_bloc().bloc.unwrap().members);
    assert_eq!(service.blocs().get_bloc(get(BLOC)).await.unwrap().into_inner(), created);
    service.stop().await;
}

#[tokio::test]
async fn everything_wrong_is_told_with_its_path() {
    let service = Service::start().await;
    let mut request = create_bloc();
    request.bloc_id = "x".to_owned();
    request.request_id = "no uuid".to_owned();
    let bloc = request.bloc.as_mut().unwrap();
    bloc.display_name = " ".to_owned();
    bloc.members[3].unit = "Công an".to_owned();
    bloc.members[8].last_date = day(2013, 1, 1);
    let told = refused(service.blocs().create_bloc(request).await, ErrorReason::FieldInvalid);
    let fields = "bloc_id,bloc.display_name,bloc.members[3].unit,bloc.members[8].last_date,request_id";
    assert_eq!(told, facts(&[("fields", fields)]));

    let empty = proto::CreateBlocRequest { bloc: Some(proto::Bloc::default()), ..Default::default() };
    let told = refused(service.blocs().create_bloc(empty).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "bloc_id,bloc.display_name,bloc.members")]));
    let none = proto::CreateBlocRequest { bloc_id: "ab".to_owned(), ..Default::default() };
    let told = refused(service.blocs().create_bloc(none).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "bloc")]));
}

#[tokio::test]
async fn a_name_is_given_once() {
    let service = Service::start().await;
    service.blocs().create_bloc(create_bloc()).await.unwrap();
    let told = refused(service.blocs().create_bloc(create_bloc()).await, ErrorReason::ResourceAlreadyExists);
    assert_eq!(told, facts(&[("resource", BLOC)]));
}

#[tokio::test]
async fn terms_of_a_member_do_not_overlap() {
    let service = Service::start().await;
    let mut request = create_bloc();
    request.bloc.as_mut().unwrap().members.push(member("tand-tinh"));
    let told = refused(service.blocs().create_bloc(request.clone()).await, ErrorReason::TermOverlaps);
    assert_eq!(told, facts(&[("unit", "units/tand-tinh")]));

    service.blocs().create_bloc(create_bloc()).await.unwrap();
    let bloc = proto::Bloc { name: BLOC.to_owned(), ..request.bloc.unwrap() };
    let update = proto::UpdateBlocRequest { bloc: Some(bloc), ..Default::default() };
    refused(service.blocs().update_bloc(update).await, ErrorReason::TermOverlaps);
}

#[tokio::test]
async fn a_call_sent_again_is_done_once() {
    let service = Service::start().await;
    let request = proto::CreateBlocRequest { request_id: REQUEST_ID.to_owned(), ..create_bloc() };
    let first = service.blocs().create_bloc(request.clone()).await.unwrap();
    let again = service.blocs().create_bloc(request.clone()).await.unwrap();
    assert_eq!(revision(&first), revision(&again));
    assert_eq!(first.into_inner(), again.into_inner());

    let other = proto::CreateBlocRequest { bloc_id: "other".to_owned(), ..request };
    let told = refused(service.blocs().create_bloc(other).await, ErrorReason::RequestIdReused);
    assert_eq!(told, facts(&[("request_id", REQUEST_ID), ("revision", "1")]));
    let update = proto::UpdateBlocRequest { request_id: REQUEST_ID.replace("01", "02"), ..rename("") };
    let first = service.blocs().update_bloc(update.clone()).await.unwrap().into_inner();
    assert_eq!(service.blocs().update_bloc(update).await.unwrap().into_inner(), first);
}

#[tokio::test]
async fn a_check_writes_nothing() {
    let service = Service::start().await;
    let request = proto::CreateBlocRequest { validate_only: true, ..create_bloc() };
    let checked = service.blocs().create_bloc(request).await.unwrap();
    assert_eq!(revision(&checked), "0");
    refused(service.blocs().get_bloc(get(BLOC)).await, ErrorReason::ResourceNotFound);
}

#[tokio::test]
async fn an_update_changes_what_its_mask_names_while_the_etag_fits() {
    let service = Service::start().await;
    let created = service.blocs().create_bloc(create_bloc()).await.unwrap().into_inner();
    let updated = service.blocs().update_bloc(by(REGISTRAR, rename("1"))).await.unwrap().into_inner();
    assert_eq!((updated.display_name.as_str(), updated.etag.as_str()), ("Khối Nội chính", "2"));
    assert_eq!(updated.members, created.members);
    assert_eq!(updated.create_time, created.create_time);

    let told = refused(service.blocs().update_bloc(rename("1")).await, ErrorReason::EtagMismatch);
    assert_eq!(told, facts(&[("resource", BLOC), ("etag", "1")]));
    let mut unknown = rename("");
    unknown.update_mask = Some(FieldMask { paths: vec!["names".to_owned()] });
    let told = refused(service.blocs().update_bloc(unknown).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "update_mask.paths[0]")]));
    // Without a mask the populated fields are changed; members that are not sent stay.
    let mut without = rename("");
    without.update_mask = None;
    let patched = service.blocs().update_bloc(without.clone()).await.unwrap().into_inner();
    assert_eq!((&patched.members, patched.etag.as_str()), (&created.members, "2"), "it was so already");
    without.update_mask = Some(FieldMask { paths: vec!["*".to_owned()] });
    let told = refused(service.blocs().update_bloc(without).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "bloc.members")]));
    let mut elsewhere = rename("");
    elsewhere.bloc.as_mut().unwrap().name = "blocs/other".to_owned();
    let told = refused(service.blocs().update_bloc(elsewhere).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", "blocs/other")]));
}

#[tokio::test]
async fn only_registrars_keep_blocs() {
    let service = Service::start().await;
    for caller in [LEADER, RECORDER] {
        let told = refused(
            service.blocs().create_bloc(by(caller, create_bloc())).await,
            ErrorReason::CallerNotAllowed,
        );
        assert_eq!((told["resource"].as_str(), told["role"].as_str()), (BLOC, "registrar"));
        // Before it is told that there is no such bloc.
        refused(service.blocs().update_bloc(by(caller, rename(""))).await, ErrorReason::CallerNotAllowed);
    }
}

#[tokio::test]
async fn blocs_are_listed_by_name_to_the_end() {
    let service = Service::start().await;
    for bloc_id in ["c3", "a1", "b2", "a0", "d4"] {
        let request = proto::CreateBlocRequest { bloc_id: bloc_id.to_owned(), ..create_bloc() };
        service.blocs().create_bloc(request).await.unwrap();
    }
    let mut found = Vec::new();
    let mut request = proto::ListBlocsRequest { page_size: 2, ..Default::default() };
    loop {
        let page = service.blocs().list_blocs(request.clone()).await.unwrap().into_inner();
        assert!(page.blocs.len() <= 2);
        found.extend(page.blocs.into_iter().map(|bloc| bloc.name));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, ["blocs/a0", "blocs/a1", "blocs/b2", "blocs/c3", "blocs/d4"]);
    let exact = proto::ListBlocsRequest { page_size: 5, ..Default::default() };
    assert_eq!(service.blocs().list_blocs(exact).await.unwrap().into_inner().next_page_token, "");
    let negative = proto::ListBlocsRequest { page_size: -1, ..Default::default() };
    refused(service.blocs().list_blocs(negative).await, ErrorReason::FieldInvalid);
    let foreign = proto::ListBlocsRequest { page_token: "x".to_owned(), ..Default::default() };
    refused(service.blocs().list_blocs(foreign).await, ErrorReason::PageTokenInvalid);
}
