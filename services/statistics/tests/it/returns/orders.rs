//! Returns of several periods agree with each other, in whichever order they come.

use super::*;

const COLUMNS: [&str; 4] = ["9", "10", "11", "12"];

/// Hands in reception days of a period by hand: those of the whole, all of them of standing reception.
async fn hand_in(service: &Service, period: &str, days: i64) -> Result<Return, Status> {
    let given = [days, days, 0, 0];
    let entries: Vec<(&str, i64, &str)> =
        COLUMNS.into_iter().zip(given).map(|(column, value)| (column, value, "")).collect();
    let name = service.prepare("HEADLINE", period, &entries).await.unwrap().name;
    service.submit(&name).await
}

async fn approve(service: &Service, handed_in: &Return) {
    service.approve(&handed_in.name, &handed_in.digest).await.unwrap();
}

#[tokio::test]
async fn a_longer_period_handed_in_first_binds_the_shorter_one() {
    let service = Service::start().await;
    // Not approved yet, and binding already.
    let year = hand_in(&service, "2023-Y", 200).await.unwrap();
    let told = refused(hand_in(&service, "2023-9M", 201).await, ErrorReason::ReturnChecksFailed);
    assert!(told["rules"].contains("9 (lũy kế)"), "{told:?}");
    approve(&service, &year).await;
    refused(hand_in(&service, "2023-9M", 201).await, ErrorReason::ReturnChecksFailed);
    // Open for correction, it follows.
    service.reopen(&year.name, "ghi sai").await.unwrap();
    let nine_months = hand_in(&service, "2023-9M", 201).await.unwrap();
    approve(&service, &nine_months).await;
    refused(hand_in(&service, "2023-Y", 200).await, ErrorReason::ReturnChecksFailed);
    hand_in(&service, "2023-Y", 201).await.unwrap();
}

#[tokio::test]
async fn quarters_put_in_by_hand_add_up_in_either_order() {
    for order in [["2023-Q1", "2023-Q2", "2023-6M"], ["2023-6M", "2023-Q2", "2023-Q1"]] {
        let service = Service::start().await;
        let days = |period: &str| if period == "2023-6M" { 101 } else { 50 };
        for period in &order[..2] {
            approve(&service, &hand_in(&service, period, days(period)).await.unwrap()).await;
        }
        let told =
            refused(hand_in(&service, order[2], days(order[2])).await, ErrorReason::ReturnChecksFailed);
        assert!(told["rules"].contains("9 (các kỳ) = 9 (cả kỳ)"), "{told:?}");
        let right = if order[2] == "2023-6M" { 100 } else { 51 };
        hand_in(&service, order[2], right).await.unwrap();
    }
}
