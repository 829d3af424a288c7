//! Power tunings outlive a process that did not end them.

use crate::fixture::{NOON, function, open};
use hearth_model::{FunctionId, Micros, TuningId};
use hearth_store::TuningRecord;

fn record(id: &str, function_id: &str, started_us: Micros) -> TuningRecord {
    TuningRecord {
        id: TuningId::from(id),
        function_id: FunctionId::from(function_id),
        started_us,
        is_complete: false,
        is_restored: false,
        configuration: function(function_id, "kettle", 1, "aa").configuration,
        set_memory_mb: None,
        document: "{}".to_owned(),
    }
}

#[tokio::test]
async fn what_was_not_restored_is_found_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut begun = record("T1", "F1", NOON);
    store.put_tuning(&begun).await.unwrap();
    begun.set_memory_mb = Some(256);
    store.put_tuning(&begun).await.unwrap();
    // Nobody closes the first one, as after a kill.
    let again = open(folder.path()).await;
    assert_eq!(again.tunings_to_restore().await.unwrap(), std::slice::from_ref(&begun));
    begun.is_restored = true;
    again.put_tuning(&begun).await.unwrap();
    assert_eq!(again.tunings_to_restore().await.unwrap(), []);
    assert_eq!(again.tuning(&begun.id).await.unwrap(), Some(begun));
    again.close().await;
    store.close().await;
}

#[tokio::test]
async fn the_latest_is_the_newest_that_measured_everything() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for (id, function_id, after, is_complete) in
        [("T1", "F1", 0, true), ("T2", "F1", 1, true), ("T3", "F1", 2, false), ("T4", "F2", 3, true)]
    {
        let record = TuningRecord { is_complete, ..record(id, function_id, NOON + Micros(after)) };
        store.put_tuning(&record).await.unwrap();
    }
    let ids = |records: Vec<TuningRecord>| records.into_iter().map(|record| record.id.0).collect::<Vec<_>>();
    assert_eq!(store.latest_tuning(&FunctionId::from("F1")).await.unwrap().unwrap().id.as_str(), "T2");
    assert_eq!(ids(store.tunings(Some(&FunctionId::from("F1")), 10).await.unwrap()), ["T3", "T2", "T1"]);
    assert_eq!(ids(store.tunings(None, 2).await.unwrap()), ["T4", "T3"]);
    store.close().await;
}
