"""What a test plants in the fake and looks at, through /_fake: faults of the next requests, which requests came, and
what the project holds, refuses or is slow with."""

import re
import threading

import many
import tokens
from cloud import Refused

FAULTS, SEEN = [], []
# How many requests were held, with what they asked done if it was to be.
HOLDS = [0]
# One request at a time changes what is planted or held.
LOCK = threading.RLock()


def came(method, path, query, headers):
    """Notes a request, and hands back the fault that is planted for it."""
    with LOCK:
        SEEN.append({"method": method, "path": path, "query": query, "headers": {name.lower(): value for name, value in headers.items()}})
        planted = next((one for one in FAULTS if one["method"] in ("*", method) and re.search(one["path"], path) and re.search(one["query"], query)), None)
        if planted is not None:
            planted["times"] -= 1
            if planted["times"] <= 0:
                FAULTS.remove(planted)
        return planted


def befall(cloud, planted):
    """What happens at the moment of a request, which is then answered as it must be; whether it was that."""
    if planted["kind"] == "vanish":
        with LOCK:
            cloud.vanish(planted["name"])
    elif planted["kind"] == "revoke":
        with LOCK:
            tokens.HELD.clear()
            # The sign-in itself, or only the tokens that were given.
            tokens.PLANTED["expired"] = planted.get("sign_in", True)
    else:
        return False
    return True


def take(cloud, path, body):
    """What a test asks for."""
    with LOCK:
        if path == "/_fake/fault":
            FAULTS.append({"method": "*", "query": "", "times": 1, **body})
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
        elif path == "/_fake/holds":
            return HOLDS[0]
        elif path == "/_fake/many":
            many.fill(cloud, **body)
        elif path == "/_fake/vanish":
            cloud.vanish(body["name"])
        elif path == "/_fake/clock":
            tokens.CLOCK["ahead_s"] = body["ahead_s"]
        elif path == "/_fake/tokens":
            tokens.prepare(body)
        elif path == "/_fake/call":
            cloud.calls.append(body)
        elif path == "/_fake/export":
            cloud.exports.plant(body)
        elif path == "/_fake/questions":
            return cloud.exports.questions
        elif path == "/_fake/revoke":
            tokens.HELD.clear()
        elif path == "/_fake/keep":
            kept = {"service": cloud.services, "old": cloud.old}[body["kind"]]
            kept[body["value"]["name"]] = body["value"]
        else:
            raise Refused(404, path)
    return {}
