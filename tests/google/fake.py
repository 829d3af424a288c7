"""A Google on this computer, as far as Hearth asks it, for tests alone. Listens on 127.0.0.1.

    python fake.py PORT [--any-token]

Strict on purpose: unknown addresses, query parameters and tokens are refused as Google refuses them. Faults can be
planted through /_fake; see `control`. Which answers are right is not for this file to say: Google's own clients read
them (clients.py), and its own descriptions are held against them (openapi.py and Prism).
"""

import json
import os
import re
import signal
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bill import Exports
from cloud import Cloud, Refused

PROJECT, NUMBER = "tea-dev", "1234567890"
# Query parameters that Google's own clients send, and that everything takes.
COMMON = {"$alt", "alt", "fields", "prettyPrint"}
AT = r"(projects/[^/:]+/locations/([^/:]+))"

TOKENS = {}
FAULTS, SEEN = [], []
LOCK = threading.RLock()


def route(method, path, *query):
    def keep(answer):
        ROUTES.append((method, re.compile(f"/{path}$"), set(query), answer))
        return answer

    return keep


ROUTES = []


# Google's own clients send enums as numbers.
NUMBERS = {
    "environment": ["ENVIRONMENT_UNSPECIFIED", "GEN_1", "GEN_2"],
    "type": ["", "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"],
}


def named(body):
    """The same with names in the place of numbers."""
    if isinstance(body, list):
        return [named(one) for one in body]
    if not isinstance(body, dict):
        return body
    is_number = lambda name, value: name in NUMBERS and isinstance(value, int) and value < len(NUMBERS[name])
    return {name: NUMBERS[name][value] if is_number(name, value) else named(value) for name, value in body.items()}


def paged(cloud, name, items, query):
    """A page, with a token for the next one when there is more."""
    size = int(query.get("pageSize") or 100)
    first = int(query.get("pageToken") or 0)
    page = {name: items[first : first + size]}
    if first + size < len(items):
        page["nextPageToken"] = str(first + size)
    return page


def fields(body, *known):
    unknown = set(body) - set(known)
    if unknown:
        raise Refused(400, f"Invalid JSON payload received. Unknown name \"{sorted(unknown)[0]}\": Cannot find field.")


def in_location(all_of, match):
    location = match[2]
    return [one for full, one in sorted(all_of.items()) if location == "-" or f"/locations/{location}/" in full]


@route("GET", f"v2/{AT}/functions", "pageSize", "pageToken", "filter", "orderBy")
def list_functions(cloud, match, query, body):
    return paged(cloud, "functions", in_location(cloud.functions, match), query)


@route("GET", f"v1/{AT}/functions", "pageSize", "pageToken")
def list_old(cloud, match, query, body):
    return paged(cloud, "functions", in_location(cloud.old, match), query)


@route("GET", f"v2/{AT}/services", "pageSize", "pageToken", "showDeleted")
def list_services(cloud, match, query, body):
    return paged(cloud, "services", in_location(cloud.services, match), query)


@route("GET", f"v2/{AT}/services/([^/:]+)/revisions", "pageSize", "pageToken", "showDeleted")
def list_revisions(cloud, match, query, body):
    prefix = f"{match[1]}/services/{match[3]}/"
    newest = sorted((one for full, one in cloud.revisions.items() if full.startswith(prefix)), key=lambda one: one["createTime"])
    return paged(cloud, "revisions", newest[::-1], query)


@route("POST", f"v2/{AT}/functions", "functionId")
def create(cloud, match, query, body):
    return cloud.create(match[1], query.get("functionId"), body)


@route("POST", f"v2/{AT}/functions:generateUploadUrl")
def upload_url(cloud, match, query, body):
    fields(body, "kmsKeyName", "environment")
    return cloud.new_upload()


@route("GET", f"v2/({AT}/functions/[^/:]+)", "revision")
def get(cloud, match, query, body):
    if match[1] in cloud.functions:
        return cloud.functions[match[1]]
    raise Refused(404, f"Resource {match[1]} was not found")


@route("GET", f"v1/({AT}/functions/[^/:]+)", "versionId")
def get_old(cloud, match, query, body):
    if match[1] in cloud.old:
        return cloud.old[match[1]]
    raise Refused(404, f"Function {match[1]} does not exist")


@route("PATCH", f"v2/({AT}/functions/[^/:]+)", "updateMask")
def update(cloud, match, query, body):
    return cloud.update(match[1], body, [one for one in query.get("updateMask", "").split(",") if one])


@route("DELETE", f"v2/({AT}/functions/[^/:]+)")
def delete(cloud, match, query, body):
    return cloud.delete(match[1])


@route("DELETE", f"v1/({AT}/functions/[^/:]+)")
def delete_old(cloud, match, query, body):
    if match[1] not in cloud.old:
        raise Refused(404, f"Function {match[1]} does not exist")
    return {**cloud.begin(match[1], lambda: cloud.old.pop(match[1]) and None), "name": cloud_old_operation(cloud)}


