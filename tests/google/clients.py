"""Google's own clients live through the fake, so that it is not tuned to Hearth.

    python clients.py URL ZIP

Prints a line for each thing that worked; the first that does not ends it with an error.
"""

import sys
import urllib.request

from google.cloud import functions_v2, monitoring_v3, run_v2
from google.cloud.functions_v2.services.function_service.transports.rest import FunctionServiceRestTransport
from google.cloud.run_v2.services.revisions.transports.rest import RevisionsRestTransport
from google.cloud.run_v2.services.services.transports.rest import ServicesRestTransport
from google.oauth2.credentials import Credentials

PARENT = "projects/tea-dev/locations/us-central1"


def done(what):
    print(what, flush=True)


def transport(kind, host):
    return kind(host=host, url_scheme="http", credentials=Credentials("hearth"))


def main(url, package):
    host = url.removeprefix("http://")
    functions = functions_v2.FunctionServiceClient(transport=transport(FunctionServiceRestTransport, host))
    place = functions.generate_upload_url(request={"parent": PARENT})
    with open(package, "rb") as code:
        request = urllib.request.Request(place.upload_url, data=code.read(), method="PUT", headers={"Content-Type": "application/zip"})
    assert urllib.request.urlopen(request, timeout=20).status == 200
    done("upload")
    function = functions_v2.Function(
        environment=functions_v2.Environment.GEN_2,
        build_config=functions_v2.BuildConfig(runtime="python312", entry_point="hearth", source={"storage_source": place.storage_source}, environment_variables={"GOOGLE_FUNCTION_SOURCE": "hearth_google.py"}),
        service_config=functions_v2.ServiceConfig(available_memory="256Mi", timeout_seconds=60),
    )
    functions.create_function(parent=PARENT, function=function, function_id="cup").result(timeout=20)
    done("create")
    (listed,) = list(functions.list_functions(parent=PARENT))
    got = functions.get_function(name=listed.name)
    assert got.state == functions_v2.Function.State.ACTIVE and got.service_config.uri, got
    done("list and get")
    body = urllib.request.Request(got.service_config.uri, data=b"{\"cups\": 2}", headers={"Content-Type": "application/json"})
    assert b"2" in urllib.request.urlopen(body, timeout=30).read()
    done("call")
    function.service_config.timeout_seconds = 30
    function.name = listed.name
    functions.update_function(function=function, update_mask="serviceConfig.timeoutSeconds").result(timeout=20)
    done("update")
    services = run_v2.ServicesClient(transport=transport(ServicesRestTransport, host))
    (service,) = list(services.list_services(parent=PARENT))
    revisions = run_v2.RevisionsClient(transport=transport(RevisionsRestTransport, host))
    all_revisions = list(revisions.list_revisions(parent=service.name))
    assert len(all_revisions) == 2, all_revisions
    target = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION
    short = [one.name.split("/")[-1] for one in all_revisions]
    service.traffic = [run_v2.TrafficTarget(type_=target, revision=name, percent=50) for name in short]
    services.update_service(request={"service": service, "update_mask": "traffic"}).result(timeout=20)
    assert {one.percent for one in services.get_service(name=service.name).traffic_statuses} == {50}
    done("services, revisions and traffic")
    policy = services.get_iam_policy(request={"resource": service.name})
    policy.bindings.add(role="roles/run.invoker", members=["allUsers"])
    services.set_iam_policy(request={"resource": service.name, "policy": policy})
    assert services.get_iam_policy(request={"resource": service.name}).bindings[0].members == ["allUsers"]
    tested = services.test_iam_permissions(request={"resource": service.name, "permissions": ["run.routes.invoke"]})
    assert list(tested.permissions) == ["run.routes.invoke"]
    done("policy")
    metrics(url)
    functions.delete_function(name=listed.name).result(timeout=20)
    assert list(functions.list_functions(parent=PARENT)) == []
    done("delete")


def metrics(url):
    """Monitoring's client has no REST transport; its message types read the answer instead, and know every name in it."""
    import json
    import urllib.parse

    from google.protobuf import json_format

    query = urllib.parse.urlencode({
        "filter": 'metric.type="run.googleapis.com/request_latencies" AND resource.labels.location="us-central1"',
        "interval.startTime": "2026-01-01T00:00:00Z", "interval.endTime": "2026-01-02T00:00:00Z",
        "aggregation.groupByFields": "resource.labels.service_name",
    })
    request = urllib.request.Request(f"{url}/v3/projects/tea-dev/timeSeries?{query}", headers={"Authorization": "Bearer hearth"})
    text = urllib.request.urlopen(request, timeout=20).read()
    read = json_format.ParseDict(json.loads(text), monitoring_v3.ListTimeSeriesResponse.pb()())
    assert read.time_series[0].points[0].value.distribution_value.count == 1, read
    done("metrics")


if __name__ == "__main__":
    main(*sys.argv[1:])
