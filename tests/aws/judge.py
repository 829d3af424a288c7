"""AWS's own client for Python as a judge. Prints what it saw as one JSON document.

  judge.py stream URL NAME   calls a function at URL with InvokeWithResponseStream and reads the stream
  judge.py tail URL ARN      begins Live Tail and reads to its end
  judge.py inventory URL     lists what an account holds that a deploy or a task makes
  judge.py prices URL FILE   the same of GetProducts
  judge.py bill URL FILE     holds the bodies of a file against the description of GetCostAndUsage, and reads URL's answer
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.session import get_session
from botocore.validate import ParamValidator

CONFIG = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)


def client(service, url):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="hearth",
        aws_secret_access_key="hearth",
        config=CONFIG,
    )


def stream(url, name):
    answer = client("lambda", url).invoke_with_response_stream(FunctionName=name, Payload=b"{}", LogType="Tail")
    text, complete = b"", None
    for event in answer["EventStream"]:
        if "PayloadChunk" in event:
            text += event["PayloadChunk"]["Payload"]
        if "InvokeComplete" in event:
            complete = event["InvokeComplete"]
    return {"status": answer["StatusCode"], "text": text.decode(), "complete": complete}


def tail(url, resource):
    answer = client("logs", url).start_live_tail(logGroupIdentifiers=[resource])
    lines = []
    for event in answer["responseStream"]:
        lines += [line["message"] for line in event.get("sessionUpdate", {}).get("sessionResults", [])]
    return {"lines": lines}


def described(service, operation, bodies):
    model = get_session().get_service_model(service).operation_model(operation)
    problems = [ParamValidator().validate(body, model.input_shape).generate_report() for body in bodies]
    # Names that the description does not have are refused by AWS, not by this validator.
    unknown = [sorted(set(body) - set(model.input_shape.members)) for body in bodies]
    return {
        "problems": [problem for problem in problems if problem],
        "unknown": [names for names in unknown if names],
    }


def bill(url, file):
    bodies = json.load(open(file))
    body = {key: value for key, value in bodies[0].items() if key != "NextPageToken"}
    answer = client("ce", url).get_cost_and_usage(**body)
    groups = [group["Keys"] for result in answer["ResultsByTime"] for group in result["Groups"]]
    return described("ce", "GetCostAndUsage", bodies) | {"groups": groups}


def prices(url, file):
    bodies = json.load(open(file))
    pages = client("pricing", url).get_paginator("get_products").paginate(**bodies[0])
    skus = [json.loads(text)["product"]["sku"] for page in pages for text in page["PriceList"]]
    return described("pricing", "GetProducts", bodies) | {"skus": skus}


def inventory(url):
    ecs = client("ecs", url)
    return {
        "functions": [one["FunctionName"] for one in client("lambda", url).list_functions()["Functions"]],
        "roles": [one["RoleName"] for one in client("iam", url).list_roles()["Roles"]],
        "logGroups": [one["logGroupName"] for one in client("logs", url).describe_log_groups()["logGroups"]],
        "clusters": ecs.list_clusters()["clusterArns"],
        "taskDefinitions": ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"],
    }


JUDGES = {"stream": stream, "tail": tail, "inventory": inventory, "bill": bill, "prices": prices}
print(json.dumps(JUDGES[sys.argv[1]](*sys.argv[2:])))
