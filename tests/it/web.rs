//! The browser host: who gets in, who does not, and what is served.

use crate::support::{Home, Reply, Serve, http, zip};
use serde_json::{Value, json};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

/// Signs in as a browser does and answers the cookie.
fn sign_in(serve: &Serve) -> String {
    let reply = http(serve.ui_port(), &format!("GET /?token={}", serve.token()), &[], b"");
    assert_eq!(reply.status, 303, "{reply:?}");
    assert_eq!(reply.header("location"), Some("/"), "the token leaves the address bar");
    let cookie = reply.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.starts_with(&format!("hearth_{}=", serve.ui_port())), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(!cookie.contains(serve.token()), "the cookie is not the token");
    cookie.split(';').next().unwrap().to_owned()
}

fn rpc(serve: &Serve, cookie: &str, command: &str, payload: &Value, more: &[(&str, &str)]) -> Reply {
    let mut headers = vec![("Content-Type", "application/json"), ("Cookie", cookie)];
    headers.extend_from_slice(more);
    http(serve.ui_port(), &format!("POST /rpc/{command}"), &headers, payload.to_string().as_bytes())
}

#[test]
fn a_token_becomes_a_cookie_that_opens_page_and_commands() {
    let home = Home::new();
    let serve = home.serve();
    let cookie = sign_in(&serve);
    let page = http(serve.ui_port(), "GET /", &[("Cookie", &cookie)], b"");
    assert_eq!(page.status, 200);
    assert!(page.text().to_lowercase().contains("<!doctype html>"), "{}", page.text());
    let policy = page.header("content-security-policy").expect("a content security policy");
    for part in ["default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    for part in policy.split(';').filter(|part| part.contains("unsafe")) {
        assert_eq!(part.trim(), "style-src-attr 'unsafe-inline'", "attributes alone, which run nothing");
    }
    // The word that lets the editor write styles is in the page and its policy, and never the same twice.
    let word =
        policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a word for styles");
    assert!(page.text().contains(&format!("content=\"{word}\"")), "{}", page.text());
    let again = http(serve.ui_port(), "GET /", &[("Cookie", &cookie)], b"");
    assert!(!again.text().contains(word), "{}", again.text());
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("access-control-allow-origin"), None, "no other origin is let in");

    let own = format!("http://127.0.0.1:{}", serve.ui_port());
    let same = [("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin")];
    let info = rpc(&serve, &cookie, "app_info", &json!({}), &same);
    assert_eq!(info.status, 200, "{info:?}");
    assert_eq!(info.json()["ownerPid"], serve.pid());
    let unknown = rpc(&serve, &cookie, "no_such_command", &json!({}), &[]);
    assert_eq!((unknown.status, unknown.json()["code"].clone()), (404, json!("not_found")));
    let wrong = rpc(&serve, &cookie, "invoke", &json!({ "nonsense": 1 }), &[]);
    assert_eq!((wrong.status, wrong.json()["code"].clone()), (400, json!("invalid_input")));
}

