//! Functions with their places, their changes, and days that are told in one row.

use crate::fixture::{NOON, function, invocation, open};
use hearth_model::{Grain, Micros};
use hearth_store::{Batch, Scope};

const DAY: Micros = Micros::from_seconds(86_400);

#[tokio::test]
async fn days_in_one_row_are_the_days_of_the_steps() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut invocations = Vec::new();
    for number in 0..40_i64 {
        let mut call = invocation(&format!("r{number}"), NOON - Micros(DAY.0 / 4 * number));
        call.memory_mb = if number % 3 == 0 { 512 } else { 1_024 };
        invocations.push((call, None));
    }
    store.ingest(&Batch { invocations, lines: Vec::new() }).await.unwrap();
    let (from, to) = (NOON - Micros(DAY.0 * 6), NOON);
    let mut told: Vec<_> = store.usage_days(&Scope::All, from, to).await.unwrap().iter().cloned().collect();
    let mut steps = store.usage_steps(&Scope::All, from, to, Grain::Day).await.unwrap();
    assert!(steps.len() > 7, "several days and sizes");
    let key = |step: &hearth_store::UsageStep| (step.at_us, step.usage.memory_mb);
    told.sort_by_key(key);
    steps.sort_by_key(key);
    assert_eq!(told, steps);
    // What comes late counts too, in what was read before.
    let late = vec![(invocation("late", NOON - Micros(DAY.0 * 3)), None)];
    store.ingest(&Batch { invocations: late, lines: Vec::new() }).await.unwrap();
    let requests =
        |steps: &[hearth_store::UsageStep]| steps.iter().map(|step| step.usage.requests).sum::<u64>();
    let again: Vec<_> = store.usage_days(&Scope::All, from, to).await.unwrap().iter().cloned().collect();
    assert_eq!(requests(&again), requests(&steps) + 1);
    assert_eq!(store.usage_days(&Scope::Demo, from, to).await.unwrap().iter().count(), 0);
}

#[tokio::test]
async fn a_function_is_told_with_its_place_and_what_its_versions_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_function(&function("F1", "kettle", 1, &"a".repeat(64)), "deploy").await.unwrap();
    let mut larger = function("F1", "kettle", 2, &"a".repeat(64));
    larger.configuration.memory_mb = 2_048;
    store.put_function(&larger, "configuration").await.unwrap();
    let calls = vec![(invocation("r1", NOON), None)];
    store.ingest(&Batch { invocations: calls, lines: Vec::new() }).await.unwrap();

    let placed = store.placed_functions(&Scope::All).await.unwrap();
    assert_eq!(placed.len(), 1);
    assert_eq!(
        (placed[0].name.as_str(), placed[0].provider.as_str(), placed[0].account_name.as_str()),
        ("kettle", "local", "This computer")
    );
    assert_eq!(placed[0].configuration.as_ref().unwrap().memory_mb, 2_048);
    let changes = store.version_changes(&Scope::All, NOON, NOON + DAY).await.unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.version, change.before.as_ref().map(|before| before.memory_mb)))
        .collect();
    assert_eq!(told, [(1, None), (2, Some(512))]);
    assert_eq!(store.first_usage(&Scope::All).await.unwrap(), Some(NOON));
    assert_eq!(store.first_usage(&Scope::Demo).await.unwrap(), None);
}
