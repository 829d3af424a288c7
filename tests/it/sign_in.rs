//! Signing in to AWS through IAM Identity Center, against a fake that botocore's description of the service holds and
//! botocore's client speaks to; what Hearth keeps is read, used and renewed by botocore and AWS's command line. Secrets
//! that the fake hands out stand in the one file that AWS's tools share.

use crate::ministack::Ministack;
use crate::person::Person;
use crate::sso::{Going, Sso, clean};
use crate::support::{Ran, finish, judge, until};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The file of the session `corp`, as AWS's tools name it: `printf corp | sha1sum`.
const CORP: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
/// The same for a session without a section of its own: its start page.
const START_PAGE: &str = "a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json";

/// Every file below a folder in which this stands.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if path.is_file()
            && std::fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

fn cache(person: &Person, file: &str) -> PathBuf {
    person.folder().join(".aws/sso/cache").join(file)
}

fn kept(person: &Person, file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(cache(person, file)).unwrap()).unwrap()
}

/// Whether anything in the cache was made: a sign-in that came to nothing leaves nothing.
fn keeps_nothing(person: &Person) -> bool {
    std::fs::read_dir(person.folder().join(".aws/sso/cache")).is_ok_and(|all| all.count() == 0)
        || !person.folder().join(".aws/sso").exists()
}

fn begin(person: &Person, arguments: &[&str]) -> Going {
    let mut command = person.command(&[&["accounts", "sign-in"], arguments].concat());
    command.env("HEARTH_LOG", "trace");
    Going::start(command)
}

fn check_no_secret(person: &Person, ran: &Ran) {
    assert!(!format!("{ran:?}").contains("PLANTED"), "{ran:?}");
    assert_eq!(holding(&person.home.data(), "PLANTED"), Vec::<PathBuf>::new());
}

#[test]
fn the_fake_is_one_that_botocore_speaks_to() {
    let Some(sso) = Sso::start() else { return };
    let seen = sso.theirs(&Person::new(), &["flow", &sso.url]);
    assert_eq!(seen["tooFast"], "SlowDownException", "{seen}");
    assert_eq!(
        (&seen["pending"], &seen["refused"]),
        (&json!("AuthorizationPendingException"), &json!("AccessDeniedException"))
    );
    assert_eq!(
        (&seen["late"], &seen["unknown"]),
        (&json!("ExpiredTokenException"), &json!("InvalidRequestException"))
    );
    assert_eq!(seen["allowed"], json!(["accessToken", "expiresIn", "refreshToken", "tokenType"]));
    assert_eq!(
        (&seen["again"], &seen["stranger"]),
        (&json!("InvalidGrantException"), &json!("InvalidClientException"))
    );
}

