"""Azure Resource Manager of the fake: resource groups, storage, plans, logs' resources, tags, permissions, cost."""

import re
import time

import strict
from azure.mgmt.applicationinsights.v2020_02_02 import models as insights
from azure.mgmt.costmanagement import models as cost
from azure.mgmt.loganalytics import models as logs
from azure.mgmt.resource.resources import models as resources
from azure.mgmt.storage import models as storage
from azure.mgmt.web import models as web
from state import SUBSCRIPTION, Refused

SCOPE = f"/subscriptions/{SUBSCRIPTION}"
# The versions that Microsoft's own clients ask for, and those that Hearth does.
VERSIONS = {
    "subscriptions": {"2022-12-01"},
    "resourcegroups": {"2025-04-01"},
    "microsoft.resources": {"2025-04-01"},
    "microsoft.web": {"2025-05-01"},
    "microsoft.storage": {"2024-01-01", "2026-09-01"},
    "microsoft.operationalinsights": {"2025-07-01"},
    "microsoft.insights/components": {"2020-02-02"},
    "microsoft.insights/metrics": {"2024-02-01"},
    "microsoft.authorization": {"2022-04-01"},
    "microsoft.costmanagement": {"2025-03-01"},
}
MODELS = [
    ("PUT", r"/resourcegroups/[^/]+$", resources.ResourceGroup),
    ("PATCH", r"/providers/microsoft\.resources/tags/default$", resources.TagsPatchResource),
    ("PUT", r"/storageaccounts/[^/]+$", storage.StorageAccountCreateParameters),
    ("PUT", r"/blobservices/default/containers/[^/]+$", storage.BlobContainer),
    ("PUT", r"/serverfarms/[^/]+$", web.AppServicePlan),
    ("PUT", r"/microsoft\.operationalinsights/workspaces/[^/]+$", logs.Workspace),
    ("PUT", r"/microsoft\.insights/components/[^/]+$", insights.ApplicationInsightsComponent),
    ("PUT", r"/sites/[^/]+$", web.Site),
    ("PUT", r"/config/appsettings$", web.StringDictionary),
    ("POST", r"/microsoft\.costmanagement/query$", cost.QueryDefinition),
]


def check(method, path, query, body):
    """Refuses what Azure would refuse, or would silently ignore."""
    lower = path.lower()
    versions = query.get("api-version")
    if not versions:
        raise Refused(400, "MissingApiVersionParameter", "The api-version query parameter is required.")
    where = lower.rsplit("/providers/", 1)[-1] if "/providers/" in lower else lower
    kind = next((key for key in sorted(VERSIONS, key=len, reverse=True) if key in where), None)
    if kind is None or versions[0] not in VERSIONS[kind]:
        raise Refused(400, "InvalidApiVersionParameter", f"The api-version '{versions[0]}' is invalid for {kind}.")
    model = next((model for verb, found, model in MODELS if verb == method and re.search(found, lower)), None)
    if model is None:
        if body not in (None, {}, ""):
            raise Refused(400, "UnexpectedBody", f"{method} {path} takes no body.")
        return
    wrong = strict.faults(model, body)
    if wrong:
        raise Refused(400, "InvalidRequestContent", "; ".join(wrong))


def manage(state, call):
    """Answers (status, headers, document)."""
    method, path = call.method, call.path
    lower = path.lower()
    if lower.startswith("/operations/"):
        return operation(state, call)
    if lower.startswith("/results/"):
        return result(state, call)
    check(method, path, call.query, call.body)
    if lower == "/subscriptions" and method == "GET":
        return 200, {}, {"value": [subscription()]}
    if not lower.startswith(SCOPE):
        raise Refused(404, "SubscriptionNotFound", "The subscription could not be found.")
    if lower == SCOPE and method == "GET":
        return 200, {}, subscription()
    if lower.endswith("/providers/microsoft.authorization/permissions"):
        return 200, {}, {"value": [{"actions": ["*"], "notActions": ["Microsoft.Authorization/*/write"]}]}
    if lower.endswith("/providers/microsoft.costmanagement/query"):
        return costs(state, call)
    if lower.endswith("/providers/microsoft.resources/tags/default"):
        site = state.get(path[: lower.index("/providers/microsoft.resources/tags")])
        if call.body["operation"] != "Merge":
            raise Refused(400, "InvalidOperation", "this fake only merges tags")
        site["tags"] = {**site.get("tags", {}), **call.body["properties"]["tags"]}
        return 200, {}, {"properties": {"tags": site["tags"]}}
    if lower == f"{SCOPE}/resourcegroups" and method == "GET":
        groups = [one for one in state.below(lower) if one["type"] == "Microsoft.Resources/resourceGroups"]
        return 200, {}, {"value": groups}
    if re.fullmatch(SCOPE + r"/resourcegroups/[^/]+(/resources)?", lower):
        return group(state, call)
    if method == "POST" and lower.endswith("/listkeys") and "/storageaccounts/" in lower:
        state.get(path[: -len("/listKeys")])
        return 200, {}, {"keys": [{"keyName": "key1", "value": state.key("storage"), "permissions": "FULL"}]}
    if method == "PUT":
        return put(state, call)
    if method == "GET":
        return 200, {}, state.get(path)
    if method == "DELETE":
        state.get(path)
        state.drop(path)
        return 200, {}, None
    raise Refused(405, "MethodNotAllowed", f"{method} {path}")


