"""Thousands of functions in the project at once, as creating each over HTTP would have left them; nobody can call them.
Each has its service in Cloud Run, which Google lists apart."""

KINDS = ("orders", "thumbnails", "mail", "reports")
RUNTIMES = ("python312", "nodejs22", "go123")
AT = "2026-11-01T10:00:00.000000Z"


def fill(cloud, locations, each):
    for location in locations:
        parent = f"projects/tea-dev/locations/{location}"
        for number in range(each):
            name = f"{KINDS[number % len(KINDS)]}-{number:04}"
            service, revision = f"{parent}/services/{name}", f"{name}-00001-abc"
            url = f"{cloud.base}/_run/{location}/{name}"
            cloud.functions[f"{parent}/functions/{name}"] = {
                "name": f"{parent}/functions/{name}", "environment": "GEN_2", "state": "ACTIVE", "createTime": AT, "updateTime": AT,
                "url": url, "labels": {"team": KINDS[number % len(KINDS)]},
                "buildConfig": {"runtime": RUNTIMES[number % len(RUNTIMES)], "entryPoint": "hearth", "source": {"storageSource": {"bucket": "gcf-v2-uploads", "object": f"{name}.zip", "generation": "1"}}},
                "serviceConfig": {
                    "service": service, "uri": url, "revision": revision, "allTrafficOnLatestRevision": True, "timeoutSeconds": 60,
                    "availableMemory": ("256Mi", "512Mi", "1Gi")[number % 3], "availableCpu": "1", "maxInstanceCount": 10,
                    "serviceAccountEmail": "1234567890-compute@developer.gserviceaccount.com",
                },
            }
            cloud.services[service] = {
                "name": service, "uri": url, "createTime": AT, "updateTime": AT, "labels": {"goog-managed-by": "cloudfunctions"},
                "latestReadyRevision": f"{service}/revisions/{revision}", "latestCreatedRevision": f"{service}/revisions/{revision}",
                "buildConfig": {"functionTarget": "hearth"}, "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
                "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}], "trafficStatuses": [],
            }
