//! Changes in accounts that came to no end outlive the process that made them.

use crate::fixture::{NOON, open};
use hearth_store::UnfinishedRecord;

fn record(id: &str) -> UnfinishedRecord {
    UnfinishedRecord {
        id: id.to_owned(),
        account: "aws:dev".to_owned(),
        vendor: "aws".to_owned(),
        location: "eu-west-1".to_owned(),
        function: "kettle".to_owned(),
        kind: "deploy".to_owned(),
        title: "Deploy kettle to dev, eu-west-1".to_owned(),
        command_line: "hearth deploy ./kettle --to aws:dev:eu-west-1".to_owned(),
        folder: Some("/srv/kettle".to_owned()),
        begun_us: NOON,
        calls: "[]".to_owned(),
        is_left: false,
    }
}

#[tokio::test]
async fn what_was_being_made_is_left_to_the_next_start_with_the_calls_that_had_begun() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut begun = record("U1");
    store.put_unfinished(&begun).await.unwrap();
    begun.calls = r#"[{"operation":"iam:CreateRole"}]"#.to_owned();
    store.put_unfinished(&begun).await.unwrap();
    assert_eq!(store.unfinished().await.unwrap(), [], "it is being made");
    // Nobody closes the first one, as after a kill.
    let again = open(folder.path()).await;
    begun.is_left = true;
    assert_eq!(again.unfinished().await.unwrap(), [begun]);
    assert!(again.forget_unfinished("U1").await.unwrap());
    assert!(!again.forget_unfinished("U1").await.unwrap(), "there is none any more");
    assert_eq!(again.unfinished().await.unwrap(), []);
    again.close().await;
}

#[tokio::test]
async fn a_change_that_ended_but_for_what_stays_is_left_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let ended = UnfinishedRecord { is_left: true, ..record("U2") };
    store.put_unfinished(&record("U2")).await.unwrap();
    store.put_unfinished(&ended).await.unwrap();
    store.put_unfinished(&record("U3")).await.unwrap();
    assert_eq!(store.unfinished().await.unwrap(), [ended], "and not the one that is still being made");
    store.close().await;
}
