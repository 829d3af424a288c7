"""Microsoft.Web/sites of the fake, its deployment hosts and the apps' own hosts."""

import json
import re
import uuid

from apps import Build, Running
from manager import SCOPE, check, now
from state import Refused

# Settings that Flex refuses, since its own section says the same.
NOT_ON_FLEX = {
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_EXTENSION_VERSION",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "ENABLE_ORYX_BUILD",
    "WEBSITE_RUN_FROM_PACKAGE",
}
SITE = re.compile(r"(/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.web/sites/[^/]+)(/.*)?$", re.I)
METRICS = {
    "FlexConsumption": {
        "OnDemandFunctionExecutionCount",
        "OnDemandFunctionExecutionUnits",
        "AlwaysReadyFunctionExecutionCount",
        "AlwaysReadyFunctionExecutionUnits",
        "AlwaysReadyUnits",
        "InstanceCount",
    },
    "Dynamic": {"FunctionExecutionCount", "FunctionExecutionUnits", "Http5xx", "Requests"},
    "ElasticPremium": {"Http5xx", "Requests"},
}


def handles(path):
    if "/providers/microsoft.resources/" in path.lower():
        return False
    return SITE.match(path) or path.lower() == f"{SCOPE}/providers/microsoft.web/sites"


def serve(state, call):
    check(call.method, call.path, call.query, call.body)
    matched = SITE.match(call.path)
    if not matched:
        return listed(state, call)
    path, rest = matched[1], (matched[2] or "").lower()
    key = path.lower()
    if rest == "" and call.method == "PUT":
        return put(state, call, key)
    site = state.get(path)
    if rest == "" and call.method == "GET":
        return 200, {}, site
    if rest == "" and call.method == "DELETE":
        if call.query.get("deleteEmptyServerFarm") == ["true"]:
            state.drop(site["properties"]["serverFarmId"])
        state.drop(path)
        return 200, {}, None
    if rest in ("/start", "/stop", "/restart") and call.method == "POST":
        site["properties"]["state"] = "Stopped" if rest == "/stop" else "Running"
        return 200, {}, None
    if rest == "/config/appsettings/list" and call.method == "POST":
        return 200, {}, settings(site, state.settings[key])
    if rest == "/config/appsettings" and call.method == "PUT":
        keep(state, site, key, call.body["properties"])
        return 200, {}, settings(site, state.settings[key])
    if rest == "/functions" and call.method == "GET":
        return 200, {}, {"value": [envelope(site, one) for one in state.indexed.get(key, [])]}
    if rest == "/syncfunctiontriggers" and call.method == "POST":
        running = state.running.get(key)
        state.indexed[key] = running.functions if running else []
        return 204, {}, None
    if rest == "/host/default/listkeys" and call.method == "POST":
        keys = {"default": state.key(f"host-{site['name']}")}
        return 200, {}, {"masterKey": state.key(f"master-{site['name']}"), "functionKeys": keys, "systemKeys": {}}
    if re.fullmatch(r"/functions/[^/]+/listkeys", rest) and call.method == "POST":
        return 200, {}, {"default": state.key(f"function-{site['name']}")}
    if rest == "/providers/microsoft.insights/metrics" and call.method == "GET":
        return metrics(state, call, site, key)
    raise Refused(404, "NotFound", f"{call.method} {call.path}")


def listed(state, call):
    """A page, with a link to the next one."""
    sites = [one for key, one in sorted(state.resources.items()) if re.search(r"/sites/[^/]+$", key)]
    skip = int(call.query.get("$skip", ["0"])[0])
    document = {"value": sites[skip : skip + state.page]}
    if len(sites) > skip + state.page:
        document["nextLink"] = f"{call.base}{call.path}?api-version=2025-05-01&$skip={skip + state.page}"
    return 200, {}, document


def put(state, call, key):
    if call.path.lower().split("/providers/")[0] not in state.resources:
        raise Refused(404, "ResourceGroupNotFound", "Resource group could not be found.")
    if not call.body.get("location"):
        raise Refused(400, "LocationRequired", "The location property is required for this definition.")
    name, given = call.path.rsplit("/", 1)[-1], call.body["properties"]
    plan = state.get(given["serverFarmId"])
    sku = plan["sku"]["tier"]
    has_flex = "functionAppConfig" in given
    if (sku == "FlexConsumption") != has_flex:
        raise Refused(400, "BadRequest", "functionAppConfig belongs to Flex Consumption and to nothing else.")
    if has_flex:
        flex(state, given["functionAppConfig"])
    host = f"{name.lower()}-x1y2.westeurope-01.azurewebsites.net"
    code_host = host.replace(".", ".scm.", 1)
    config = dict(given.get("siteConfig", {}))
    values = {one["name"]: one["value"] for one in config.pop("appSettings", [])}
    known = state.resources.get(key)
    site = {
        "id": call.path,
        "name": name,
        "type": "Microsoft.Web/sites",
        "location": " ".join(re.findall("west|europe|.+", call.body["location"])).title(),
        "kind": call.body["kind"],
        "tags": call.body.get("tags", {}),
        "properties": {
            **{name: value for name, value in given.items() if name != "siteConfig"},
            "siteConfig": {"linuxFxVersion": config.get("linuxFxVersion", "")},
            "state": "Running",
            "sku": sku,
            "defaultHostName": host,
            "enabledHostNames": [host, code_host],
            "hostNameSslStates": [
                {"name": host, "hostType": "Standard", "sslState": "Disabled"},
                {"name": code_host, "hostType": "Repository", "sslState": "Disabled"},
            ],
            "lastModifiedTimeUtc": now(),
        },
    }
    # Settings that are not named again stay, as on Azure.
    keep(state, site, key, values or state.settings.get(key, {}))
    state.resources[key] = site
    operation = state.begin()
    where = f"{call.base}/operations/{operation}?api-version=2025-05-01"
    return (200 if known else 202), {"Azure-AsyncOperation": where, "Retry-After": "0"}, site


