"""A strict fake of Azure on a free port of 127.0.0.1: Resource Manager, deployment hosts, apps that really run, logs, and
the exchange of tokens. The `Host` header says which host of Azure is meant.

What it takes is held against Microsoft's own types (strict.py), and Microsoft's own clients are driven through it by
judge.py, so that it is not shaped after Hearth. `python fake.py` prints its address as JSON and serves until its
standard input ends.
"""

import http.server
import json
import re
import socket
import sys
import threading
import urllib.parse
import uuid

import manager
import sites
from state import TOKENS, Refused, State

STATE = State()


class Call:
    """One request."""

    def __init__(self, handler, raw):
        parsed = urllib.parse.urlsplit(handler.path)
        self.method, self.full, self.path = handler.command, handler.path, urllib.parse.unquote(parsed.path)
        self.query = urllib.parse.parse_qs(parsed.query, keep_blank_values=True)
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.host = self.headers.get("host", "")
        self.base = f"http://127.0.0.1:{handler.server.server_port}"
        self.raw, self.body = raw, None
        if self.headers.get("content-type", "").startswith("application/json") and raw:
            self.body = json.loads(raw)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_one(self):
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        call = Call(self, raw)
        if call.path.startswith("/_fake/"):
            return self.tell(*ordered(call))
        with STATE.lock:
            STATE.seen.append({"method": call.method, "host": call.host, "path": call.full})
            fault = next((one for one in STATE.faults if applies(one, call)), None)
            if fault:
                fault["times"] -= 1
                return self.fail(fault)
            try:
                return self.tell(*route(call))
            except Refused as refused:
                error = {"error": {"code": refused.code, "message": str(refused)}}
                return self.tell(refused.status, {"x-ms-request-id": str(uuid.uuid4()), **refused.headers}, error)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def tell(self, status, headers, document):
        body = b"" if document is None else document
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers = {"content-type": "application/json; charset=utf-8", **headers}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def fail(self, fault):
        """A fault as a test ordered it."""
        kind = fault["kind"]
        if kind == "cut":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif kind == "truncated":
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "4000")
            self.end_headers()
            self.wfile.write(b'{"value": [{"id": "PLANTED')
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif kind == "malformed":
            self.tell(200, {"content-type": "application/json"}, b'{"value": [PLANTED}')
        elif kind == "operation":
            name = STATE.begin(1)
            STATE.operations[name]["error"] = fault["error"]
            where = f"http://127.0.0.1:{self.server.server_port}/operations/{name}?api-version=2025-05-01"
            self.tell(202, {"Azure-AsyncOperation": where, "Retry-After": "0"}, None)
        else:
            self.tell(fault["status"], {"x-ms-request-id": "r-1", **fault.get("headers", {})}, fault.get("body"))


def applies(fault, call):
    return fault["times"] > 0 and re.search(fault["match"], f"{call.method} {call.path}", re.I)


def ordered(call):
    """What a test says to the fake itself."""
    with STATE.lock:
        if call.path == "/_fake/fault":
            STATE.faults.append({"times": 1, **call.body})
        elif call.path == "/_fake/hold":
            STATE.held = call.body["hold"]
        elif call.path == "/_fake/well":
            STATE.faults.clear()
        elif call.path == "/_fake/seen":
            return 200, {}, STATE.seen
        elif call.path == "/_fake/settings":
            return 200, {}, {key.rsplit("/", 1)[-1]: values for key, values in STATE.settings.items()}
    return 200, {}, {}


def route(call):
    if re.fullmatch(r"/[^/]+/oauth2/v2\.0/token", call.path):
        return sign_in(call)
    if not call.host.startswith("127.0.0.1"):
        if call.host == "api.loganalytics.io":
            authorised(call)
            return sites.logs_host(STATE, call)
        if ".scm." in call.host:
            authorised(call)
            return sites.deployment_host(STATE, call)
        return sites.app_host(STATE, call)
    if call.path.startswith("/api/deployments"):
        raise Refused(404, "NotFound", "a deployment is asked for at its own host")
    authorised(call)
    if sites.handles(call.path):
        return sites.serve(STATE, call)
    return manager.manage(STATE, call)


def authorised(call):
    token = call.headers.get("authorization", "")
    if not token.startswith("Bearer "):
        raise Refused(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    if token.removeprefix("Bearer ") not in TOKENS:
        raise Refused(401, "InvalidAuthenticationToken", "The access token is invalid.")


def sign_in(call):
    form = urllib.parse.parse_qs(call.raw.decode())
    if form.get("grant_type") != ["client_credentials"] or not form.get("scope", [""])[0].endswith("/.default"):
        return 400, {}, {"error": "invalid_request", "error_description": "AADSTS900144: a part is missing"}
    secret = form["client_secret"][0]
    if not secret.endswith("-good"):
        words = f"AADSTS7000215: Invalid client secret provided: {secret}\r\nTrace ID: x"
        return 401, {}, {"error": "invalid_client", "error_description": words}
    token = f"PLANTED-token-{uuid.uuid4().hex}"
    TOKENS.add(token)
    return 200, {}, {"token_type": "Bearer", "expires_in": 3599, "access_token": token}


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    sys.stdin.read()
    STATE.end()


if __name__ == "__main__":
    main()
