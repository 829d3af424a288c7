"""Drives Microsoft's own clients through the fake, in the life that Hearth leads: whoever reads the fake's answers
here is not Hearth. Prints what it did; ends with a trace when an answer is not what Microsoft's clients take."""

import sys
import urllib.request
import uuid

import strict
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.costmanagement import CostManagementClient
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient
from azure.mgmt.web import WebSiteManagementClient, models

# The judge of requests first: what is wrong must be seen.
scale = {"instanceMemoryMB": "512"}
config = {"scaleAndConcurrency": scale, "runtime": {"name": "cobol", "version": "1"}}
broken = {"location": "x", "nmae": 1, "properties": {"state": "Running", "functionAppConfig": config}}
wrong = " ".join(strict.faults(models.Site, broken))
for words in ("nmae is unknown", "state is read-only", "instanceMemoryMB must be int", "`cobol` is not one of"):
    assert words in wrong, (words, wrong)
print("wrong requests are seen")

URL = sys.argv[1]
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP, REGION = "judge", "westeurope"


class Known:
    def get_token(self, *_, **__):
        return AccessToken("hearth", 9999999999)


class Bearer(SansIOHTTPPolicy):
    """Microsoft's own policy refuses to send a token without TLS, which a fake does not have."""

    def on_request(self, request):
        request.http_request.headers["Authorization"] = "Bearer hearth"


def client(kind, *arguments):
    options = {"base_url": URL, "authentication_policy": Bearer(), "polling_interval": 0}
    return kind(Known(), *arguments, **options)


web = client(WebSiteManagementClient, SUBSCRIPTION)
groups = client(ResourceManagementClient, SUBSCRIPTION)
storage = client(StorageManagementClient, SUBSCRIPTION)
monitor = client(MonitorManagementClient, SUBSCRIPTION)
cost = client(CostManagementClient)

groups.resource_groups.create_or_update(GROUP, {"location": REGION, "tags": {"owner": "judge"}})
account = f"judge{uuid.uuid4().hex[:12]}"
storage.storage_accounts.begin_create(
    GROUP, account, {"location": REGION, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
).result()
storage.blob_containers.create(GROUP, account, "code", {})
key = storage.storage_accounts.list_keys(GROUP, account).keys_property[0].value
print("a group, a storage account and its key")

for name, sku, tier in [("judge-flex", "FC1", "FlexConsumption"), ("judge-plain", "Y1", "Dynamic")]:
    plan = web.app_service_plans.begin_create_or_update(
        GROUP,
        name,
        {"location": REGION, "kind": "functionapp", "sku": {"name": sku, "tier": tier}, "properties": {"reserved": True}},
    ).result()
    properties = {"serverFarmId": plan.id, "siteConfig": {"appSettings": [{"name": "AzureWebJobsStorage", "value": key}]}}
    if sku == "FC1":
        where = {"type": "blobContainer", "value": f"https://{account}.blob.core.windows.net/code"}
        where["authentication"] = {"type": "SystemAssignedIdentity"}
        properties["functionAppConfig"] = {
            "deployment": {"storage": where},
            "runtime": {"name": "python", "version": "3.12"},
            "scaleAndConcurrency": {"instanceMemoryMB": 2048, "maximumInstanceCount": 40},
        }
    else:
        properties["siteConfig"]["linuxFxVersion"] = "Python|3.12"
        plain = {"FUNCTIONS_WORKER_RUNTIME": "python", "FUNCTIONS_EXTENSION_VERSION": "~4"}
        properties["siteConfig"]["appSettings"] += [{"name": key, "value": value} for key, value in plain.items()]
    site = {"location": REGION, "kind": "functionapp,linux", "tags": {"owner": "judge"}, "properties": properties}
    made = web.web_apps.begin_create_or_update(GROUP, name, site).result()
    assert made.properties.sku == tier and made.properties.state == "Running", made
    print(f"an app on {tier} at {made.properties.default_host_name}")

names = [site.name for site in web.web_apps.list()]
assert {"judge-flex", "judge-plain"} <= set(names), names
assert web.web_apps.get(GROUP, "judge-flex").properties.function_app_config.runtime.version == "3.12"
try:
    web.web_apps.get(GROUP, "nobody")
    raise SystemExit("an app that is not there was found")
except ResourceNotFoundError as error:
    assert error.error.code == "ResourceNotFound", error
print(f"{len(names)} apps over the pages of the list")

values = web.web_apps.list_application_settings(GROUP, "judge-plain").properties
web.web_apps.update_application_settings(GROUP, "judge-plain", {"properties": {**values, "COLOUR": "amber"}})
assert web.web_apps.list_application_settings(GROUP, "judge-plain").properties["COLOUR"] == "amber"
web.web_apps.sync_function_triggers(GROUP, "judge-flex")
assert list(web.web_apps.list_functions(GROUP, "judge-flex")) == []
assert web.web_apps.list_host_keys(GROUP, "judge-flex").master_key
web.web_apps.stop(GROUP, "judge-flex")
assert web.web_apps.get(GROUP, "judge-flex").properties.state == "Stopped"
web.web_apps.start(GROUP, "judge-flex")
web.web_apps.restart(GROUP, "judge-flex")
print("settings, keys, triggers, stop, start and restart")

site = web.web_apps.get(GROUP, "judge-flex")
span = "2026-11-28T00:00:00Z/2026-11-29T00:00:00Z"
measured = monitor.metrics.list(
    site.id, timespan=span, interval="PT1H", metricnames="OnDemandFunctionExecutionCount", aggregation="Total"
)
assert measured.value[0].timeseries[0].data[0].total == 0, measured
asked = {
    "type": "ActualCost",
    "timeframe": "Custom",
    "timePeriod": {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"},
    "dataset": {"granularity": "Daily", "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}}},
}
try:
    cost.query.usage(f"/subscriptions/{SUBSCRIPTION}", asked, retry_total=0)
    raise SystemExit("a client without a name was served")
except HttpResponseError as error:
    assert error.status_code == 429, error
told = cost.query.usage(f"/subscriptions/{SUBSCRIPTION}", asked, headers={"ClientType": "judge"})
assert {"Cost", "UsageDate"} <= {column.name for column in told.properties.columns}, told
print("metrics, and cost with its throttling")

web.web_apps.delete(GROUP, "judge-flex")
web.web_apps.delete(GROUP, "judge-plain", delete_empty_server_farm=True)
groups.resource_groups.begin_delete(GROUP).result()
assert not [site for site in web.web_apps.list() if site.name.startswith("judge")]
urllib.request.urlopen(f"{URL}/_fake/seen").close()
print("all deleted")