def flex(state, config):
    storage = config["deployment"]["storage"]
    account = re.fullmatch(r"https://([a-z0-9]+)\.blob\.core\.windows\.net/([a-z0-9-]+)", storage["value"])
    containers = [key for key in state.resources if account and key.endswith(f"/containers/{account[2]}")]
    if not any(f"/storageaccounts/{account[1]}/" in key for key in containers):
        raise Refused(400, "BadRequest", f"there is no container at {storage['value']}")
    if config["scaleAndConcurrency"]["instanceMemoryMB"] not in (512, 2048, 4096):
        raise Refused(400, "BadRequest", "instanceMemoryMB must be 512, 2048 or 4096")


def keep(state, site, key, values):
    if site["properties"]["sku"] == "FlexConsumption" and NOT_ON_FLEX & set(values):
        raise Refused(400, "BadRequest", f"{sorted(NOT_ON_FLEX & set(values))} are not allowed on Flex Consumption")
    if not values.get("AzureWebJobsStorage"):
        raise Refused(400, "BadRequest", "an app without AzureWebJobsStorage does not start")
    state.settings[key] = dict(values)


def settings(site, values):
    return {"id": f"{site['id']}/config/appsettings", "name": "appsettings", "properties": values}


def envelope(site, one):
    trigger = next(bound for bound in one["config"]["bindings"] if bound["type"].lower().endswith("trigger"))
    host = site["properties"]["defaultHostName"]
    address = f"https://{host}/api/{trigger['route']}" if "route" in trigger else None
    properties = {"name": one["name"], "config": one["config"], "isDisabled": False, "invoke_url_template": address}
    return {"id": f"{site['id']}/functions/{one['name']}", "name": f"{site['name']}/{one['name']}", "properties": properties}


def metrics(state, call, site, key):
    names = call.query["metricnames"][0].split(",")
    unknown = set(names) - METRICS[site["properties"]["sku"]]
    if unknown:
        raise Refused(400, "BadRequest", f"Failed to find metric configuration for {sorted(unknown)}")
    if call.query["interval"] != ["PT1H"] or call.query["aggregation"] != ["Total"]:
        raise Refused(400, "BadRequest", "this fake has hourly totals")
    begin = call.query["timespan"][0].split("/")[1].replace("Z", "")[:13] + ":00:00Z"
    calls = float(state.calls.get(key, 0))
    value = []
    for name in names:
        total = calls * 2048 * 100 if name.endswith("Units") else 0.0 if name in ("Http5xx",) else calls
        if name.startswith("AlwaysReady"):
            total = 0.0
        data = [{"timeStamp": begin, "total": total}]
        entry = {"id": f"{site['id']}/{name}", "type": "Microsoft.Insights/metrics", "unit": "Count"}
        entry.update(name={"value": name, "localizedValue": name}, errorCode="Success")
        entry["timeseries"] = [{"metadatavalues": [], "data": data}]
        value.append(entry)
    return 200, {}, {"cost": 0, "timespan": call.query["timespan"][0], "interval": "PT1H", "value": value}


def by_host(state, host):
    for key, site in state.resources.items():
        if re.search(r"/sites/[^/]+$", key) and host in site["properties"]["enabledHostNames"]:
            return key, site
    return None, None


