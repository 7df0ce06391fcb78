//! Two releases on one store, as while replicas are replaced one after the other.

use thidua_proto::FieldMask;
use thidua_proto::statistics::Unit;

use super::*;
use crate::body;

/// What the later release writes: a unit with fields that this one does not know, at the top and inside.
const LATER: &str =
    r#"{"displayName":"Sở Tư pháp","color":"red","codes":[{"scheme":"ma-tinh","code":"24","issuer":"x"}]}"#;

/// An update as this release does it.
fn update(patch: Unit, paths: &'static [&'static str]) -> Command<No> {
    command(&["units/a"], move |state, _| {
        let held = state.get("units/a").ok_or_else(|| No("units/a is missing".to_owned()))?;
        let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
        let told = |cause: &dyn std::fmt::Debug| No(format!("{cause:?}"));
        let stored = held.body.as_deref().unwrap_or("{}");
        let merged: Unit = body::merge(stored, &patch, Some(&mask)).map_err(|cause| told(&cause))?;
        let change = Change::put("units/a", index("units/a", 0), body::encode(merged));
        body::replace::<Unit>(held, change).map_err(|cause| told(&cause))
    })
}

#[tokio::test]
async fn an_earlier_release_destroys_nothing_of_a_later_one_beside_it() {
    for home in homes() {
        let later = home.open().await;
        // An embedded store has one program at a time: there the earlier release comes after the later one.
        let earlier = if home.is_shared() { Some(home.open().await) } else { None };
        let earlier = earlier.as_ref().unwrap_or(&later);
        later.submit(put("units/a", LATER)).await.unwrap();

        let read: Unit = body::present(&earlier.get("units/a").await.unwrap().unwrap()).unwrap();
        assert_eq!((read.display_name.as_str(), read.codes.len()), ("Sở Tư pháp", 1));
        let named = Unit { display_name: "Sở Nội vụ".to_owned(), ..Unit::default() };
        for paths in [&[][..], &["display_name"]] {
            earlier.submit(update(named.clone(), paths)).await.unwrap();
        }
        // All is replaced that the earlier release knows; the code goes, and what was said of it.
        let kept = body(&later, "units/a").await.unwrap();
        let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
        let expected = LATER.replace("Sở Tư pháp", "Sở Nội vụ");
        assert_eq!(kept, serde_json::from_str::<serde_json::Value>(&expected).unwrap());
        earlier.submit(update(named, &["*"])).await.unwrap();
        let kept = body(&later, "units/a").await.unwrap();
        assert_eq!(kept, r#"{"color":"red","displayName":"Sở Nội vụ"}"#);
        earlier.current().await.unwrap();
        assert_verified(earlier).await;
    }
}
