//! The whole life of a function in an account, the same for each of the runtimes that AWS has: Python, Node and one that
//! brings its own (`provided`). ministack, somebody else's AWS, keeps it and runs it; boto3 says what is there.

use crate::ministack::{Boto, Ministack};
use crate::person::{Person, operations};
use crate::support::{program, skip, until};
use serde_json::{Value, json};

const NAME: &str = "kettle";
const OF: [&str; 2] = ["--account", "emulator"];

/// A runtime, and how the same function is written for it: it says what it was called with, fails when it is told to, and
/// answers with how often it was written anew.
struct Runtime {
    runtime: &'static str,
    handler: &'static str,
    file: &'static str,
    code: &'static str,
}

const PYTHON: Runtime = Runtime {
    runtime: "python3.12",
    handler: "app.handler",
    file: "app.py",
    code: "import json, os\n\ndef handler(event, context):\n    print('called with', json.dumps(event))\n    \
        if isinstance(event, dict) and event.get('fail'):\n        raise ValueError('no water')\n    \
        return {'cups': event.get('cups'), 'colour': os.environ.get('COLOUR'), 'made': MADE}\n",
};
const NODE: Runtime = Runtime {
    runtime: "nodejs20.x",
    handler: "index.handler",
    file: "index.js",
    code: "exports.handler = async (event) => {\n  console.log('called with', JSON.stringify(event));\n  \
        if (event.fail) throw new TypeError('no water');\n  \
        return { cups: event.cups, colour: process.env.COLOUR, made: MADE };\n};\n",
};
/// A program that asks the Runtime API itself. The first line names the interpreter.
const PROVIDED: Runtime = Runtime {
    runtime: "provided.al2023",
    handler: "bootstrap",
    file: "bootstrap",
    code: "import http.client, json, os\n\napi = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n\
        path = '/2018-06-01/runtime/invocation/'\n\ndef ask(method, path, body=None):\n    \
        api.request(method, path, body)\n    said = api.getresponse()\n    \
        return said.getheader('Lambda-Runtime-Aws-Request-Id'), said.read()\n\nwhile True:\n    \
        call, event = ask('GET', path + 'next')\n    event = json.loads(event)\n    \
        print('called with', json.dumps(event), flush=True)\n    if event.get('fail'):\n        \
        end, answer = '/error', {'errorMessage': 'no water', 'errorType': 'ValueError'}\n    else:\n        \
        end, answer = '/response', {'cups': event.get('cups'), 'colour': os.environ.get('COLOUR'), 'made': MADE}\n    \
        ask('POST', path + call + end, json.dumps(answer))\n",
};

/// An account in which a function lives.
struct Life {
    _ministack: Ministack,
    boto: Boto,
    person: Person,
    of: Runtime,
}

impl Life {
    fn begin(of: Runtime) -> Option<Self> {
        let ministack = Ministack::start()?;
        let boto = Boto::beside(&ministack)?;
        let person = Person::new();
        person.meet(&ministack);
        Some(Self { _ministack: ministack, boto, person, of })
    }

    /// Writes its code for the time given, and answers its folder.
    fn write(&self, made: u32) -> String {
        let code = self.of.code.replace("MADE", &made.to_string());
        let first = format!("#!{}\n", self.boto.python().display());
        let first = if self.of.file == "bootstrap" { first } else { String::new() };
        self.person.home.function(NAME, self.of.file, &format!("{first}{code}"))
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.person.json(&[arguments, &OF].concat())
    }

    fn change(&self, arguments: &[&str]) -> Value {
        self.json(&[arguments, &["--yes"]].concat())
    }

    fn deploy(&self, made: u32, more: &[&str]) -> Value {
        let folder = self.write(made);
        let to = ["deploy", &folder, "--to", "emulator", "--runtime", self.of.runtime];
        self.person.json(&[&to[..], &["--handler", self.of.handler, "--yes"], more].concat())
    }

