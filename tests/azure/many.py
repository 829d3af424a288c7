"""Thousands of function apps in the subscription at once, as deploying each would have left them; nobody can call them."""

from state import SUBSCRIPTION

KINDS = ("orders", "thumbnails", "mail", "reports")
RUNTIMES = (("python", "3.12"), ("node", "22"), ("dotnet-isolated", "8.0"))


def fill(state, locations, each, page=100):
    """`each` in every location, and so many in a page of a list from now on."""
    state.page = page
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/many"
    state.resources[group.lower()] = {
        "id": group, "name": "many", "type": "Microsoft.Resources/resourceGroups", "location": locations[0],
        "properties": {"provisioningState": "Succeeded"},
    }
    for location in locations:
        for number in range(each):
            name = f"{KINDS[number % len(KINDS)]}-{number:04}-{location}"
            path = f"{group}/providers/Microsoft.Web/sites/{name}"
            language, version = RUNTIMES[number % len(RUNTIMES)]
            host = f"{name}.azurewebsites.net"
            state.resources[path.lower()] = {
                "id": path, "name": name, "type": "Microsoft.Web/sites", "location": location, "kind": "functionapp,linux",
                "tags": {"team": KINDS[number % len(KINDS)]},
                "properties": {
                    "state": "Running", "sku": "FlexConsumption", "defaultHostName": host, "enabledHostNames": [host],
                    "serverFarmId": f"{group}/providers/Microsoft.Web/serverfarms/many", "lastModifiedTimeUtc": "2026-11-01T10:00:00.000",
                    "functionAppConfig": {
                        "runtime": {"name": language, "version": version},
                        "scaleAndConcurrency": {"instanceMemoryMB": (512, 2048, 4096)[number % 3], "maximumInstanceCount": 100},
                    },
                },
            }