def cloud_old_operation(cloud):
    """The first generation names its operations without a location."""
    name = list(cloud.operations)[-1]
    short = f"operations/{name.split('/')[-1]}"
    cloud.operations[short] = {**cloud.operations.pop(name), "name": short}
    return short


@route("GET", f"v2/({AT}/services/[^/:]+)")
def get_service(cloud, match, query, body):
    if match[1] in cloud.services:
        return cloud.services[match[1]]
    raise Refused(404, f"Resource '{match[1].split('/')[-1]}' of kind 'SERVICE' does not exist.")


@route("PATCH", f"v2/({AT}/services/[^/:]+)", "updateMask", "validateOnly", "allowMissing")
def shift(cloud, match, query, body):
    return cloud.shift(match[1], body, query.get("updateMask", "").split(","))


@route("DELETE", f"v2/({AT}/services/[^/:]+)", "etag", "validateOnly")
def delete_service(cloud, match, query, body):
    get_service(cloud, match, query, body)
    return cloud.begin(match[1], lambda: cloud.forget(match[1]))


@route("GET", f"(v1|v2)/({AT}/(?:functions|services)/[^/:]+):getIamPolicy", "options.requestedPolicyVersion")
def get_policy(cloud, match, query, body):
    there(cloud, match[2])
    return cloud.policy(match[2])


@route("POST", f"(v1|v2)/({AT}/(?:functions|services)/[^/:]+):setIamPolicy")
def set_policy(cloud, match, query, body):
    fields(body, "policy", "updateMask")
    there(cloud, match[2])
    return cloud.set_policy(match[2], body["policy"])


@route("POST", f"(v1|v2)/({AT}/(?:functions|services)/[^/:]+):testIamPermissions")
def test_resource(cloud, match, query, body):
    there(cloud, match[2])
    return {"permissions": [one for one in body["permissions"] if one not in cloud.denied]}


def there(cloud, full):
    if not any(full in all_of for all_of in (cloud.functions, cloud.services, cloud.old)):
        raise Refused(404, f"Resource {full} was not found")


@route("GET", f"v2/({AT}/operations/[^/:]+)")
def operation(cloud, match, query, body):
    return cloud.look(match[1])


@route("GET", "v1/(operations/[^/:]+)")
def old_operation(cloud, match, query, body):
    return cloud.look(match[1])


@route("GET", "v3/projects/([^/:]+)")
def project(cloud, match, query, body):
    if match[1] not in (PROJECT, NUMBER):
        raise Refused(403, f"Permission 'resourcemanager.projects.get' denied on resource 'projects/{match[1]}' (or it may not exist).")
    return {"name": f"projects/{NUMBER}", "projectId": PROJECT, "displayName": "Tea", "state": "ACTIVE", "createTime": "2026-01-01T00:00:00Z"}


