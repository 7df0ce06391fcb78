//! A matter and the petitions and visits that are about it.

use thidua_proto::statistics::{ErrorReason, Matter, Petition, Reception};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

fn about(matter: &str) -> (Petition, Reception) {
    let matter = matter.to_owned();
    (Petition { matter: matter.clone(), ..Petition::sample() }, Reception { matter, ..Reception::sample() })
}

#[tokio::test]
async fn a_matter_in_use_cannot_be_deleted() {
    let service = Service::start().await;
    let matter = Matter::made(&service, "1").await;
    let (petition, reception) = about(&matter.name());
    let petition = Petition::create(&service, UNIT, "1", Some(petition), WriteOptions::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(petition.matter, matter.name());
    let used_by = async |name: &str| {
        for terms in [WriteOptions::default(), WriteOptions::check()] {
            let told = refused(
                Matter::delete(&service, &matter.name(), "", terms).await,
                ErrorReason::ResourceInUse,
            );
            assert_eq!(told, facts(&[("resource", &matter.name()), ("used_by", name)]));
        }
    };
    used_by(&petition.name()).await;
    Petition::delete(&service, &petition.name(), "", WriteOptions::default()).await.unwrap();
    let visit = Reception::create(&service, UNIT, "1", Some(reception), WriteOptions::default())
        .await
        .unwrap()
        .into_inner();
    used_by(&visit.name()).await;
    let visit = Reception { matter: String::new(), ..visit };
    Reception::update(&service, Some(visit), &["matter"], WriteOptions::default()).await.unwrap();
    Matter::delete(&service, &matter.name(), "", WriteOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_matter_that_is_named_must_be_there() {
    let service = Service::start().await;
    let expected = facts(&[("resource", &Matter::name_of("9"))]);
    let (petition, reception) = about(&Matter::name_of("9"));
    let made = Petition::made(&service, "1").await;
    let head = service.head().await;
    for outcome in [
        Petition::create(&service, UNIT, "2", Some(petition.clone()), WriteOptions::default())
            .await
            .map(drop),
        Reception::create(&service, UNIT, "1", Some(reception), WriteOptions::default()).await.map(drop),
        Petition::update(
            &service,
            Some(petition.named(&made.name(), "")),
            &["matter"],
            WriteOptions::default(),
        )
        .await
        .map(drop),
    ] {
        assert_eq!(refused(outcome, ErrorReason::ResourceNotFound), expected);
    }
    assert_eq!(service.head().await, head);
}

#[tokio::test]
async fn a_matter_is_named_later_by_a_mask_alone() {
    let service = Service::start().await;
    let matter = Matter::made(&service, "1").await;
    let petition = Petition::made(&service, "1").await;
    let reception = Reception::made(&service, "1").await;
    let name = |record: &str| (record.to_owned(), matter.name());
    let (name_, matter_) = name(&petition.name());
    let patch = Petition { name: name_, matter: matter_, ..Petition::default() };
    let updated = Petition::update(&service, Some(patch), &["matter"], WriteOptions::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(updated.content(), Petition { matter: matter.name(), ..Petition::sample() });
    let (name_, matter_) = name(&reception.name());
    let patch = Reception { name: name_, matter: matter_, ..Reception::default() };
    let updated = Reception::update(&service, Some(patch), &["matter"], WriteOptions::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(updated.content(), Reception { matter: matter.name(), ..Reception::sample() });
}

#[tokio::test]
async fn a_matter_of_another_unit_may_be_named() {
    let service = Service::start().await;
    let matter =
        Matter::create(&service, ABOVE, "1", Some(Matter::sample()), WriteOptions::default()).await.unwrap();
    let (petition, _) = about(&matter.get_ref().name());
    Petition::create(&service, UNIT, "1", Some(petition), WriteOptions::default()).await.unwrap();
    let told = refused(
        Matter::delete(&service, &matter.get_ref().name(), "", WriteOptions::default()).await,
        ErrorReason::ResourceInUse,
    );
    assert_eq!(told["used_by"], Petition::name_of("1"));
}
