//! What accounts hold: replaced by location, and a fault does not take away what was read before.

use crate::fixture::{NOON, open};
use hearth_model::Micros;
use hearth_store::{CloudMetric, OwnRequests};

fn functions(names: &[&str]) -> Vec<(String, String)> {
    names.iter().map(|name| ((*name).to_owned(), format!("{{\"name\":\"{name}\"}}"))).collect()
}

#[tokio::test]
async fn a_location_is_replaced_as_a_whole_and_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_inventory("aws:a", "eu-west-1", NOON, &functions(&["tea", "kettle"])).await.unwrap();
    store.put_inventory("aws:a", "us-east-1", NOON, &functions(&["tea"])).await.unwrap();
    store.put_inventory("aws:b", "eu-west-1", NOON, &functions(&["cup"])).await.unwrap();
    store.put_inventory("aws:a", "eu-west-1", NOON, &functions(&["tea"])).await.unwrap();
    let of = |account: &'static str| {
        let store = store.clone();
        async move {
            let rows = store.inventory(Some(account)).await.unwrap();
            rows.into_iter().map(|row| format!("{} {}", row.location, row.name)).collect::<Vec<_>>()
        }
    };
    assert_eq!(of("aws:a").await, ["eu-west-1 tea", "us-east-1 tea"], "what was deleted there is gone here");
    assert_eq!(of("aws:b").await, ["eu-west-1 cup"]);
    store.forget_inventory("aws:a").await.unwrap();
    assert_eq!(store.inventory(None).await.unwrap().len(), 1);
    store.close().await;
}

#[tokio::test]
async fn a_fault_keeps_what_was_read_with_its_age() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_inventory("aws:a", "eu-west-1", NOON, &functions(&["tea"])).await.unwrap();
    let later = Micros(NOON.0 + 1);
    store.put_inventory_fault("aws:a", "eu-west-1", later, "{}").await.unwrap();
    store.put_inventory_fault("aws:a", "us-east-1", later, "{}").await.unwrap();
    let reads = store.inventory_reads().await.unwrap();
    assert_eq!((reads[0].read_us, reads[0].tried_us), (Some(NOON), later));
    assert_eq!(reads[0].fault.as_deref(), Some("{}"));
    assert_eq!(reads[1].read_us, None, "never read is not read at zero");
    assert_eq!(store.inventory(None).await.unwrap().len(), 1);
    store.put_inventory("aws:a", "eu-west-1", later, &functions(&["tea"])).await.unwrap();
    assert_eq!(
        store.inventory_reads().await.unwrap()[0].fault,
        None,
        "a fault ends when reading works again"
    );
    store.close().await;
}

#[tokio::test]
async fn figures_of_the_same_step_replace_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let metric = |at: i64, value: f64| CloudMetric {
        name: "tea".into(),
        metric: "invocations".into(),
        step_s: 3_600,
        at_us: Micros(at),
        value,
    };
    for value in [1.0, 5.0] {
        let figures = [metric(NOON.0, value), metric(NOON.0 + 1, 2.0)];
        store.put_cloud_metrics("aws:a", "eu-west-1", NOON, "measured by aws", &figures).await.unwrap();
    }
    let figures = store.cloud_figures(NOON).await.unwrap();
    let told: Vec<_> =
        figures.iter().map(|one| (one.name.as_str(), one.metric.as_str(), one.sum, one.most)).collect();
    assert_eq!(told, [("tea", "invocations", 7.0, 5.0)]);
    assert_eq!(store.cloud_figures(NOON + Micros(2)).await.unwrap(), []);
    store.close().await;
}

#[tokio::test]
async fn what_hearth_asked_is_counted_by_day_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert_eq!(store.own_requests_since().await.unwrap(), None);
    let day = hearth_model::Grain::Day.length();
    let row = |location: &str, requests, units| OwnRequests {
        account: "aws:a".to_owned(),
        location: location.to_owned(),
        service: "CloudWatch".to_owned(),
        operation: "GetMetricData".to_owned(),
        requests,
        units,
    };
    for (location, at, requests, metrics) in [
        ("eu-west-1", NOON, 1, 40),
        ("eu-west-1", NOON + Micros(1), 2, 4),
        ("us-east-1", NOON, 1, 8),
        ("eu-west-1", NOON - day, 5, 100),
    ] {
        store.count_own_requests(at, &[row(location, requests, metrics)]).await.unwrap();
    }
    let today = store.own_requests(NOON, NOON + day).await.unwrap();
    assert_eq!(today, [row("eu-west-1", 3, 44), row("us-east-1", 1, 8)]);
    let both = store.own_requests(NOON - day, NOON + day).await.unwrap();
    assert_eq!(both, [row("eu-west-1", 8, 144), row("us-east-1", 1, 8)]);
    assert_eq!(store.own_requests(NOON + day, NOON + day + day).await.unwrap(), []);
    assert_eq!(store.own_requests_since().await.unwrap(), Some(hearth_model::Grain::Day.floor(NOON - day)));
}

#[tokio::test]
async fn the_last_reading_of_services_is_kept_by_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for at in [NOON, NOON + Micros(5)] {
        store.put_tasks_read("aws:a", "eu-west-1", at).await.unwrap();
    }
    let reads = store.tasks_reads().await.unwrap();
    assert_eq!(reads, [("aws:a".to_owned(), "eu-west-1".to_owned(), NOON + Micros(5))]);
}