#[test]
fn strangers_are_refused_whatever_they_try() {
    let home = Home::new();
    let serve = home.serve();
    let cookie = sign_in(&serve);
    let port = serve.ui_port();
    let json_type = ("Content-Type", "application/json");
    let signed = ("Cookie", cookie.as_str());
    let token = format!("GET /?token={}", serve.token());
    let rebound = format!("rebound.example:{port}");
    for (what, line, headers, status) in [
        ("no cookie", "POST /rpc/app_info", vec![json_type], 401),
        ("a wrong cookie", "POST /rpc/app_info", vec![json_type, ("Cookie", "hearth_1=a")], 401),
        ("no cookie for events", "GET /events", vec![], 401),
        ("no cookie for files", "GET /assets/index.js", vec![], 401),
        ("no cookie for uploads", "POST /upload", vec![], 401),
        ("no cookie for the page", "GET /", vec![], 401),
        ("a wrong token", "GET /?token=0000", vec![], 403),
        ("an empty token", "GET /?token=", vec![], 403),
        (
            "a name bound to this computer",
            "POST /rpc/app_info",
            vec![json_type, signed, ("Host", &rebound)],
            403,
        ),
        ("the token through such a name", &token, vec![("Host", &rebound)], 403),
        ("another port's host", "POST /rpc/app_info", vec![json_type, signed, ("Host", "127.0.0.1:1")], 403),
        (
            "another origin",
            "POST /rpc/app_info",
            vec![json_type, signed, ("Origin", "http://evil.example")],
            403,
        ),
        ("a null origin", "POST /rpc/app_info", vec![json_type, signed, ("Origin", "null")], 403),
        (
            "another site",
            "POST /rpc/app_info",
            vec![json_type, signed, ("Sec-Fetch-Site", "cross-site")],
            403,
        ),
        ("another port's page", "GET /events", vec![signed, ("Sec-Fetch-Site", "same-site")], 403),
        ("a form", "POST /rpc/app_info", vec![signed, ("Content-Type", "text/plain")], 415),
    ] {
        let reply = http(port, line, &headers, b"{}");
        assert_eq!(reply.status, status, "{what}: {reply:?}");
        assert_eq!(reply.header("set-cookie"), None, "{what} gets no cookie");
        assert!(reply.header("content-security-policy").is_some(), "{what} gets the protecting headers");
    }
}

#[test]
fn a_page_without_a_cookie_does_not_load_itself_again() {
    let home = Home::new();
    let serve = home.serve();
    let page = http(serve.ui_port(), "GET /", &[("Accept", "text/html")], b"");
    assert_eq!(page.status, 401);
    let text = page.text();
    assert!(
        !text.contains("<script") && !text.contains("http-equiv") && page.header("refresh").is_none(),
        "{text}"
    );
}

#[test]
fn only_this_computer_can_connect() {
    let home = Home::new();
    let serve = home.serve();
    // Which address would be used to reach others; nothing is sent.
    let probe = UdpSocket::bind("0.0.0.0:0").unwrap();
    let outside = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr());
    let Ok(address) = outside.map(|address| address.ip()) else {
        crate::support::skip("this computer has no address but its own");
        return;
    };
    for port in [serve.ui_port(), serve.lambda_port()] {
        let reached = TcpStream::connect_timeout(&(address, port).into(), Duration::from_secs(2));
        assert!(reached.is_err() || address.is_loopback(), "{address}:{port} must not answer");
    }
}

#[test]
fn an_uploaded_zip_is_deployed_and_a_run_is_seen_in_the_events() {
    let home = Home::new();
    let serve = home.serve();
    let cookie = sign_in(&serve);
    let code = "export const handler = async (event) => ({ got: event.n });";
    let package = zip(&[("index.js", code), ("package.json", "{\"engines\":{\"quickjs\":\"*\"}}")]);
    let headers = [("Cookie", cookie.as_str()), ("Content-Type", "application/zip")];
    let upload = http(serve.ui_port(), "POST /upload", &headers, &package).json()["upload"].clone();
    let source = json!({ "kind": "upload", "upload": upload, "fileName": "dropped" });
    let deployed = rpc(&serve, &cookie, "deploy", &json!({ "source": source }), &[]);
    assert_eq!(deployed.status, 200, "{deployed:?}");
    assert_eq!(deployed.json()["function"]["name"], "dropped");

    let events = std::thread::scope(|scope| {
        let listening = scope.spawn(|| listen(serve.ui_port(), &cookie, "invocation_finished"));
        let call = json!({ "name": "dropped", "event": "{\"n\":7}", "source": "test" });
        // The listener may connect after the first call: then it sees a later one.
        while !listening.is_finished() {
            let answer = rpc(&serve, &cookie, "invoke", &call, &[]);
            assert_eq!(answer.json()["payload"]["got"], 7, "{answer:?}");
        }
        listening.join().unwrap()
    });
    assert!(events.contains("\"functionName\":\"dropped\""), "{events}");
}

/// Reads events until one of this kind.
fn listen(port: u16, cookie: &str, kind: &str) -> String {
    use std::io::{BufRead as _, BufReader, Write as _};
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(crate::support::PATIENCE)).unwrap();
    write!(stream, "GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n").unwrap();
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    lines.into_iter().find(|line| line.contains(kind)).expect("the event comes")
}
