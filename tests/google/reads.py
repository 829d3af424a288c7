"""The addresses that tell what happened and what it cost: entries of Cloud Logging, series of Cloud Monitoring, and the
questions to BigQuery, which `bill` answers."""

import json
import re

from cloud import Refused
from routes import PROJECT, fields, paged, route


@route("POST", "v2/entries:list")
def entries(cloud, match, query, body):
    fields(body, "resourceNames", "filter", "orderBy", "pageSize", "pageToken")
    wanted = body.get("filter", "")
    found = list(cloud.entries)
    name, build = re.search(r"service_name=\"([^\"]+)\"", wanted), re.search(r"build_id=\"([^\"]+)\"", wanted)
    since, text = re.search(r"timestamp>=\"([^\"]+)\"", wanted), re.search(r" AND (\"[^\"]+\")$", wanted)
    if name:
        found = [one for one in found if one["resource"]["labels"].get("service_name") == name[1]]
    if build:
        found = [one for one in found if one["resource"]["labels"].get("build_id") == build[1]]
    if not name and not build:
        raise Refused(400, "this fake knows filters for a service or a build")
    if since:
        found = [one for one in found if one["timestamp"] >= since[1].replace("Z", "")]
    if text:
        found = [one for one in found if json.loads(text[1]) in one.get("textPayload", "")]
    order = body.get("orderBy", "timestamp asc")
    if order not in ("timestamp asc", "timestamp desc"):
        raise Refused(400, f"orderBy {order}")
    found.sort(key=lambda one: one["timestamp"], reverse=order.endswith("desc"))
    return paged("entries", found, body)


@route("GET", "v3/projects/([^/:]+)/timeSeries", "filter", "interval.startTime", "interval.endTime", "aggregation.alignmentPeriod",
       "aggregation.perSeriesAligner", "aggregation.crossSeriesReducer", "aggregation.groupByFields", "view", "pageSize", "pageToken")
def series(cloud, match, query, body):
    kind = re.search(r"metric\.type=\"([^\"]+)\"", query["filter"])
    location = re.search(r"resource\.labels\.(?:location|region)=\"([^\"]+)\"", query["filter"])
    if not kind or not location or "aggregation.groupByFields" not in query:
        raise Refused(400, "the filter needs metric.type and a location")
    name, first = kind[1], "resource.labels.service_name"
    calls = [one for one in cloud.calls if one["location"] == location[1] and name.startswith("run.") != one.get("old", False)]
    if query["aggregation.groupByFields"] not in (first, "resource.labels.function_name"):
        raise Refused(400, f"cannot group by {query['aggregation.groupByFields']}")
    if "response_code_class=\"5xx\"" in query["filter"]:
        calls = [one for one in calls if one["status"] >= 500]
    if "status!=\"ok\"" in query["filter"]:
        calls = [one for one in calls if one["status"] != 200]
    if "response_code=\"429\"" in query["filter"]:
        calls = [one for one in calls if one["status"] == 429]
    if name.endswith("startup_latencies"):
        calls = [one for one in calls if one["cold"]]
    made = []
    for function in sorted({one["name"] for one in calls}):
        own = [one for one in calls if one["name"] == function]
        if name.endswith(("_latencies", "_times")):
            # The first generation counts in nanoseconds.
            own = [{**one, "ms": one["ms"] * (1e6 if name.endswith("_times") else 1)} for one in own]
            value, kind_of = {"distributionValue": {"count": str(len(own)), "mean": sum(one["ms"] for one in own) / len(own)}}, "DISTRIBUTION"
        elif name.endswith("instance_count"):
            value, kind_of = {"int64Value": "1"}, "INT64"
        else:
            value, kind_of = {"int64Value": str(len(own))}, "INT64"
        end = query["interval.endTime"]
        made.append({
            "metric": {"type": name, "labels": {}}, "metricKind": "DELTA", "valueType": kind_of,
            "resource": {"type": "cloud_run_revision", "labels": {query["aggregation.groupByFields"].split(".")[-1]: function, "project_id": PROJECT}},
            "points": [{"interval": {"startTime": query["interval.startTime"], "endTime": end}, "value": value}],
        })
    return {"timeSeries": made, "unit": "1"}


OF_PROJECT = r"bigquery/v2/projects/([^/]+)"


@route("GET", f"{OF_PROJECT}/datasets", "maxResults", "pageToken", "all", "filter")
def datasets(cloud, match, query, body):
    return cloud.exports.datasets(match[1], query)


@route("GET", f"{OF_PROJECT}/datasets/([^/]+)/tables", "maxResults", "pageToken")
def tables(cloud, match, query, body):
    return cloud.exports.in_dataset(match[1], match[2], query)


@route("GET", f"{OF_PROJECT}/datasets/([^/]+)/tables/([^/]+)", "selectedFields", "view")
def table(cloud, match, query, body):
    return cloud.exports.table(match[1], match[2], match[3])


@route("POST", f"{OF_PROJECT}/queries")
def ask(cloud, match, query, body):
    return cloud.exports.ask(match[1], body, cloud.denied)


@route("GET", f"{OF_PROJECT}/jobs/([^/]+)", "projection", "location")
def job(cloud, match, query, body):
    return cloud.exports.job(match[1], match[2])


@route("GET", f"{OF_PROJECT}/queries/([^/]+)", "maxResults", "pageToken", "timeoutMs", "startIndex", "location", "formatOptions.useInt64Timestamp")
def answer(cloud, match, query, body):
    return cloud.exports.results(match[1], match[2], query)
