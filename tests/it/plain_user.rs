//! Hearth as a plain user, who may change neither limits nor other people's files.
#![cfg(target_os = "linux")]

use crate::support::{finish, program, skip};
use serde_json::Value;
use std::os::unix::fs::{PermissionsExt as _, chown};

const NOBODY: u32 = 65_534;

#[test]
fn a_plain_user_deploys_and_runs_and_keeps_its_data_private() {
    let folder = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open.clone()).unwrap();
    let exe = folder.path().join("hearth");
    std::fs::copy(env!("CARGO_BIN_EXE_hearth"), &exe).unwrap();
    std::fs::set_permissions(&exe, open).unwrap();
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let is_root = chown(&own, Some(NOBODY), Some(NOBODY)).is_ok();
    let data = own.join("data");

    let run = |arguments: &[&str]| -> Value {
        let mut command = if is_root {
            let mut command = program("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&exe);
            command
        } else {
            program(&exe)
        };
        command.args(["--json", "--data-dir", data.to_str().unwrap()]).args(arguments).current_dir(&own);
        command.env("HOME", &own);
        let ran = finish(&mut command, "");
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        ran.document()
    };
    if is_root && finish(program("setpriv").arg("--version"), "").code != 0 {
        skip("running as a plain user: no setpriv here");
        return;
    }
    run(&["deploy", "--sample", "kettle", "--env", "SECRET=tea"]);
    assert_eq!(run(&["invoke", "kettle"])["payload"]["poured"], 1);
    run(&["deploy", "--sample", "kettle"]);
    assert_eq!(run(&["invoke", "kettle"])["payload"]["poured"], 1, "a second version runs too");
    let mode = std::fs::metadata(&data).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "the data folder is closed to others: {mode:o}");
    run(&["delete", "kettle"]);
}
