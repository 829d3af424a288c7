//! The Runtime API as a client sees it: a bootstrap in Python that speaks it by hand and tells what it saw.

use crate::kit::{Kit, job, json};
use hearth_model::Outcome;
use hearth_runtime::Job;
use std::sync::Arc;

/// Speaks HTTP by hand; `act` answers one invocation with `post` and `get`.
fn bootstrap(act: &str) -> String {
    format!(
        "#!/usr/bin/env python3
import http.client, json, os
api = os.environ['AWS_LAMBDA_RUNTIME_API']
connection = http.client.HTTPConnection(api)
base = '/2018-06-01/runtime/'
def ask(method, path, body=None, headers={{}}):
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read().decode()
def post(path, body, headers={{}}):
    return ask('POST', base + path, body, headers)
while True:
    status, headers, event = ask('GET', base + 'invocation/next')
    id = headers['lambda-runtime-aws-request-id']
{}
",
        act.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
    )
}

#[tokio::test]
async fn headers_and_answers_are_lambdas() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.provided(&bootstrap(
        "seen = {'headers': headers, 'event': event}
seen['twice'] = ask('GET', base + 'invocation/next')[0::2]
seen['wrong'] = post('invocation/no-such-id/response', '1')[0::2]
seen['late'] = post('init/error', '{}')[0]
seen['ping'] = ask('GET', '/ping')[2]
seen['unknown'] = ask('GET', '/nothing')[0]
accepted = post('invocation/' + id + '/response', json.dumps(seen))
print('accepted', accepted[0], accepted[2].strip())
print('again', post('invocation/' + id + '/response', '1')[0], flush=True)",
    )));
    let job = Job { client_context: Some("eyJjdXN0b20iOnt9fQ==".to_owned()), ..job(&spec, "{\"a\":1}") };
    let request = job.request_id.clone();
    let done = kit.runtime.invoke(job).await;
    let seen = json(&done);
    let headers = &seen["headers"];
    assert_eq!(headers["lambda-runtime-aws-request-id"], request.as_str());
    assert_eq!(
        headers["lambda-runtime-invoked-function-arn"],
        "arn:aws:lambda:us-east-1:000000000000:function:tested"
    );
    assert_eq!(headers["lambda-runtime-client-context"], "{\"custom\":{}}");
    assert!(headers["lambda-runtime-trace-id"].as_str().is_some_and(|id| id.starts_with("Root=1-")));
    let deadline: i64 =
        headers["lambda-runtime-deadline-ms"].as_str().expect("deadline").parse().expect("number");
    assert!(deadline > done.invocation.started_us.0 / 1_000, "a deadline in milliseconds");
    assert_eq!(seen["event"], "{\"a\":1}");
    assert_eq!(seen["twice"][0], 403);
    assert!(seen["twice"][1].as_str().is_some_and(|body| body.contains("InvalidStateTransition")));
    assert_eq!(seen["wrong"][0], 400);
    assert!(seen["wrong"][1].as_str().is_some_and(|body| body.contains("InvalidRequestID")));
    assert_eq!((&seen["late"], &seen["unknown"]), (&403.into(), &404.into()));
    assert_eq!(seen["ping"], "pong");
    kit.until("the lines after the answer", || {
        let lines = kit.lines();
        lines.iter().any(|line| line.text == "accepted 202 {\"status\":\"OK\"}")
            && lines.iter().any(|line| line.text == "again 403")
    })
    .await;
}

#[tokio::test]
async fn raw_answers_are_checked() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.provided(&bootstrap(
        "mood = json.loads(event)
if mood == 'plain':
    post('invocation/' + id + '/response', 'not json')
elif mood == 'error':
    post('invocation/' + id + '/error', '{\"errorMessage\":\"m\"}', {'Lambda-Runtime-Function-Error-Type': 'Own.Type'})
elif mood == 'large':
    print(post('invocation/' + id + '/response', 'x' * 7000000)[0], flush=True)
else:
    post('invocation/' + id + '/response', '')",
    )));
    let done = kit.call(&spec, "\"plain\"").await;
    assert_eq!(json(&done)["errorType"], "Runtime.MarshalError");
    assert_eq!(done.invocation.outcome, Outcome::FunctionError);
    let done = kit.call(&spec, "\"error\"").await;
    assert_eq!(done.response, "{\"errorMessage\":\"m\"}", "the body is the runtime's own");
    assert_eq!(done.invocation.error_type.as_deref(), Some("Own.Type"));
    let done = kit.call(&spec, "\"large\"").await;
    assert_eq!(json(&done)["errorType"], "Function.ResponseSizeTooLarge");
    assert_eq!(kit.call(&spec, "1").await.response, "null");
    kit.until("413", || kit.lines().iter().any(|line| line.text == "413")).await;
    assert_eq!(
        kit.states().iter().filter(|state| **state == hearth_model::EnvironmentState::Init).count(),
        1
    );
}