#[test]
fn a_code_is_confirmed_and_awss_own_tools_use_the_sign_in() {
    let (Some(sso), Some(ministack)) = (Sso::start(), Ministack::start()) else { return };
    let person = Person::new();
    sso.configure(&person, &ministack.url());

    // Nobody is signed in: the error says the command, and which account it is for.
    let error = person.refused(&["functions", "--account", "corp"]);
    assert_eq!((&error["code"], &error["signIn"]), (&json!("sign_in"), &json!("aws:corp")), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("hearth accounts sign-in aws:corp"), "{error}");

    let listed = person.run(&["accounts"]);
    assert!(listed.stderr.contains("Sign in: hearth accounts sign-in aws:corp"), "{listed:?}");

    let mut going = begin(&person, &["corp"]);
    let page = going.line("Open ");
    let code = going.line("code ").rsplit(' ').next().unwrap().to_owned();
    assert!(page.ends_with(&format!("/device?user_code={code}")), "{page} {code}");
    until("Hearth asks while the person looks at the page", || sso.count("CreateToken") >= 2);
    assert!(keeps_nothing(&person), "nothing is kept before the person said yes");
    sso.person("allow");
    let ran = going.end();
    assert_eq!((ran.code, ran.stdout.trim()), (0, "aws:corp is signed in."), "{ran:?}");
    check_no_secret(&person, &ran);

    let seen = sso.seen();
    assert_eq!(seen[0]["scopes"], json!(["sso:account:access"]), "{seen:?}");
    assert!(seen.iter().all(|one| one["tooFast"] != true && one["signed"] != true), "{seen:?}");
    let file = cache(&person, CORP);
    assert_eq!(holding(&person.folder(), "PLANTED-access"), std::slice::from_ref(&file), "one file holds it");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = kept(&person, CORP);
    let names: Vec<&String> = token.as_object().unwrap().keys().collect();
    let expected = [
        "accessToken",
        "clientId",
        "clientSecret",
        "expiresAt",
        "refreshToken",
        "region",
        "registrationExpiresAt",
        "startUrl",
    ];
    assert_eq!(names, expected, "the names of AWS's command line");
    assert!(token["expiresAt"].as_str().unwrap().ends_with('Z'), "{}", token["expiresAt"]);

    // Somebody else reads it.
    let theirs = sso.theirs(&person, &["token", "corp"]);
    assert_eq!((&theirs["kept"], &theirs["same"]), (&json!(true), &json!(true)), "{theirs}");
    assert!((28_000.0..28_801.0).contains(&theirs["left"].as_f64().unwrap()), "{theirs}");
    assert_eq!(sso.theirs(&person, &["keys", "corp"])["accessKey"], "ASIAPLANTEDROLE");
    if let Some(aws) = judge("HEARTH_JUDGE_AWS", "AWS's command line with Hearth's sign-in") {
        let mut command = clean(aws);
        command.args(["sts", "get-caller-identity", "--profile", "corp"]).env("HOME", person.folder());
        let ran = finish(&mut command, "");
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(ran.document()["Account"], "000000000000", "{ran:?}");
    }
    // And so does Hearth, for the profile and for the role that is taken on from it.
    for account in ["corp", "prod"] {
        let tested = person.json(&["accounts", "test", account]);
        assert!(tested["identity"]["number"].is_string(), "{tested}");
    }
    assert_eq!(person.json(&["functions", "--account", "corp"])["functions"], json!([]));
    let accounts = person.json(&["accounts"]);
    let corp = accounts.as_array().unwrap().iter().find(|one| one["account"]["id"] == "aws:corp").unwrap();
    assert_eq!(
        (&corp["account"]["state"], &corp["signIn"]["kind"]),
        (&json!("present"), &json!("page")),
        "{corp}"
    );
    assert_eq!(corp["account"]["expiry"]["renews"], true, "{corp}");
    assert!(!accounts.to_string().contains("PLANTED"), "{accounts}");
}

#[test]
fn a_program_gets_one_document_and_botocore_renews_what_was_kept() {
    let Some(sso) = Sso::start() else { return };
    let person = Person::new();
    sso.configure(&person, "http://127.0.0.1:9");
    sso.person("allow");
    // Within a quarter of an hour of its end botocore renews it, with the client that Hearth registered.
    sso.says(&json!({ "tokenSeconds": 600 }));
    let mut going = begin(&person, &["prod", "--json"]);
    let told: Value = serde_json::from_str(&going.line("confirmation")).unwrap();
    assert!(told["confirmation"]["code"].is_string() && told["confirmation"]["untilUs"].is_u64(), "{told}");
    let ran = going.end();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        (&ran.document()["step"]["kind"], &ran.document()["account"]),
        (&json!("done"), &json!("aws:prod"))
    );
    check_no_secret(&person, &ran);

    let before = kept(&person, CORP);
    sso.says(&json!({ "tokenSeconds": 28_800 }));
    let theirs = sso.theirs(&person, &["token", "corp"]);
    assert!(theirs["left"].as_f64().unwrap() > 28_000.0, "{theirs}");
    let after = kept(&person, CORP);
    assert_ne!(before["accessToken"], after["accessToken"]);
    assert_eq!(before["clientId"], after["clientId"]);
    assert_eq!(sso.count("RegisterClient"), 1, "botocore used what Hearth registered");
}

#[test]
fn a_session_of_the_older_kind_is_kept_by_its_start_page() {
    let Some(sso) = Sso::start() else { return };
    let person = Person::new();
    sso.configure(&person, "http://127.0.0.1:9");
    sso.person("allow");
    let ran = begin(&person, &["old"]).end();
    assert_eq!(ran.code, 0, "{ran:?}");
    check_no_secret(&person, &ran);
    let token = kept(&person, START_PAGE);
    assert!(token.get("refreshToken").is_none(), "it cannot be renewed");
    assert_eq!(sso.seen()[0].get("scopes"), None, "{:?}", sso.seen());
    assert_eq!(sso.theirs(&person, &["keys", "old"])["accessKey"], "ASIAPLANTEDROLE");
}

