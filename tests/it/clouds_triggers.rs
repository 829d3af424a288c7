//! What calls a function by itself, and what else is set around it, against somebody else's AWS: ministack reads queues,
//! fires rules, tells functions of buckets and topics, and runs the code. boto3 says what is there in its own words.

use crate::ministack::Ministack;
use crate::person::{Person, operations};
use crate::support::{finish, judge, program, until};
use serde_json::{Value, json};
use std::path::PathBuf;

const CODE: &str =
    "import json\n\ndef handler(event, context):\n    print('called with', json.dumps(event))\n";
/// Services of which the record says only that they were asked, not for what.
const UNNAMED: [&str; 2] = ["lambda", "s3"];
const OF: [&str; 2] = ["--account", "emulator"];

/// An account with a function in it, and boto3 beside it.
struct Scene {
    ministack: Ministack,
    person: Person,
    python: PathBuf,
}

impl Scene {
    fn new() -> Option<Self> {
        let python = judge("HEARTH_JUDGE_PYTHON", "triggers beside boto3")?;
        let ministack = Ministack::recording()?;
        let person = Person::new();
        person.meet(&ministack);
        let folder = person.home.function("kettle", "app.py", CODE);
        person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
        Some(Self { ministack, person, python })
    }

    /// What an expression of boto3 answers; `of("sqs")` is a client.
    fn boto(&self, expression: &str) -> Value {
        let script = format!(
            "import boto3, json\n\
             of = lambda name: boto3.client(name, endpoint_url={:?}, region_name='us-east-1',\n    \
             aws_access_key_id='hearth', aws_secret_access_key='hearth')\n\
             print(json.dumps({expression}, default=str))",
            self.ministack.url()
        );
        let mut command = program(&self.python);
        let ran = finish(command.args(["-c", &script]).env("HOME", self.person.folder()), "");
        assert_eq!(ran.code, 0, "{expression}: {ran:?}");
        ran.document()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.person.json(&[arguments, &OF].concat())
    }

    fn refused(&self, arguments: &[&str]) -> Value {
        self.person.refused(&[arguments, &OF].concat())
    }

    /// Makes a change, and holds the review against the changing requests that AWS got.
    fn change(&self, arguments: &[&str]) -> Value {
        let before = self.requests();
        let last = before.first().map(|(id, _)| id);
        let made = self.json(&[arguments, &["--yes"]].concat());
        let after = self.requests();
        let sent = after.iter().take_while(|(id, _)| Some(id) != last).map(|(_, request)| request.as_str());
        let mut sent: Vec<&str> = sent.collect();
        sent.reverse();
        let shown: Vec<&str> = operations(&made)
            .iter()
            .map(|operation| {
                let (service, _) = operation.split_once(':').unwrap();
                if UNNAMED.contains(&service) { service } else { *operation }
            })
            .collect();
        assert_eq!(sent, shown, "the review lists exactly the calls that were made: {made}");
        made
    }

    /// The last changing requests of Hearth with their ids in the record, newest first.
    fn requests(&self) -> Vec<(String, String)> {
        let all = self.boto(
            "[json.loads(event['CloudTrailEvent']) for event in of('cloudtrail').lookup_events(\
             LookupAttributes=[{'AttributeKey': 'ReadOnly', 'AttributeValue': 'false'}])['Events']]",
        );
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let all = all.as_array().unwrap().iter().filter(|event| text(&event["userAgent"]).contains("Hearth"));
        all.filter_map(|event| {
            let service = text(&event["eventSource"]).split('.').next().unwrap().to_owned();
            // Some services are asked by a parameter, which the record does not look at.
            let name = event["requestParameters"]["Action"]
                .as_str()
                .map_or_else(|| text(&event["eventName"]), str::to_owned);
            let reads = ["Get", "List", "Simulate", "Assume"].iter().any(|verb| name.starts_with(verb));
            let request =
                if UNNAMED.contains(&service.as_str()) { service } else { format!("{service}:{name}") };
            (!reads).then(|| (text(&event["eventID"]), request))
        })
        .collect()
    }

    fn undo(&self, made: &Value) -> Value {
        let command = made["review"]["review"]["undo"]["command"].as_str().unwrap();
        let words = shell_words(command);
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        self.person.json(&[&words[..], &["--yes"]].concat())
    }