@route("POST", "v3/projects/([^/:]+):testIamPermissions")
def test_project(cloud, match, query, body):
    fields(body, "permissions")
    wrong = [one for one in body["permissions"] if not re.fullmatch(r"[a-z]+(\.[A-Za-z]+){2}", one)]
    wrong += [one for one in body["permissions"] if one in cloud.unasked]
    if wrong or len(body["permissions"]) > 100:
        raise Refused(400, f"Permission {wrong} is not valid for this resource.")
    return {"permissions": [one for one in body["permissions"] if one not in cloud.denied]}


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
    return paged(cloud, "entries", found, body)


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


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud, any_token = None, False

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=UTF-8", **dict(headers)}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urllib.parse.unquote(url.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        if path.startswith("/_fake/"):
            return self.answer(200, control(self.cloud, path, json.loads(body or b"{}")))
        if path == "/_token":
            import tokens
            with LOCK:
                status, said = tokens.answer(body, TOKENS, f"http://{self.headers['Host']}/_token")
            return self.answer(status, said)
        with LOCK:
            SEEN.append({"method": self.command, "path": path, "query": url.query, "headers": {name.lower(): value for name, value in self.headers.items()}})
            planted = next((one for one in FAULTS if one["method"] in ("*", self.command) and re.search(one["path"], path)), None)
            if planted is not None:
                planted["times"] -= 1
                if planted["times"] <= 0:
                    FAULTS.remove(planted)
                return self.fault(planted)
        if path.startswith("/_run/"):
            return self.run(path, url.query, body)
        try:
            if path.startswith("/_upload/"):
                if self.headers.get("Authorization"):
                    raise Refused(400, "a signed address takes no token")
                if self.command != "PUT" or self.headers.get("Content-Type") != "application/zip":
                    raise Refused(403, "the signature is of a PUT of application/zip")
                self.cloud.put(path.split("/")[-1], body)
                return self.answer(200, b"")
            if path.startswith("/_iam/"):
                import tokens
                self.check()
                return self.answer(200, tokens.act_as(path, json.loads(body), TOKENS))
            self.check()
            found = next(((one, match) for one in ROUTES if one[0] == self.command and (match := one[1].match(path))), None)
            if found is None:
                raise Refused(404, f"{self.command} {path} is nowhere")
            (_, _, known, work), match = found
            unknown = set(query) - known - COMMON
            if unknown:
                raise Refused(400, f"Invalid JSON payload received. Unknown name \"{sorted(unknown)[0]}\": Cannot bind query parameter.")
            with LOCK:
                asked = json.loads(body or b"{}")
                asked = named(asked) if "enum-encoding=int" in query.get("$alt", "") else asked
                return self.answer(200, work(self.cloud, match, query, asked))
        except Refused as refused:
            return self.answer(refused.code, refused.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def check(self):
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        held = TOKENS.get(token)
        if self.any_token and token == "hearth":
            return
        if held is None or held["kind"] != "access":
            # As a careless server would, it quotes what it was given.
            raise Refused(401, f"Request had invalid authentication credentials: {token}")
        if held.get("quota") and self.headers.get("X-Goog-User-Project") != held["quota"]:
            raise Refused(403, "Your application is authenticating by using local Application Default Credentials. The API requires a quota project, which is not set by default.")

    def run(self, path, query, body):
        """A call of a function, behind the same door as Cloud Run's."""
        _, _, location, name, *rest = path.split("/")
        name, _, tag = name.partition("~")
        full = f"projects/{PROJECT}/locations/{location}/services/{name}"
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        held = TOKENS.get(token)
        is_known = held is not None and held["kind"] == "identity" and held["audience"] in ("*", f"http://{self.headers['Host']}")
        if not (self.cloud.is_public(full) or is_known or (self.any_token and not token)):
            page = b"<html><title>403 Forbidden</title>Your client does not have permission to get URL / from this server.</html>"
            return self.answer(403 if not token else 401, page, {"Content-Type": "text/html; charset=UTF-8", "Server": "Google Frontend"})
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "authorization", "content-length", "connection")}
        target = "/" + "/".join(rest) + (f"?{query}" if query else "")
        came = self.cloud.run(location, name, tag, self.command, target, headers, body)
        if came is None:
            return self.answer(404, b"<html>404</html>", {"Content-Type": "text/html", "Server": "Google Frontend"})
        status, answered, payload = came
        kept = {name: value for name, value in answered if name.lower() in ("content-type", "hearth-function-error")}
        return self.answer(status, payload, kept)

    def version_string(self):
        return "ESF"

    def send_header(self, name, value):
        # One Server header: the base class has sent its own by now.
        if name == "Server":
            self._headers_buffer = [line for line in self._headers_buffer if not line.startswith(b"Server:")]
        super().send_header(name, value)

    def fault(self, planted):
        kind = planted["kind"]
        if kind == "status":
            return self.answer(planted["status"], planted.get("body") or Refused(planted["status"], "planted", planted.get("word") or "UNKNOWN").body, planted.get("headers", {}))
        if kind == "malformed":
            return self.answer(200, b"{\"functions\": [{\"name\": \"x\", PLANTED")
        self.close_connection = True
        if kind == "truncated":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"functions\": [")
        self.wfile.flush()
        self.connection.shutdown(2)


def control(cloud, path, body):
    """What a test plants and looks at."""
    with LOCK:
        if path == "/_fake/fault":
            FAULTS.append({"method": "*", "times": 1, **body})
        elif path == "/_fake/clear":
            FAULTS.clear()
        elif path == "/_fake/seen":
            seen = list(SEEN)
            SEEN.clear()
            return seen
        elif path == "/_fake/hold":
            cloud.held = body["hold"]
        elif path == "/_fake/build":
            cloud.failing = body.get("problem")
        elif path == "/_fake/deny":
            cloud.denied, cloud.unasked = set(body["permissions"]), set(body.get("unasked", []))
        elif path == "/_fake/tokens":
            import tokens
            tokens.prepare(body)
        elif path == "/_fake/call":
            cloud.calls.append(body)
        elif path == "/_fake/export":
            cloud.exports.plant(body)
        elif path == "/_fake/questions":
            return cloud.exports.questions
        elif path == "/_fake/revoke":
            TOKENS.clear()
        elif path == "/_fake/keep":
            kept = {"service": cloud.services, "old": cloud.old}[body["kind"]]
            kept[body["value"]["name"]] = body["value"]
        else:
            raise Refused(404, path)
    return {}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Whoever asked may have left, which is no news.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    port = int(sys.argv[1])
    Handler.any_token = "--any-token" in sys.argv
    Handler.cloud = cloud = Cloud(f"http://127.0.0.1:{port}")
    cloud.exports = Exports()
    server = Server(("127.0.0.1", port), Handler)

    def end(*_):
        # Processes of functions end with this one.
        cloud.close()
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Whoever started this one holds its standard input: when that ends, so does this.
    try:
        while sys.stdin.buffer.read(1):
            pass
    finally:
        end()


if __name__ == "__main__":
    main()
