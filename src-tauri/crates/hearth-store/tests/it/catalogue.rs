//! Functions, versions, settings and saved events.

use crate::fixture::{NOON, function, open, open_at};
use hearth_model::{FunctionId, Micros};
use hearth_store::SavedEvent;

#[tokio::test]
async fn a_function_shows_its_newest_version_and_keeps_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_function(&function("F1", "kettle", 1, "aaa"), "deploy").await.unwrap();
    let newest = function("F1", "kettle", 2, "bbb");
    store.put_function(&newest, "configuration").await.unwrap();
    assert_eq!(store.function("kettle").await.unwrap(), Some(newest.clone()), "without waiting for a batch");
    assert_eq!(store.functions().await.unwrap(), [newest]);
    let versions = store.versions(&FunctionId::from("F1")).await.unwrap();
    let told: Vec<(u32, &str, &str)> = versions
        .iter()
        .map(|version| (version.version, version.cause.as_str(), version.code.sha256.as_str()))
        .collect();
    assert_eq!(told, [(2, "configuration", "bbb"), (1, "deploy", "aaa")]);
    store.close().await;
}

#[tokio::test]
async fn a_name_can_be_used_again_and_the_deleted_function_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let first = FunctionId::from("F1");
    store.put_function(&function("F1", "kettle", 1, "aaa"), "deploy").await.unwrap();
    store.set_deleted(&first, Some(NOON)).await.unwrap();
    assert_eq!(store.function("kettle").await.unwrap(), None);
    assert_eq!(store.deleted_function("kettle").await.unwrap().unwrap().deleted_us, Some(NOON));
    store.put_function(&function("F2", "kettle", 1, "ccc"), "deploy").await.unwrap();
    assert!(store.set_deleted(&first, None).await.is_err(), "two functions cannot have one name");
    store.set_deleted(&FunctionId::from("F2"), Some(NOON + Micros(1))).await.unwrap();
    assert_eq!(
        store.deleted_function("kettle").await.unwrap().unwrap().id.as_str(),
        "F2",
        "the last one deleted"
    );
    store.set_deleted(&first, None).await.unwrap();
    assert_eq!(store.function("kettle").await.unwrap().unwrap().id, first);
    store.close().await;
}

#[tokio::test]
async fn packages_are_needed_until_a_week_after_deletion() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for version in 1..=2 {
        store
            .put_function(&function("F1", "kettle", version, &format!("v{version}")), "deploy")
            .await
            .unwrap();
    }
    store.put_function(&function("F2", "lamp", 1, "lamp"), "deploy").await.unwrap();
    store.set_deleted(&FunctionId::from("F2"), Some(NOON)).await.unwrap();
    assert_eq!(Vec::from_iter(store.referenced_packages().await.unwrap()), ["lamp", "v1", "v2"]);
    store.close().await;
    let store = open_at(folder.path(), NOON + Micros::from_seconds(8 * 86_400)).await;
    assert_eq!(Vec::from_iter(store.referenced_packages().await.unwrap()), ["v1", "v2"]);
    store.close().await;
}

#[tokio::test]
async fn settings_and_saved_events_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let id = FunctionId::from("F1");
    store.set_setting("priceRegion", "us-east-1").await.unwrap();
    store.set_setting("priceRegion", "eu-west-1").await.unwrap();
    let event = |name: &str, body: &str| SavedEvent { name: name.into(), body: body.into(), saved_us: NOON };
    store.save_event(&id, &event("order", "{}")).await.unwrap();
    store.save_event(&id, &event("order", "{\"n\":2}")).await.unwrap();
    store.save_event(&id, &event("empty", "null")).await.unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    assert_eq!(store.setting("priceRegion").await.unwrap().as_deref(), Some("eu-west-1"));
    assert_eq!(store.setting("nothing").await.unwrap(), None);
    assert_eq!(store.saved_events(&id).await.unwrap(), [event("empty", "null"), event("order", "{\"n\":2}")]);
    store.delete_event(&id, "empty").await.unwrap();
    assert_eq!(store.saved_events(&id).await.unwrap().len(), 1);
    store.close().await;
}
