//! One owner a data folder.

use crate::house::{House, open_in};
use hearth_core::{ErrorCode, read_owner};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_hearth_is_told_who_owns_the_folder_and_may_follow_after_it_closed() {
    let house = House::open().await;
    house.app.stay(Some("http://127.0.0.1:4321/?token=s3cret".into()), None);
    let Err(error) = open_in(house.data.path()).await else { panic!("a second owner was let in") };
    assert_eq!(error.code, ErrorCode::Owned);
    assert!(
        error.message.contains(&std::process::id().to_string())
            && error.message.contains("http://127.0.0.1:4321/")
    );
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    assert_eq!(read_owner(house.data.path()).unwrap().pid, std::process::id());

    let mut settings = house.ok("settings_get", json!({})).await;
    settings["keepAliveUs"] = json!(7_000_000);
    house.ok("settings_set", settings).await;
    house.app.close().await;
    assert_eq!(read_owner(house.data.path()), None);

    let app = open_in(house.data.path()).await.unwrap();
    let house = House { app, data: house.data, code: house.code };
    assert_eq!(
        house.ok("settings_get", json!({})).await["keepAliveUs"],
        7_000_000,
        "settings outlive a restart"
    );
    house.app.close().await;
}