    fn triggers(&self) -> Value {
        let sides = self.json(&["triggers", "kettle"]);
        assert_eq!(sides["unread"], json!([]), "everything could be read");
        sides["triggers"].clone()
    }

    fn was_called_with(&self, text: &str) {
        until(text, || {
            let lines = self.json(&["logs", "kettle"]).to_string();
            lines.contains("called with") && lines.contains(text)
        });
    }

    /// Nothing is left of triggers: not in the services, not in the policy, not in the role.
    fn is_clean(&self) {
        assert_eq!(self.triggers(), json!([]));
        assert_eq!(self.boto("of('lambda').list_event_source_mappings()['EventSourceMappings']"), json!([]));
        assert_eq!(self.boto("of('events').list_rules()['Rules']"), json!([]));
        assert_eq!(self.boto("of('sns').list_subscriptions()['Subscriptions']"), json!([]));
        let policies = "of('iam').list_role_policies(RoleName='hearth-us-east-1-kettle')['PolicyNames']";
        assert_eq!(self.boto(policies), json!(["write-own-logs"]));
    }
}

/// The words of a line as a shell takes them: quotes keep what is between them together.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for letter in line.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words
}

#[test]
fn a_queue_and_a_stream_call_a_function_until_they_are_turned_off() {
    let Some(scene) = Scene::new() else { return };
    let queue = scene.boto("of('sqs').create_queue(QueueName='orders')['QueueUrl']");
    let queue = queue.as_str().unwrap();
    let arn = "arn:aws:sqs:us-east-1:000000000000:orders";
    let add = ["triggers", "add", "kettle", "--source", arn, "--batch", "5"];

    // Nobody said yes: the review is shown, nothing is changed.
    let refused = scene.refused(&add);
    assert!(refused["message"].as_str().unwrap().contains("nobody said yes"), "{refused}");
    let shown = scene.person.run(&[&add[..], &OF, &["--dry-run"]].concat());
    let line =
        format!("aws lambda create-event-source-mapping --function-name kettle --event-source-arn {arn}");
    assert!(shown.stdout.contains(&line), "{shown:?}");
    assert_eq!(scene.triggers(), json!([]));

    let made = scene.change(&add);
    assert_eq!(operations(&made), ["iam:PutRolePolicy", "lambda:CreateEventSourceMapping"]);
    let listed = scene.triggers();
    let id = listed[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(made["changed"]["results"][0], json!(["trigger", id]), "{made}");
    assert_eq!((&listed[0]["of"]["source"], &listed[0]["of"]["batchSize"]), (&json!(arn), &json!(5)));
    assert_eq!((&listed[0]["state"], &listed[0]["on"]), (&json!("Enabled"), &json!(true)));
    let there =
        scene.boto("of('lambda').list_event_source_mappings(FunctionName='kettle')['EventSourceMappings']");
    assert_eq!((&there[0]["UUID"], &there[0]["BatchSize"]), (&json!(id), &json!(5)), "{there}");
    let role = scene.boto(
        "[of('iam').get_role_policy(RoleName='hearth-us-east-1-kettle', PolicyName=name)['PolicyDocument'] for name \
         in of('iam').list_role_policies(RoleName='hearth-us-east-1-kettle')['PolicyNames'] if name != 'write-own-logs']",
    );
    assert_eq!(role[0]["Statement"][0]["Resource"], arn, "{role}");

    scene.boto(&format!("of('sqs').send_message(QueueUrl='{queue}', MessageBody='boil seven cups')"));
    scene.was_called_with("boil seven cups");
    let again = scene.refused(&add);
    assert_eq!(again["code"], "conflict", "{again}");

    // Turned off it stays and calls nothing; the review's undo turns it on again.
    let off = scene.change(&["triggers", "disable", "kettle", &id]);
    assert_eq!(operations(&off), ["lambda:UpdateEventSourceMapping"]);
    assert_eq!(scene.triggers()[0]["on"], false);
    assert_eq!(operations(&scene.change(&["triggers", "disable", "kettle", &id])), Vec::<&str>::new());
    scene.undo(&off);
    assert_eq!(scene.triggers()[0]["on"], true);

    // Removed by the undo of adding it, and brought back by the undo of that.
    let removed = scene.undo(&made);
    assert_eq!(operations(&removed), ["lambda:DeleteEventSourceMapping", "iam:DeleteRolePolicy"]);
    scene.is_clean();
    scene.undo(&removed);
    assert_eq!(scene.triggers()[0]["of"]["batchSize"], 5);
    scene.change(&["triggers", "remove", "kettle", arn]);
    scene.is_clean();

    // A stream has a place to begin at, which a queue has not.
    let streams = "[of('dynamodb').create_table(TableName='cups', KeySchema=[{'AttributeName':'id','KeyType':'HASH'}], \
        AttributeDefinitions=[{'AttributeName':'id','AttributeType':'S'}], BillingMode='PAY_PER_REQUEST', \
        StreamSpecification={'StreamEnabled':True,'StreamViewType':'NEW_IMAGE'})['TableDescription']['LatestStreamArn'], \
        of('kinesis').create_stream(StreamName='steam', ShardCount=1) and \
        of('kinesis').describe_stream(StreamName='steam')['StreamDescription']['StreamARN']]";
    let streams = scene.boto(streams);
    for (stream, from) in [(&streams[0], "oldest"), (&streams[1], "latest")] {
        let stream = stream.as_str().unwrap();
        scene.change(&["triggers", "add", "kettle", "--source", stream, "--from", from]);
        let shown = scene.triggers();
        assert_eq!(
            (&shown[0]["of"]["source"], &shown[0]["of"]["start"]),
            (&json!(stream), &json!(from)),
            "{shown}"
        );
        if from == "oldest" {
            scene.boto("of('dynamodb').put_item(TableName='cups', Item={'id': {'S': 'porcelain'}})");
            scene.was_called_with("porcelain");
        }
        scene.change(&["triggers", "remove", "kettle", stream]);
        scene.is_clean();
    }
    for (wrong, words) in [
        (&["--source", arn, "--from", "oldest"][..], "no place to begin"),
        (&["--source", "orders"], "no queue"),
        (&["--source", arn, "--batch", "20000"], "1 to 10000"),
    ] {
        let error = scene.refused(&[&["triggers", "add", "kettle"], wrong].concat());
        assert!(error["message"].as_str().unwrap().contains(words), "{words}: {error}");
    }
}

#[test]
fn a_schedule_calls_a_function_and_leaves_nothing_when_it_goes() {
    let Some(scene) = Scene::new() else { return };
    let add = ["triggers", "add", "kettle", "--schedule", "rate(1 minute)", "--rule", "teatime"];
    let made = scene.change(&add);
    assert_eq!(operations(&made), ["events:PutRule", "lambda:AddPermission", "events:PutTargets"]);
    let cost = made["review"]["review"]["cost"]["words"].as_str().unwrap();
    assert!(cost.contains("43800 times in a month"), "{cost}");
    let rule = scene.boto("of('events').describe_rule(Name='teatime')");
    assert_eq!((&rule["ScheduleExpression"], &rule["State"]), (&json!("rate(1 minute)"), &json!("ENABLED")));
    let target = scene.boto("of('events').list_targets_by_rule(Rule='teatime')['Targets']");
    assert!(target[0]["Arn"].as_str().unwrap().ends_with(":function:kettle"), "{target}");
    let policy =
        scene.boto("json.loads(of('lambda').get_policy(FunctionName='kettle')['Policy'])['Statement']");
    assert_eq!(policy[0]["Principal"]["Service"], "events.amazonaws.com");
    assert_eq!(policy[0]["Condition"]["ArnLike"]["AWS:SourceArn"], rule["Arn"], "{policy}");
    let shown = scene.triggers();
    assert_eq!(
        shown[0]["of"],
        json!({ "kind": "schedule", "rule": "teatime", "expression": "rate(1 minute)" })
    );
    assert_eq!((&shown[0]["on"], &shown[0]["problem"]), (&json!(true), &Value::Null), "{shown}");
    assert_eq!(scene.refused(&add)["code"], "conflict");

    let off = scene.change(&["triggers", "disable", "kettle", "rule:teatime"]);
    assert_eq!(operations(&off), ["events:DisableRule"]);
    assert_eq!(scene.boto("of('events').describe_rule(Name='teatime')")["State"], "DISABLED");
    scene.undo(&off);

    // Without its statement the rule is there and cannot call, which is said.
    let statement = policy[0]["Sid"].as_str().unwrap();
    scene.boto(&format!(
        "of('lambda').remove_permission(FunctionName='kettle', StatementId='{statement}') and None"
    ));
    assert!(scene.triggers()[0]["problem"].as_str().unwrap().contains("policy"));
    let removed = scene.undo(&made);
    assert_eq!(
        operations(&removed),
        ["events:RemoveTargets", "events:DeleteRule"],
        "the statement is gone already"
    );
    scene.is_clean();
    scene.undo(&removed);
    assert_eq!(
        scene.boto("of('events').describe_rule(Name='teatime')")["ScheduleExpression"],
        "rate(1 minute)"
    );

    // A rule that calls something else too stays, without this function.
    scene.boto("of('events').put_targets(Rule='teatime', Targets=[{'Id':'q','Arn':'arn:aws:sqs:us-east-1:000000000000:q'}])");
    let removed = scene.change(&["triggers", "remove", "kettle", "rule:teatime"]);
    assert_eq!(operations(&removed), ["lambda:RemovePermission", "events:RemoveTargets"]);
    assert_eq!(scene.boto("len(of('events').list_targets_by_rule(Rule='teatime')['Targets'])"), 1);
    let wrong = scene.refused(&["triggers", "add", "kettle", "--schedule", "every day"]);
    assert!(wrong["message"].as_str().unwrap().contains("rate(5 minutes)"), "{wrong}");
    let wrong = scene.refused(&["triggers", "add", "kettle", "--schedule", "rate(0 cups)", "--yes"]);
    assert_eq!(wrong["code"], "invalid_input", "what only AWS knows to be wrong: {wrong}");
}

#[test]
fn a_bucket_and_a_topic_call_a_function_and_other_notifications_stay() {
    let Some(scene) = Scene::new() else { return };
    scene.boto(
        "[of('sqs').create_queue(QueueName='thumbs'), of('s3').create_bucket(Bucket='photos')] and None",
    );
    scene.boto(
        "of('s3').put_bucket_notification_configuration(Bucket='photos', NotificationConfiguration={\
         'QueueConfigurations': [{'Id': 'theirs', 'QueueArn': 'arn:aws:sqs:us-east-1:000000000000:thumbs', \
         'Events': ['s3:ObjectCreated:*'], 'Filter': {'Key': {'FilterRules': [{'Name': 'prefix', 'Value': 'a&b/'}]}}}], \
         'EventBridgeConfiguration': {}})",
    );
    let there = || {
        let mut all = scene.boto("of('s3').get_bucket_notification_configuration(Bucket='photos')");
        all.as_object_mut().unwrap().remove("ResponseMetadata");
        all
    };
    let before = there();
    let add = ["triggers", "add", "kettle", "--bucket", "photos", "--prefix", "in/", "--suffix", ".jpg"];
    let made = scene.change(&add);
    assert_eq!(operations(&made), ["lambda:AddPermission", "s3:PutBucketNotificationConfiguration"]);
    let sent = made["review"]["review"]["calls"][1].to_string();
    assert!(sent.contains("its 2 other notifications stay") && sent.contains("theirs"), "{sent}");
    let after = there();
    assert_eq!(after["QueueConfigurations"], before["QueueConfigurations"], "theirs stays as it was");
    assert_eq!(after["EventBridgeConfiguration"], json!({}));
    let ours = &after["LambdaFunctionConfigurations"][0];
    assert_eq!(ours["Events"], json!(["s3:ObjectCreated:*"]), "{after}");
    let policy =
        scene.boto("json.loads(of('lambda').get_policy(FunctionName='kettle')['Policy'])['Statement']");
    assert_eq!(policy[0]["Condition"]["ArnLike"]["AWS:SourceArn"], "arn:aws:s3:::photos", "{policy}");
    assert_eq!(policy[0]["Condition"]["StringEquals"]["AWS:SourceAccount"], "000000000000");
    let shown = scene.triggers();
    assert_eq!(
        (&shown[0]["of"]["bucket"], &shown[0]["of"]["suffix"]),
        (&json!("photos"), &json!(".jpg")),
        "{shown}"
    );
    scene.boto("of('s3').put_object(Bucket='photos', Key='in/cup.jpg', Body=b'x')");
    scene.was_called_with("in/cup.jpg");

    // A second one needs no second statement, which stays until the last one goes.
    let second =
        scene.change(&["triggers", "add", "kettle", "--bucket", "photos", "--event", "s3:ObjectRemoved:*"]);
    assert_eq!(operations(&second), ["s3:PutBucketNotificationConfiguration"]);
    assert_eq!(operations(&scene.undo(&second)), ["s3:PutBucketNotificationConfiguration"]);
    let removed = scene.undo(&made);
    assert_eq!(operations(&removed), ["s3:PutBucketNotificationConfiguration", "lambda:RemovePermission"]);
    assert_eq!(there(), before, "what others set is as it was");
    scene.is_clean();
    scene.undo(&removed);
    assert_eq!(there()["LambdaFunctionConfigurations"][0]["Filter"], ours["Filter"], "the same comes back");
    scene.change(&["triggers", "remove", "kettle", scene.triggers()[0]["id"].as_str().unwrap()]);

    let missing = scene.refused(&["triggers", "add", "kettle", "--bucket", "no-such-bucket"]);
    assert_eq!(missing["code"], "not_found", "{missing}");

    // A change that fails is taken back: the statement is made before the topic turns out to be missing.
    let gone = ["triggers", "add", "kettle", "--topic", "arn:aws:sns:us-east-1:000000000000:gone", "--yes"];
    let failed = scene.refused(&gone);
    assert!(failed["message"].as_str().unwrap().contains("were taken back"), "{failed}");
    scene.is_clean();

    let topic = scene.boto("of('sns').create_topic(Name='boiled')['TopicArn']");
    let topic = topic.as_str().unwrap();
    let made = scene.change(&["triggers", "add", "kettle", "--topic", topic]);
    assert_eq!(operations(&made), ["lambda:AddPermission", "sns:Subscribe"]);
    let there =
        scene.boto(&format!("of('sns').list_subscriptions_by_topic(TopicArn='{topic}')['Subscriptions']"));
    assert_eq!(
        (&there[0]["Protocol"], &there[0]["SubscriptionArn"]),
        (&json!("lambda"), &made["changed"]["results"][0][1])
    );
    scene.boto(&format!("of('sns').publish(TopicArn='{topic}', Message='the water sings')"));
    scene.was_called_with("the water sings");
    let removed = scene.change(&["triggers", "remove", "kettle", topic]);
    assert_eq!(operations(&removed), ["lambda:RemovePermission", "sns:Unsubscribe"]);
    scene.is_clean();
    assert_eq!(operations(&scene.undo(&removed)), ["lambda:AddPermission", "sns:Subscribe"]);

    // A function that is deleted takes with it what would call nothing.
    scene.json(&["triggers", "add", "kettle", "--bucket", "photos", "--yes"]);
    scene.json(&["triggers", "add", "kettle", "--schedule", "rate(1 day)", "--yes"]);
    let queue = "arn:aws:sqs:us-east-1:000000000000:thumbs";
    scene.json(&["triggers", "add", "kettle", "--source", queue, "--yes"]);
    scene.json(&["delete", "kettle", "--yes"]);
    for (expression, left) in [
        ("of('events').list_rules()['Rules']", json!([])),
        ("of('sns').list_subscriptions()['Subscriptions']", json!([])),
        ("of('lambda').list_event_source_mappings()['EventSourceMappings']", json!([])),
        (
            "[role['RoleName'] for role in of('iam').list_roles()['Roles'] if role['RoleName'].startswith('hearth-')]",
            json!([]),
        ),
        (
            "of('s3').get_bucket_notification_configuration(Bucket='photos').get('LambdaFunctionConfigurations')",
            Value::Null,
        ),
    ] {
        assert_eq!(scene.boto(expression), left, "{expression}");
    }
}

#[test]
fn environments_are_kept_ready_layers_attached_and_tags_set_and_all_taken_back() {
    let Some(scene) = Scene::new() else { return };
    let none = scene.refused(&["keep", "kettle", "live", "2"]);
    assert!(none["message"].as_str().unwrap().contains("publish one first"), "{none}");
    scene.json(&["publish", "kettle", "--yes"]);
    scene.json(&["alias", "kettle", "live", "1", "--yes"]);
    let made = scene.change(&["keep", "kettle", "live", "2"]);
    assert_eq!(operations(&made), ["lambda:PutProvisionedConcurrencyConfig"]);
    // 2 of 128 MB at $0.0000041667 a GB-second.
    let cost = &made["review"]["review"]["cost"];
    assert!(cost["words"].as_str().unwrap().contains("$2.74 in a month of 730 hours"), "{cost}");
    assert_eq!(cost["standing"], true);
    let kept = "of('lambda').get_provisioned_concurrency_config(FunctionName='kettle', Qualifier='live')\
                ['RequestedProvisionedConcurrentExecutions']";
    assert_eq!(scene.boto(kept), 2);
    let keepable = scene.json(&["triggers", "kettle"])["keepable"].clone();
    assert_eq!((&keepable[0]["of"], &keepable[0]["wanted"]), (&json!("live"), &json!(2)), "{keepable}");
    let more = scene.change(&["keep", "kettle", "live", "3"]);
    assert_eq!(scene.boto(kept), 3);
    let cost = more["review"]["review"]["cost"]["words"].as_str().unwrap();
    assert!(cost.contains("from $2.74 to $4.11 in a month"), "{cost}");
    scene.undo(&more);
    assert_eq!(scene.boto(kept), 2);
    let off = scene.undo(&made);
    assert_eq!(operations(&off), ["lambda:DeleteProvisionedConcurrencyConfig"]);
    assert_eq!(operations(&scene.change(&["keep", "kettle", "live", "none"])), Vec::<&str>::new());

    let publish = "import io, zipfile";
    let layer = |name: &str| {
        scene.boto(&format!(
            "(exec('{publish}', globals()) or True) and (lambda zip: (zipfile.ZipFile(zip, 'w').writestr('python/cup.py', 'size = 3'), \
             of('lambda').publish_layer_version(LayerName='{name}', Description='{name} things', \
             Content={{'ZipFile': zip.getvalue()}})['LayerVersionArn'])[1])(io.BytesIO())"
        ))
    };
    let (cups, spoons) = (layer("cups"), layer("spoons"));
    let (cups, spoons) = (cups.as_str().unwrap(), spoons.as_str().unwrap());
    let of_account = scene.json(&["layers"]);
    assert_eq!(
        (&of_account[0]["name"], &of_account[1]["version"]),
        (&json!("cups"), &json!(spoons)),
        "{of_account}"
    );
    let attached = scene.change(&["layers", "kettle", "--attach", cups, "--attach", spoons]);
    assert_eq!(operations(&attached), ["lambda:UpdateFunctionConfiguration"]);
    let there = "[layer['Arn'] for layer in of('lambda').get_function_configuration(FunctionName='kettle').get('Layers', [])]";
    assert_eq!(scene.boto(there), json!([cups, spoons]));
    assert_eq!(scene.json(&["layers", "kettle"]), json!([cups, spoons]));
    let detached = scene.change(&["layers", "kettle", "--detach", cups.strip_suffix(":1").unwrap()]);
    assert_eq!(scene.boto(there), json!([spoons]));
    scene.undo(&detached);
    assert_eq!(scene.boto(there), json!([spoons, cups]));
    scene.undo(&attached);
    assert_eq!(scene.boto(there), json!([]));

    let tagged = scene.change(&["tags", "kettle", "--set", "team=tea room", "--set", "stage=test"]);
    assert_eq!(operations(&tagged), ["lambda:TagResource"]);
    assert_eq!(scene.json(&["tags", "kettle"])["team"], "tea room");
    let changed = scene.change(&["tags", "kettle", "--set", "team=coffee", "--remove", "stage"]);
    assert_eq!(operations(&changed), ["lambda:TagResource", "lambda:UntagResource"]);
    scene.undo(&changed);
    let all =
        "of('lambda').list_tags(Resource='arn:aws:lambda:us-east-1:000000000000:function:kettle')['Tags']";
    assert_eq!(scene.boto(all), json!({ "hearth:function": "kettle", "team": "tea room", "stage": "test" }));
    scene.undo(&tagged);
    assert_eq!(scene.boto(all), json!({ "hearth:function": "kettle" }));
}
