"""Drives the Lambda API of Hearth with boto3 and prints what it saw as one JSON document."""

import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, archive = sys.argv[1:]
config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
client = boto3.client("lambda", endpoint_url=endpoint, config=config)
code = open(archive, "rb").read()


def create(name, **more):
    arguments = dict(
        FunctionName=name,
        Runtime="quickjs",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="index.handler",
        Code={"ZipFile": code},
        MemorySize=256,
        Environment={"Variables": {"COLOUR": "amber"}},
    )
    return client.create_function(**{**arguments, **more})


def error(call):
    try:
        call()
    except ClientError as raised:
        assert isinstance(raised, getattr(client.exceptions, type(raised).__name__, ClientError))
        return raised.response["Error"]["Code"]
    return "none"


created = create("tea-0")
assert created["ResponseMetadata"]["HTTPStatusCode"] == 201, created
assert created["Environment"]["Variables"] == {"COLOUR": "amber"}, created
client.get_waiter("function_active_v2").wait(FunctionName="tea-0")
client.get_waiter("function_updated_v2").wait(FunctionName="tea-0")
create("tea-1")
create("tea-2", Publish=True)

invoked = client.invoke(FunctionName=created["FunctionArn"], Payload=json.dumps({"cups": 3}), LogType="Tail")
assert invoked["StatusCode"] == 200 and invoked["ExecutedVersion"] == "$LATEST", invoked
assert b"REPORT RequestId" in base64.b64decode(invoked["LogResult"]), invoked
answer = json.load(invoked["Payload"])
failed = client.invoke(FunctionName="tea-0", Payload=b'{"fail": "no water"}')
assert json.load(failed["Payload"])["errorMessage"] == "no water"
assert client.invoke(FunctionName="tea-0", InvocationType="DryRun")["StatusCode"] == 204
assert client.invoke(FunctionName="tea-0", InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
context = base64.b64encode(b'{"custom": {"from": "test"}}').decode()
seen = json.load(client.invoke(FunctionName="tea-0", ClientContext=context)["Payload"])
assert seen["clientContext"] == {"custom": {"from": "test"}}, seen

pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
listed = [function["FunctionName"] for page in pages for function in page["Functions"]]
changed = client.update_function_configuration(FunctionName="tea-0", MemorySize=512, Timeout=7)
assert (changed["MemorySize"], changed["Timeout"]) == (512, 7), changed
assert changed["Environment"]["Variables"] == {"COLOUR": "amber"}, "what is not named stays"
assert client.update_function_code(FunctionName="tea-0", ZipFile=code)["LastUpdateStatus"] == "Successful"
assert client.get_function(FunctionName="tea-0")["Configuration"]["State"] == "Active"
assert client.get_function_configuration(FunctionName="tea-0")["MemorySize"] == 512

versions = client.list_versions_by_function(FunctionName="tea-0")["Versions"]
assert [one["Version"] for one in versions] == ["$LATEST", "1", "2", "3"], versions
assert versions[1]["MemorySize"] == 256 and versions[3]["MemorySize"] == 512, versions
assert versions[1]["FunctionArn"].endswith(":function:tea-0:1"), versions
pages = client.get_paginator("list_versions_by_function").paginate(
    FunctionName="tea-0", PaginationConfig={"PageSize": 3}
)
assert [len(page["Versions"]) for page in pages] == [3, 1]
published = client.publish_version(FunctionName="tea-0")
assert published["Version"] == "3" and published["ResponseMetadata"]["HTTPStatusCode"] == 201, published

assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName="tea-0")
put = client.put_function_concurrency(FunctionName="tea-0", ReservedConcurrentExecutions=7)
assert put["ReservedConcurrentExecutions"] == 7, put
assert client.get_function_concurrency(FunctionName="tea-0")["ReservedConcurrentExecutions"] == 7
assert client.get_function(FunctionName="tea-0")["Concurrency"] == {"ReservedConcurrentExecutions": 7}
client.invoke(FunctionName="tea-0")
client.put_function_concurrency(FunctionName="tea-0", ReservedConcurrentExecutions=0)
assert error(lambda: client.invoke(FunctionName="tea-0")) == "TooManyRequestsException"
deleted = client.delete_function_concurrency(FunctionName="tea-0")
assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204, deleted
assert client.invoke(FunctionName="tea-0")["StatusCode"] == 200
account = client.get_account_settings()
assert account["AccountUsage"]["FunctionCount"] == 3, account
assert account["AccountLimit"]["ConcurrentExecutions"] == 1000, account
for call, expected in [
    (lambda: client.put_function_concurrency(FunctionName="tea-0", ReservedConcurrentExecutions=-1), "InvalidParameterValueException"),
    (lambda: client.put_function_concurrency(FunctionName="nobody", ReservedConcurrentExecutions=1), "ResourceNotFoundException"),
    (lambda: client.get_function_concurrency(FunctionName="nobody"), "ResourceNotFoundException"),
    (lambda: client.list_versions_by_function(FunctionName="nobody"), "ResourceNotFoundException"),
    (lambda: client.publish_version(FunctionName="tea-0", RevisionId="other"), "PreconditionFailedException"),
    (lambda: client.publish_version(FunctionName="tea-0", CodeSha256="AAAA"), "InvalidParameterValueException"),
    (lambda: client.update_function_configuration(FunctionName="tea-0", Runtime="cobol74"), "InvalidParameterValueException"),
    (lambda: client.update_function_code(FunctionName="nobody", ZipFile=code), "ResourceNotFoundException"),
]:
    assert error(call) == expected, (expected, error(call))

errors = [
    error(lambda: create("tea-0")),
    error(lambda: client.get_function(FunctionName="nobody")),
    error(lambda: create("tea-9", MemorySize=64)),
    error(lambda: client.invoke(FunctionName="tea-0", Payload=b"{not json")),
    error(lambda: client.invoke(FunctionName="tea-0", Payload=b'"' + b"x" * 7 * 1024 * 1024 + b'"')),
]
client.delete_function(FunctionName="tea-0")
assert error(lambda: client.invoke(FunctionName="tea-0")) == "ResourceNotFoundException"
print(json.dumps(dict(answer=answer, functionError=failed["FunctionError"], listed=listed, errors=errors)))