def subscription():
    return {"id": SCOPE, "subscriptionId": SUBSCRIPTION, "displayName": "Fernhill", "state": "Enabled"}


def put(state, call):
    lower = call.path.lower()
    scope = lower.split("/providers/")[0]
    if scope not in state.resources:
        name = scope.rsplit("/", 1)[-1]
        raise Refused(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
    provider = call.path[lower.index("/providers/") + len("/providers/") :].split("/")
    known = state.resources.get(lower)
    document = {"id": call.path, "name": provider[-1], "type": "/".join([provider[0], *provider[1::2]]), **call.body}
    properties = document.setdefault("properties", {})
    status, headers = (200 if known else 201), {}
    if "/storageaccounts/" in lower and "/blobservices/" not in lower:
        if not re.fullmatch(r"[a-z0-9]{3,24}", provider[-1]):
            raise Refused(400, "AccountNameInvalid", f"{provider[-1]} is not a valid storage account name.")
        properties["provisioningState"] = "Succeeded"
        # Storage says where the result will be, without a status document.
        status, headers = 202, {"Location": f"{call.base}/results/{state.begin()}?api-version=2024-01-01"}
    elif "/blobservices/" in lower:
        state.get(call.path[: lower.index("/blobservices/")])
    elif "/serverfarms/" in lower:
        if document["sku"]["name"] not in ("FC1", "Y1", "EP1") or not properties.get("reserved"):
            raise Refused(400, "InvalidSku", "this fake has Linux plans FC1, Y1 and EP1")
        properties.update(provisioningState="Succeeded", numberOfSites=0, status="Ready")
        status = 200
    elif "/components/" in lower:
        state.get(properties["WorkspaceResourceId"])
        properties["ConnectionString"] = f"InstrumentationKey={state.key('insights')};ApplicationId=x"
    elif "/workspaces/" in lower:
        properties["provisioningState"] = "Succeeded"
        name = state.begin()
        headers = {"Azure-AsyncOperation": f"{call.base}/operations/{name}?api-version=2025-07-01"}
    state.resources[lower] = document
    return status, {**headers, "Retry-After": "0"}, document


def group(state, call):
    lower, name = call.path.lower(), call.path.split("/")[4]
    if lower.endswith("/resources"):
        state.get(call.path[: -len("/resources")])
        inside = [one for one in state.below(lower[: -len("/resources")]) if one["type"].count("/") == 1]
        return 200, {}, {"value": [{"id": one["id"], "name": one["name"], "type": one["type"]} for one in inside]}
    if call.method == "PUT":
        if not call.body.get("location"):
            raise Refused(400, "LocationRequired", "The location property is required.")
        known = lower in state.resources
        document = {"id": call.path, "name": name, "type": "Microsoft.Resources/resourceGroups", **call.body}
        document["properties"] = {"provisioningState": "Succeeded"}
        state.resources[lower] = document
        return (200 if known else 201), {}, document
    if call.method == "DELETE":
        state.get(call.path)
        state.drop(call.path)
        where = f"{call.base}/results/{state.begin()}?api-version=2025-04-01"
        return 202, {"Location": where, "Retry-After": "0"}, None
    return 200, {}, state.get(call.path)


def operation(state, call):
    """A status document: it goes on for some polls."""
    going = state.operations.get(call.path.rsplit("/", 1)[-1])
    if going is None:
        raise Refused(404, "NotFound", "no such operation")
    if going["turns"] > 0:
        going["turns"] -= 1
        return 200, {"Retry-After": "0"}, {"status": "InProgress"}
    if going["error"]:
        return 200, {}, {"status": "Failed", "error": going["error"]}
    return 200, {}, {"status": "Succeeded"}


def result(state, call):
    """A result that is not there yet, told by the status alone."""
    going = state.operations.get(call.path.rsplit("/", 1)[-1])
    if going is None:
        raise Refused(404, "NotFound", "no such operation")
    if going["turns"] > 0:
        going["turns"] -= 1
        where = f"{call.base}{call.path}?api-version={call.query['api-version'][0]}"
        return 202, {"Location": where, "Retry-After": "0"}, None
    return 200, {}, None


def costs(state, call):
    if call.headers.get("clienttype") in (None, ""):
        raise Refused(429, "429", "Too many requests from the bucket of all clients without a name.")
    day = int(call.body["timePeriod"]["from"][:10].replace("-", ""))
    columns = [("Cost", "Number"), ("UsageDate", "Number"), ("ResourceId", "String"), ("Currency", "String")]
    sites = [key for key in state.resources if re.search(r"/sites/[^/]+$", key)]
    is_second = "$skiptoken" in call.query
    rows = [[0.000123456789, day + (1 if is_second else 0), site, "EUR"] for site in sites]
    following = f"{call.base}{call.path}?api-version=2025-03-01&$skiptoken=2"
    properties = {
        "nextLink": None if is_second else following,
        "columns": [{"name": name, "type": kind} for name, kind in columns],
        "rows": rows,
    }
    return 200, {}, {"id": "x", "name": "x", "type": "Microsoft.CostManagement/query", "properties": properties}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.000", time.gmtime())