    fn answer(&self, more: &[&str]) -> Value {
        self.json(&[&["invoke", NAME, "--event", "{\"cups\":2}"], more].concat())["payload"].clone()
    }

    fn was_called_with(&self, text: &str) {
        until(text, || {
            let lines = self.json(&["logs", NAME]).to_string();
            lines.contains("called with") && lines.contains(text)
        });
    }
}

fn lives_its_whole_life(of: Runtime) {
    let Some(life) = Life::begin(of) else { return };
    is_deployed_called_and_heard(&life);
    is_written_anew_and_set(&life);
    has_versions_and_aliases(&life);
    is_called_by_others(&life);
    is_deleted(&life);
}

fn is_deployed_called_and_heard(life: &Life) {
    let made =
        life.deploy(1, &["--env", "COLOUR=amber", "--env", "KEY=PLANTED-of-the-function", "--memory", "256"]);
    assert_eq!(operations(&made), ["iam:CreateRole", "iam:PutRolePolicy", "lambda:CreateFunction"]);
    let there = life.boto.says("of('lambda').get_function_configuration(FunctionName='kettle')");
    assert_eq!(
        (&there["Runtime"], &there["Handler"], &there["MemorySize"]),
        (&json!(life.of.runtime), &json!(life.of.handler), &json!(256)),
        "{there}"
    );
    let variables = json!({ "COLOUR": "amber", "KEY": "PLANTED-of-the-function" });
    assert_eq!(there["Environment"]["Variables"], variables);
    let listed = life.json(&["functions"]);
    assert_eq!(listed["functions"][0]["configuration"]["environmentNames"], json!(["COLOUR", "KEY"]));

    assert_eq!(life.answer(&[]), json!({ "cups": 2, "colour": "amber", "made": 1 }));
    let failing = ["--json", "invoke", NAME, "--event", "{\"fail\":true}"];
    let failed = life.person.run(&[&failing[..], &OF].concat());
    let document = failed.document();
    assert_eq!((failed.code, &document["payload"]["errorMessage"]), (4, &json!("no water")), "{document}");
    assert!(document["functionError"].is_string(), "{document}");
    let given = life.json(&["invoke", NAME, "--event", "{\"by\":\"the post\"}", "--no-wait"]);
    assert_eq!(given["status"], 202);
    assert_eq!(life.json(&["invoke", NAME, "--check"])["status"], 204);

    life.was_called_with("the post");
    until("each call has its report", || {
        life.json(&["logs", NAME]).to_string().matches("REPORT RequestId").count() == 3
    });
    let servers = life.json(&["servers", NAME]);
    let servers = servers["environments"].as_array().unwrap().iter();
    let calls: Vec<&Value> = servers.flat_map(|one| one["calls"].as_array().unwrap()).collect();
    assert!(calls.len() == 3 && calls.iter().all(|call| call["billedMs"].is_u64()), "{calls:?}");
    let read = life.person.json(&["sync", "--logs", "--account", "emulator"]);
    assert_eq!(read["parts"][0]["calls"], 3, "{read}");
    let kept = life.json(&["invocations", NAME]);
    let kept = kept.as_array().unwrap();
    assert!(kept.len() == 3 && kept.iter().all(|call| call["memoryMb"] == 256), "{kept:?}");
}

