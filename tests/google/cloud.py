"""What a project of Google holds: functions of both APIs and of the first generation, their services, revisions and
policies, operations, log entries and the figures of their calls. Refuses what Google refuses."""

import base64
import io
import os
import re
import shutil
import tempfile
import threading
import time
import uuid
from datetime import datetime, timezone

from runner import Instance, missing, unpack


class Refused(Exception):
    """An error as Google's APIs give it."""

    STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
              429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}

    def __init__(self, code, message, status=None, details=None):
        super().__init__(message)
        self.code = code
        self.body = {"error": {"code": code, "message": message, "status": status or self.STATUS[code]}}
        if details:
            self.body["error"]["details"] = details


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def merge(into, part, mask):
    """Sets what an update mask names, and nothing else; a mask names what the body holds."""
    for path in mask:
        names = path.split(".")
        source, target = part, into
        for name in names[:-1]:
            if not isinstance(source.get(name), dict):
                raise Refused(400, f"update_mask names {path}, which the body does not hold")
            source, target = source[name], target.setdefault(name, {})
        if names[-1] not in source:
            raise Refused(400, f"update_mask names {path}, which the body does not hold")
        target[names[-1]] = source[names[-1]]


class Cloud:
    """The project."""

    def __init__(self, base):
        self.base = base
        self.folder = tempfile.mkdtemp(prefix="hearth-fake-google-")
        self.lock = threading.RLock()
        self.functions, self.services, self.old, self.revisions = {}, {}, {}, {}
        self.policies, self.operations, self.uploads, self.instances = {}, {}, {}, {}
        self.entries, self.calls = [], []
        self.failing, self.denied, self.unasked = None, set(), set()
        # Whether operations go on until a test lets them end.
        self.held = False

    def close(self):
        for instance in self.instances.values():
            instance.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Code

    def new_upload(self):
        key = uuid.uuid4().hex
        source = {"bucket": "gcf-v2-uploads", "object": f"{key}.zip", "generation": str(int(time.time() * 1e6))}
        self.uploads[key] = None
        return {"uploadUrl": f"{self.base}/_upload/{key}?X-Goog-Signature=PLANTED-signature", "storageSource": source}

    def put(self, key, code):
        if key not in self.uploads:
            raise Refused(403, "the signature is not of this address")
        self.uploads[key] = code

    # Functions of the API v2

    def create(self, parent, name, body):
        if not re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name or ""):
            raise Refused(400, f"functionId {name} is not valid")
        full = f"{parent}/functions/{name}"
        if full in self.functions:
            raise Refused(409, f"Could not create function {full}: it exists already")
        if body.get("environment") != "GEN_2":
            raise Refused(400, "environment must be GEN_2")
        if body.get("name") not in (None, "", full):
            raise Refused(400, "name is not that of the request")
        function = {**body, "name": full, "state": "DEPLOYING", "createTime": now(), "updateTime": now()}
        for needed in ("runtime", "entryPoint"):
            if not function.get("buildConfig", {}).get(needed):
                raise Refused(400, f"buildConfig.{needed} is required")
        if not re.fullmatch(r"python3\d+|nodejs\d+", function["buildConfig"]["runtime"]):
            raise Refused(400, f"Runtime {function['buildConfig']['runtime']} is invalid")
        self.functions[full] = function
        return self.begin(full, lambda: self.build(full, parent, name))

    def update(self, full, body, mask):
        function = self.functions.get(full)
        if function is None:
            raise Refused(404, f"Resource {full} was not found")
        if not mask:
            raise Refused(400, "update_mask is required")
        self.free(full)
        merge(function, body, mask)
        function["state"], function["updateTime"] = "DEPLOYING", now()
        parent, name = full.split("/functions/")
        return self.begin(full, lambda: self.build(full, parent, name))

    def delete(self, full):
        if full not in self.functions:
            raise Refused(404, f"Resource {full} was not found")
        self.free(full)

        return self.begin(full, lambda: self.vanish(full))

    def vanish(self, full):
        """Somebody else deletes a function."""
        self.functions.pop(full)
        self.forget(full.replace("/functions/", "/services/"))

    def forget(self, service):
        self.services.pop(service, None)
        self.policies.pop(service, None)
        for revision in [one for one in self.revisions if one.startswith(f"{service}/")]:
            self.revisions.pop(revision)
            self.instances.pop(revision).stop()

    def build(self, full, parent, name):
        """Makes a revision of the uploaded code, or says why not."""
        function = self.functions[full]
        build, config = function["buildConfig"], function.setdefault("serviceConfig", {})
        key = build.get("source", {}).get("storageSource", {}).get("object", "").removesuffix(".zip")
        code = self.uploads.get(key)
        build_id = str(uuid.uuid4())
        build["build"] = f"projects/1234567890/locations/{parent.split('/')[-1]}/builds/{build_id}"
        problem = self.failing or (None if code else "the source was not uploaded")
        service = f"{parent}/services/{name}"
        number = 1 + sum(1 for one in self.revisions if one.startswith(f"{service}/"))
        short = f"{name}-{number:05d}-abc"
        revision = f"{service}/revisions/{short}"
        folder = os.path.join(self.folder, f"{short}-{build_id}")
        if problem is None:
            unpack(io.BytesIO(code), folder)
            problem = missing(folder, build)
        if problem is not None:
            for line in ["starting build", f"Step #2 - \"build\": ERROR: {problem}", "ERROR: build step 2 failed"]:
                self.log({"type": "build", "labels": {"build_id": build_id}}, {"textPayload": line})
            function["state"] = "FAILED"
            function["stateMessages"] = [{"severity": "ERROR", "type": "CloudRunServiceNotFound", "message": "the build failed"}]
            stages = [{"name": "BUILD", "state": "COMPLETE", "message": "failed", "stateMessages": [{"severity": "ERROR", "type": "BUILD", "message": problem}]}]
            return {"code": 3, "message": f"Build failed with status: FAILURE and message: {problem}."}, {"stages": stages, "buildName": build["build"]}
        url = f"{self.base}/_run/{parent.split('/')[-1]}/{name}"
        config |= {"service": service, "uri": url, "revision": short, "allTrafficOnLatestRevision": True}
        config.setdefault("serviceAccountEmail", "1234567890-compute@developer.gserviceaccount.com")
        function.pop("stateMessages", None)
        function |= {"state": "ACTIVE", "url": url}
        self.revisions[revision] = {"name": revision, "createTime": now(), "uid": uuid.uuid4().hex, "containers": [{"image": f"x/{name}@sha256:{build_id.replace('-', '')}"}]}
        self.instances[revision] = Instance(folder, {**function}, short, lambda text, instance, log: self.printed(parent, name, short, text, instance, log))
        before = self.services.get(service, {})
        self.services[service] = {
            "name": service, "uri": url, "createTime": before.get("createTime", now()), "updateTime": now(), "etag": f"\"{uuid.uuid4().hex}\"",
            "labels": {"goog-managed-by": "cloudfunctions"}, "latestReadyRevision": revision, "latestCreatedRevision": revision,
            "buildConfig": {"functionTarget": build["entryPoint"]}, "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
            # A deploy sends all traffic to its new revision.
            "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
        }
        self.settle(service)
        return None, {"stages": [], "buildName": build["build"]}

    def settle(self, service):
        """Where the traffic really goes."""
        one = self.services[service]
        one["trafficStatuses"] = []
        for part in one["traffic"]:
            revision = part.get("revision") or one["latestReadyRevision"].split("/")[-1]
            status = {**part, "revision": revision}
            if part.get("tag"):
                status["uri"] = f"{one['uri']}~{part['tag']}"
            one["trafficStatuses"].append(status)

    def shift(self, full, body, mask):
        """Changes the traffic of a service."""
        service = self.services.get(full)
        if service is None:
            raise Refused(404, f"Resource '{full.split('/')[-1]}' of kind 'SERVICE' does not exist.")
        if mask != ["traffic"]:
            raise Refused(400, "only traffic can be changed here")
        if body.get("etag") not in (None, "", service["etag"]):
            raise Refused(409, "the service was changed meanwhile", "ABORTED")
        parts = body.get("traffic", [])
        if sum(part.get("percent", 0) for part in parts) != 100:
            raise Refused(400, "traffic percentages must add up to 100")
        for part in parts:
            named = part.get("revision")
            if part["type"].endswith("_REVISION") and f"{full}/revisions/{named}" not in self.revisions:
                raise Refused(404, f"Revision '{named}' does not exist.")
        tags = [part["tag"] for part in parts if part.get("tag")]
        if len(tags) != len(set(tags)):
            raise Refused(400, "a tag is there twice")

        def settled():
            service["traffic"], service["etag"] = parts, f"\"{uuid.uuid4().hex}\""
            self.settle(full)

        return self.begin(full, settled)

    # Operations

    def free(self, target):
        """Refuses while another operation of the same target goes on."""
        for other in self.operations.values():
            if not other["done"] and other["metadata"]["target"] == target:
                # Time passes for who asks again.
                self.look(other["name"])
                raise Refused(409, "unable to queue the operation", "ABORTED")

    def begin(self, target, work):
        """An operation that is done at the second look."""
        location = "/".join(target.split("/")[:4])
        name = f"{location}/operations/operation-{uuid.uuid4()}"
        self.operations[name] = {"name": name, "done": False, "metadata": {"@type": "type.googleapis.com/google.cloud.functions.v2.OperationMetadata", "target": target, "createTime": now()}}
        self.operations[name]["_work"], self.operations[name]["_looks"] = work, 0
        return self.shown(name)

    def shown(self, name):
        return {key: value for key, value in self.operations[name].items() if not key.startswith("_")}

    def look(self, name):
        operation = self.operations.get(name)
        if operation is None:
            raise Refused(404, f"operation {name} was not found")
        if not self.held:
            operation["_looks"] += 1
        if operation["_looks"] == 2 and not operation["done"]:
            done = operation["_work"]()
            error, more = done if isinstance(done, tuple) else (None, {})
            operation["done"] = True
            operation["metadata"] |= more
            target = operation["metadata"]["target"]
            if error:
                operation["error"] = error
            elif target in self.functions:
                operation["response"] = {"@type": "type.googleapis.com/google.cloud.functions.v2.Function", **self.functions[target]}
            elif target in self.services:
                operation["response"] = {"@type": "type.googleapis.com/google.cloud.run.v2.Service", **self.services[target]}
            else:
                operation["response"] = {"@type": "type.googleapis.com/google.protobuf.Empty"}
        return self.shown(name)

    # Policies

    def policy(self, full):
        return self.policies.setdefault(full, {"version": 1, "etag": base64.b64encode(os.urandom(8)).decode(), "bindings": []})

    def set_policy(self, full, policy):
        if policy.get("etag") not in (None, "", self.policy(full)["etag"]):
            raise Refused(409, "there were concurrent policy changes", "ABORTED")
        bindings = policy.get("bindings", [])
        if any(not binding.get("members") for binding in bindings):
            raise Refused(400, "a binding without members")
        self.policies[full] = {"version": 1, "etag": base64.b64encode(os.urandom(8)).decode(), "bindings": bindings}
        return self.policies[full]

    def is_public(self, service):
        return any(one["role"] == "roles/run.invoker" and "allUsers" in one["members"] for one in self.policy(service)["bindings"])

    # Logs and figures

    def log(self, resource, entry, labels=None, log="stdout"):
        with self.lock:
            self.entries.append({"timestamp": now(), "insertId": f"{len(self.entries):012x}", "logName": f"projects/tea-dev/logs/run.googleapis.com%2F{log.replace('/', '%2F')}", "resource": resource, "labels": labels or {}, **entry})

    def printed(self, parent, name, revision, text, instance, log):
        resource = {"type": "cloud_run_revision", "labels": {"service_name": name, "revision_name": revision, "location": parent.split("/")[-1], "project_id": parent.split("/")[1]}}
        self.log(resource, {"textPayload": text}, {"instanceId": instance}, log)

    def run(self, location, name, tag, method, path, headers, body):
        """Passes a call to the revision that has the traffic."""
        (service,) = [full for full in self.services if full.endswith(f"/locations/{location}/services/{name}")] or [None]
        if service is None:
            return None
        statuses = self.services[service]["trafficStatuses"]
        if tag:
            chosen = [one for one in statuses if one.get("tag") == tag]
        else:
            chosen = sorted((one for one in statuses if one.get("percent")), key=lambda one: -one["percent"])
        if not chosen:
            return None
        short = chosen[0]["revision"]
        instance = self.instances[f"{service}/revisions/{short}"]
        was_there = instance.process is not None
        begun, received = time.monotonic(), now()
        status, answered, payload = instance.ask(method, path, headers, body)
        took = time.monotonic() - begun
        trace = next((value for key, value in headers.items() if key.lower() == "x-cloud-trace-context"), "").split("/")[0]
        resource = {"type": "cloud_run_revision", "labels": {"service_name": name, "revision_name": short, "location": location, "project_id": "tea-dev"}}
        request = {"requestMethod": method, "requestUrl": f"{self.base}{path}", "status": status, "latency": f"{took:.6f}s"}
        self.log(resource, {"timestamp": received, "httpRequest": request, "trace": f"projects/tea-dev/traces/{trace}"}, {"instanceId": instance.id}, "requests")
        self.calls.append({"name": name, "location": location, "status": status, "ms": took * 1e3, "at": time.time(), "cold": not was_there})
        return status, answered, payload