def deployment_host(state, call):
    key, site = by_host(state, call.host)
    if site is None:
        raise Refused(404, "NotFound", "no such app")
    is_flex = site["properties"]["sku"] == "FlexConsumption"
    done = state.deployments.setdefault(key, [])
    if call.method == "POST" and call.path in ("/api/publish", "/api/zipdeploy"):
        if (call.path == "/api/publish") != is_flex:
            raise Refused(404, "NotFound", "this plan takes code at another address")
        if call.headers.get("content-type") != "application/zip":
            raise Refused(415, "UnsupportedMediaType", "application/zip is wanted")
        if is_flex and call.query.get("RemoteBuild") != ["true"]:
            raise Refused(400, "BadRequest", "without a remote build the app would have no libraries")
        done.append(deployed(state, key, site, call.raw))
        if is_flex:
            return 202, {}, done[-1]["id"]
        return 202, {"Location": f"{call.base}/api/deployments/latest?deployer=Hearth"}, None
    matched = re.fullmatch(r"/api/deployments/([^/]+)(/log)?(/[^/]+)?", call.path)
    found = [one for one in done if matched and matched[1] in ("latest", one["id"])]
    if not found:
        raise Refused(404, "NotFound", "no such deployment")
    last = found[-1]
    if matched[3]:
        return 200, {}, [{"id": "x", "message": line, "details_url": None} for line in last["log"][1:]]
    if matched[2]:
        return 200, {}, [{"id": "main", "message": last["log"][0], "details_url": f"{call.base}/api/x"}]
    if last["turns"] > 0:
        last["turns"] -= 0 if state.held else 1
        return (200 if is_flex else 202), {}, {"id": last["id"], "status": 1, "status_text": "Building", "complete": False}
    return 200, {}, {"id": last["id"], "status": last["status"], "status_text": "", "complete": True}


def deployed(state, key, site, package):
    config = site["properties"].get("functionAppConfig", {}).get("runtime", {})
    language = config.get("name") or site["properties"]["siteConfig"]["linuxFxVersion"].split("|")[0].lower()
    told = {"id": str(uuid.uuid4()), "turns": 2, "status": 4, "log": ["Preparing deployment", "Deployment successful."]}
    try:
        running = Running(package, language, state.settings[key])
    except Build as failed:
        return {**told, "status": 3, "log": list(failed.lines)}
    before = state.running.get(key)
    if before:
        before.end()
    state.running[key] = running
    return told


def app_host(state, call):
    key, site = by_host(state, call.host)
    if site is None:
        raise Refused(404, "NotFound", "no such app")
    if site["properties"]["state"] == "Stopped":
        return 403, {"content-type": "text/html"}, b"<h1>Error 403 - This web app is stopped.</h1>"
    name = site["name"]
    given = call.headers.get("x-functions-key")
    handed = re.fullmatch(r"/admin/functions/([^/]+)", call.path)
    if handed:
        names = [one["name"] for one in state.indexed.get(key, [])]
        if given != state.key(f"master-{name}"):
            return 401, {}, b""
        if handed[1] not in names or set(call.body or {}) != {"input"}:
            return 404, {}, b""
        state.calls[key] = state.calls.get(key, 0) + 1
        return 202, {}, b""
    for one in state.indexed.get(key, []):
        trigger = next(bound for bound in one["config"]["bindings"] if bound["type"].lower().endswith("trigger"))
        base = f"/api/{trigger.get('route', '').split('/{')[0]}"
        if call.path != base and not call.path.startswith(base + "/"):
            continue
        is_open = str(trigger.get("authLevel")).lower() == "anonymous"
        if not is_open and given not in (state.key(f"function-{name}"), state.key(f"host-{name}"), state.key(f"master-{name}")):
            return 401, {}, b""
        state.calls[key] = state.calls.get(key, 0) + 1
        headers = {name: value for name, value in call.headers.items() if name != "authorization"}
        told = state.running[key].ask(one, call.method, call.host, call.full, headers, call.raw)
        return told["status"], told["headers"], bytes.fromhex(told["body"])
    return 404, {}, b""


def logs_host(state, call):
    matched = re.fullmatch(r"/v1(/subscriptions/.+/workspaces/[^/]+)/query", call.path)
    if call.method != "POST" or not matched:
        raise Refused(404, "PathNotFoundError", "The requested path does not exist")
    state.get(matched[1])
    query = call.body["query"]
    if set(call.body) - {"query", "timespan", "workspaces"}:
        raise Refused(400, "BadArgumentError", "unknown names in the body")
    app = re.search(r'AppRoleName =~ "((?:[^"\\]|\\.)*)"', query)[1]
    wanted = re.search(r'Text contains "((?:[^"\\]|\\.)*)"', query)
    key = next((key for key in state.resources if key.endswith(f"/sites/{app}".lower())), None)
    lines = ["Initializing Host.", "Host started (412ms)"]
    lines += [f"REQUEST op{n} handler {100 - n}.5 ms result 200" for n in range(state.calls.get(key, 0))]
    # A line keeps its instant, whenever it is asked for.
    told = state.told.setdefault(key, [])
    told += [f"{now()[:-4]}.{n:03}Z" for n in range(len(told), len(lines))]
    rows = [[told[n], "instance-1", f"op{n}", line] for n, line in enumerate(lines)]
    if wanted:
        text = json.loads(f'"{wanted[1]}"')
        rows = [row for row in rows if text in row[3]]
    columns = [("TimeGenerated", "datetime"), ("AppRoleInstance", "string"), ("OperationId", "string"), ("Text", "string")]
    table = {"name": "PrimaryResult", "columns": [{"name": name, "type": kind} for name, kind in columns], "rows": rows}
    return 200, {}, {"tables": [table]}