fn is_written_anew_and_set(life: &Life) {
    let again = life.deploy(2, &[]);
    assert_eq!(operations(&again), ["lambda:UpdateFunctionCode"], "only the code differs: {again}");
    assert_eq!(life.answer(&[]), json!({ "cups": 2, "colour": "amber", "made": 2 }), "in force at once");

    let settings = ["--memory", "512", "--timeout", "9", "--description", "for tea", "--env", "COLOUR=green"];
    let set = life.change(&[&["configure", NAME], &settings[..]].concat());
    assert_eq!(operations(&set), ["lambda:UpdateFunctionConfiguration"]);
    let there = life.boto.says("of('lambda').get_function_configuration(FunctionName='kettle')");
    let told = ["MemorySize", "Timeout", "Description"].map(|name| there[name].clone());
    assert_eq!(told, [json!(512), json!(9), json!("for tea")]);
    assert_eq!(there["Environment"]["Variables"], json!({ "COLOUR": "green" }), "on AWS these replace");
    assert_eq!(life.answer(&[])["colour"], "green");
    life.change(&["tags", NAME, "--set", "team=tea room"]);
    let tags = life
        .boto
        .says("of('lambda').list_tags(Resource='arn:aws:lambda:us-east-1:000000000000:function:kettle')");
    assert_eq!(tags["Tags"], json!({ "hearth:function": NAME, "team": "tea room" }));
    life.change(&["limit", NAME, "3"]);
    let limit =
        "of('lambda').get_function_concurrency(FunctionName='kettle').get('ReservedConcurrentExecutions')";
    assert_eq!(life.boto.says(limit), 3);
    life.change(&["limit", NAME, "none"]);
    assert_eq!(life.boto.says(limit), Value::Null);
    life.change(&["url", NAME, "--signed"]);
    let address = "of('lambda').get_function_url_config(FunctionName='kettle')['AuthType']";
    assert_eq!(life.boto.says(address), "AWS_IAM");
    life.change(&["url", NAME, "--remove"]);
}

