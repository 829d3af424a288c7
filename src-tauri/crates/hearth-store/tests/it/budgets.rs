//! Budgets, what the brake holds and its log outlive the process that wrote them.

use crate::fixture::{NOON, open};
use hearth_model::FunctionId;
use hearth_store::{BrakeEntry, BrakedFunction, Scope, StoredBudget};

fn budget(scope: Scope, amount: &str) -> StoredBudget {
    StoredBudget { scope, amount_usd: amount.to_owned(), thresholds: vec![50, 80, 100], changed_us: NOON }
}

fn entry(text: &str) -> BrakeEntry {
    BrakeEntry {
        at_us: NOON,
        kind: "threshold".to_owned(),
        done_by: "brake".to_owned(),
        subject: "all functions".to_owned(),
        text: text.to_owned(),
        figures: "{}".to_owned(),
    }
}

#[tokio::test]
async fn a_scope_has_one_budget_and_the_demo_takes_its_own_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let function = Scope::Function(FunctionId::from("F1"));
    for (scope, amount) in [
        (&function, "3"),
        (&Scope::Account("local".to_owned()), "2"),
        (&Scope::All, "9"),
        (&Scope::All, "1.5"),
        (&Scope::Demo, "7"),
        (&Scope::Account("demo-prod".to_owned()), "8"),
    ] {
        store.put_budget(&budget(scope.clone(), amount)).await.unwrap();
    }
    assert_eq!(store.budgets().await.unwrap().iter().filter(|it| it.scope.is_demo()).count(), 2);
    store.remove_demo().await.unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    let amounts: Vec<_> = store.budgets().await.unwrap().into_iter().map(|it| it.amount_usd).collect();
    assert_eq!(amounts, ["1.5", "2", "3"], "the newest of each, the widest scope first");
    assert!(store.delete_budget(&function).await.unwrap());
    assert!(!store.delete_budget(&function).await.unwrap());
    assert_eq!(store.account_names().await.unwrap(), [("local".to_owned(), "This computer".to_owned())]);
    store.close().await;
}

#[tokio::test]
async fn what_the_brake_holds_is_known_after_a_restart_with_the_limit_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for (id, former) in [("F1", None), ("F2", Some(7))] {
        let braked = BrakedFunction {
            function_id: FunctionId::from(id),
            name: id.to_lowercase(),
            former_concurrency: former,
            version: 3,
            pulled_us: NOON,
            pulled_by: "brake".to_owned(),
            reason: "spent".to_owned(),
        };
        store.put_braked(&braked).await.unwrap();
    }
    store.close().await;
    let store = open(folder.path()).await;
    let held: Vec<_> = store
        .braked_functions()
        .await
        .unwrap()
        .into_iter()
        .map(|it| (it.name, it.former_concurrency))
        .collect();
    assert_eq!(held, [("f1".to_owned(), None), ("f2".to_owned(), Some(7))]);
    store.delete_braked(&FunctionId::from("F1")).await.unwrap();
    assert_eq!(store.braked_functions().await.unwrap().len(), 1);
    store.close().await;
}

#[tokio::test]
async fn the_log_is_read_newest_first_and_tells_an_alert_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert!(store.log_brake(&entry("first"), Some("a")).await.unwrap());
    assert!(!store.log_brake(&entry("again"), Some("a")).await.unwrap());
    assert!(store.log_brake(&entry("second"), None).await.unwrap());
    assert!(store.log_brake(&entry("third"), None).await.unwrap());
    let texts: Vec<_> = store.brake_log(2).await.unwrap().into_iter().map(|it| it.text).collect();
    assert_eq!(texts, ["third", "second"]);
    store.close().await;
}