#[test]
fn what_aws_refuses_is_told_and_leaves_nothing() {
    let Some(sso) = Sso::start() else { return };
    let person = Person::new();
    sso.configure(&person, "http://127.0.0.1:9");
    let refused = |account: &str| {
        let ran = begin(&person, &[account, "--json"]).end();
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
        check_no_secret(&person, &ran);
        assert!(keeps_nothing(&person));
        ran.error()
    };
    let said = |error: &Value, message: &str, hint: &str| {
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
        assert!(error["hint"].as_str().unwrap_or_default().contains(hint), "{error}");
    };
    sso.person("refuse");
    said(&refused("corp"), "refused on AWS's page", "hearth accounts sign-in aws:corp");

    sso.person("sleep");
    sso.says(&json!({ "codeSeconds": 2 }));
    said(&refused("corp"), "the code ended before it was confirmed", "hearth accounts sign-in aws:corp");
    sso.says(&json!({ "codeSeconds": 600 }));

    said(&refused("lost"), "AWS does not know the sign-in at https://nobody.awsapps.com/start", "");
    // What AWS quotes of a request is not shown.
    sso.says(&json!({ "quote": 1 }));
    said(&refused("corp"), "(hidden)", "");
    sso.says(&json!({ "quote": 0 }));

    let keys = refused("keys");
    said(&keys, "no sign-in that a person can renew", "~/.aws/config");
    assert_eq!(refused("nobody")["code"], "not_found");
}

#[test]
fn asking_too_fast_or_a_moment_of_trouble_ends_nothing() {
    let Some(sso) = Sso::start() else { return };
    let person = Person::new();
    sso.configure(&person, "http://127.0.0.1:9");
    // As often as Hearth tries one request, and once more.
    sso.says(&json!({ "slow": 1, "fail": 4 }));
    let mut going = begin(&person, &["corp"]);
    going.line("code ");
    let told = |what: &str| sso.seen().iter().filter(|one| one["said"] == what).count();
    until("Hearth asks on after both", || told("AuthorizationPendingException") >= 1);
    assert_eq!((told("SlowDownException"), told("InternalServerException")), (1, 4));
    sso.person("allow");
    let ran = going.end();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(sso.seen().iter().all(|one| one["tooFast"] != true), "Hearth keeps the pace: {:?}", sso.seen());
}

#[test]
fn a_sign_in_that_is_cancelled_or_killed_leaves_nothing_behind() {
    let Some(sso) = Sso::start() else { return };
    let person = Person::new();
    sso.configure(&person, "http://127.0.0.1:9");
    let mut going = begin(&person, &["corp"]);
    going.line("code ");
    going.signal("-INT");
    let ran = going.end();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("signing in to `corp` was cancelled"), "{ran:?}");
    check_no_secret(&person, &ran);
    assert!(keeps_nothing(&person));

    let mut going = begin(&person, &["corp"]);
    going.line("code ");
    until("it asks", || sso.count("CreateToken") >= 1);
    going.signal("-KILL");
    let ran = going.end();
    check_no_secret(&person, &ran);
    assert!(keeps_nothing(&person));

    sso.person("allow");
    let ran = begin(&person, &["corp"]).end();
    assert_eq!(ran.code, 0, "the next one goes through: {ran:?}");
}

#[test]
fn a_sign_in_goes_on_in_the_window_when_the_command_that_began_it_is_killed() {
    let Some(sso) = Sso::start() else { return };
    let person = Person::new();
    sso.configure(&person, "http://127.0.0.1:9");
    let mut serve = person.command(&["--json", "serve", "--port", "0", "--lambda-port", "0"]);
    serve.stdin(std::process::Stdio::null());
    let serve = Going::start(serve);
    until("Hearth is there", || person.home.data().join("owner.sock").exists());
    let mut first = begin(&person, &["corp"]);
    first.line("code ");
    first.signal("-KILL");
    first.end();
    // Whoever comes next sees the same code: there is one sign-in an account.
    let mut second = begin(&person, &["corp"]);
    second.line("code ");
    assert_eq!(sso.count("StartDeviceAuthorization"), 1);
    sso.person("allow");
    let ran = second.end();
    assert_eq!(ran.code, 0, "{ran:?}");
    serve.signal("-INT");
    let ran = serve.end();
    check_no_secret(&person, &ran);
}