fn has_versions_and_aliases(life: &Life) {
    let publish = || life.change(&["publish", NAME])["changed"]["results"][0][1].as_str().unwrap().to_owned();
    let first = publish();
    life.deploy(3, &[]);
    let second = publish();
    assert_eq!((first.as_str(), second.as_str()), ("1", "2"));
    life.change(&["alias", NAME, "live", &first]);
    let live = || life.answer(&["--qualifier", "live"])["made"].clone();
    let alias = "of('lambda').get_alias(FunctionName='kettle', Name='live')";
    assert_eq!((live(), life.boto.says(alias)["FunctionVersion"].clone()), (json!(2), json!(first)));
    life.change(&["alias", NAME, "live", &first, "--share", "2=0.5"]);
    let weights = json!({ second.as_str(): 0.5 });
    assert_eq!(life.boto.says(alias)["RoutingConfig"]["AdditionalVersionWeights"], weights);
    let shifted = life.change(&["alias", NAME, "live", &second]);
    assert_eq!((live(), life.answer(&["--qualifier", "1"])["made"].clone()), (json!(3), json!(2)));
    let undo = shifted["review"]["review"]["undo"]["command"].as_str().unwrap();
    let undo: Vec<&str> = undo.split(' ').skip(1).collect();
    life.person.json(&[&undo[..], &["--yes"]].concat());
    let weights = life.boto.says(alias)["RoutingConfig"]["AdditionalVersionWeights"].clone();
    assert_eq!(
        (life.boto.says(alias)["FunctionVersion"].clone(), weights),
        (json!(first), json!({ "2": 0.5 }))
    );
    let shown = life.json(&["show", NAME]);
    let versions: Vec<&Value> =
        shown["versions"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert!(versions.contains(&&json!("1")) && versions.contains(&&json!("2")), "{shown}");
}

/// Each trigger is added, calls the function with what it was told, and is removed again.
fn is_called_by_others(life: &Life) {
    let boto = &life.boto;
    boto.says(
        "[of('sqs').create_queue(QueueName='orders'), of('sns').create_topic(Name='boiled'), \
         of('s3').create_bucket(Bucket='photos'), of('kinesis').create_stream(StreamName='steam', ShardCount=1)] and None",
    );
    let arn = |service: &str, name: &str| format!("arn:aws:{service}:us-east-1:000000000000:{name}");
    let (queue, topic, stream) = (arn("sqs", "orders"), arn("sns", "boiled"), arn("kinesis", "stream/steam"));
    let put = |entry: &str| {
        format!(
            "of('events').put_events(Entries=[{{'Source': 'tea', 'DetailType': 'order', 'Detail': '{entry}'}}]) and None"
        )
    };
    let message = |text: &str| {
        format!(
            "of('sqs').send_message(QueueUrl='{}/000000000000/orders', MessageBody='{text}') and None",
            life._ministack.url()
        )
    };
    for (trigger, tell, heard) in [
        (&["--source", queue.as_str()][..], message("seven cups"), "seven cups"),
        (
            &["--source", &stream, "--from", "oldest"],
            "of('kinesis').put_record(StreamName='steam', Data=b'x', PartitionKey='porcelain') and None"
                .to_owned(),
            "porcelain",
        ),
        (
            &["--topic", &topic],
            format!("of('sns').publish(TopicArn='{topic}', Message='the water sings') and None"),
            "the water sings",
        ),
        (
            &["--bucket", "photos", "--suffix", ".jpg"],
            "of('s3').put_object(Bucket='photos', Key='in/saucer.jpg', Body=b'x') and None".to_owned(),
            "in/saucer.jpg",
        ),
        (
            &["--pattern", "{\"source\":[\"tea\"]}", "--rule", "orders"],
            put("{\"leaves\": \"green\"}"),
            "green",
        ),
    ] {
        life.change(&[&["triggers", "add", NAME], trigger].concat());
        let listed = life.json(&["triggers", NAME])["triggers"].clone();
        // What tells a function by itself, as a topic does, cannot be turned off and has no word for it.
        let is_off = listed[0]["on"] == false;
        assert_eq!((listed.as_array().map(Vec::len), is_off), (Some(1), false), "{listed}");
        boto.says(&tell);
        life.was_called_with(heard);
        life.change(&["triggers", "remove", NAME, listed[0]["id"].as_str().unwrap()]);
        assert_eq!(life.json(&["triggers", NAME])["triggers"], json!([]), "{trigger:?}");
    }
    // By the clock, which no test waits for: it is there, is turned off and on, and goes.
    life.change(&["triggers", "add", NAME, "--schedule", "rate(5 minutes)", "--rule", "teatime"]);
    let rule = "of('events').describe_rule(Name='teatime')['State']";
    for (verb, state) in [("disable", "DISABLED"), ("enable", "ENABLED")] {
        life.change(&["triggers", verb, NAME, "rule:teatime"]);
        assert_eq!(boto.says(rule), state);
    }
}

fn is_deleted(life: &Life) {
    let deleted = life.change(&["delete", NAME, "--with-logs"]);
    let all = operations(&deleted);
    for one in ["lambda:DeleteFunction", "iam:DeleteRole", "logs:DeleteLogGroup", "events:DeleteRule"] {
        assert!(all.contains(&one), "{all:?}");
    }
    let left = life.boto.says(
        "[of('lambda').list_functions()['Functions'], of('lambda').list_event_source_mappings()['EventSourceMappings'], \
          of('events').list_rules()['Rules'], of('sns').list_subscriptions()['Subscriptions'], \
          [one['RoleName'] for one in of('iam').list_roles()['Roles'] if one['RoleName'].startswith('hearth-')], \
          of('logs').describe_log_groups(logGroupNamePrefix='/aws/lambda/kettle')['logGroups']]",
    );
    assert_eq!(left, json!([[], [], [], [], [], []]));
    let gone = life.person.refused(&[&["invoke", NAME], &OF[..]].concat());
    assert_eq!(gone["code"], "not_found", "{gone}");
    life.person.kept_secrets();
}

#[test]
fn a_python_function_lives_its_whole_life_on_aws() {
    lives_its_whole_life(PYTHON);
}

#[test]
fn a_node_function_lives_its_whole_life_on_aws() {
    if program("node").arg("--version").output().is_err() {
        return skip("a Node function in ministack: no node on this computer");
    }
    lives_its_whole_life(NODE);
}

#[test]
fn a_provided_function_lives_its_whole_life_on_aws() {
    lives_its_whole_life(PROVIDED);
}
