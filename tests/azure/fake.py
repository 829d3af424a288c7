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
import time
import urllib.parse
import uuid

import manager
import many
import sites
from state import ENDED, TOKENS, Refused, State

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

    def date_time_string(self, timestamp=None):
        return super().date_time_string(time.time() + STATE.ahead_s if timestamp is None else timestamp)

    def handle_one(self):
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        call = Call(self, raw)
        if call.path.startswith("/_fake/"):
            return self.tell(*ordered(call))
        with STATE.lock:
            STATE.seen.append({"method": call.method, "host": call.host, "path": call.full})
            fault = next((one for one in STATE.faults if applies(one, call)), None)
            kind = fault and fault["kind"]
            if fault:
                fault["times"] -= 1
            if kind == "vanish":
                STATE.drop(fault["path"])
            elif kind == "revoke":
                STATE.revoke(fault.get("open", False))
            elif kind not in (None, "hold", "drip"):
                return self.fail(fault)
            if kind != "drip" and (kind != "hold" or fault.get("done")):
                said = self.work(call)
                if kind != "hold":
                    return self.tell(*said)
            STATE.holds += kind == "hold"
        # Others go on meanwhile.
        return self.drip() if kind == "drip" else self.hold()

    def work(self, call):
        try:
            return route(call)
        except Refused as refused:
            error = {"error": {"code": refused.code, "message": str(refused)}}
            return refused.status, {"x-ms-request-id": str(uuid.uuid4()), **refused.headers}, error

    def hold(self):
        """Says nothing until whoever asked is gone."""
        self.close_connection = True
        while self.connection.recv(4096):
            pass

    def drip(self):
        """A byte now and then of an answer that would be right at its end."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "5000")
        self.end_headers()
        for byte in b'{"value": []}'.rjust(5000):
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.5)

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


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Whoever asked may have left, which is no news.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def applies(fault, call):
    """Whether a fault is of this request; what it matches in the query is `query`."""
    asked = urllib.parse.unquote(urllib.parse.urlsplit(call.full).query)
    is_it = re.search(fault["match"], f"{call.method} {call.path}", re.I) and re.search(fault.get("query", ""), asked)
    return fault["times"] > 0 and is_it


def ordered(call):
    """What a test says to the fake itself."""
    with STATE.lock:
        if call.path == "/_fake/fault":
            STATE.faults.append({"times": 1, **call.body})
        elif call.path == "/_fake/hold":
            STATE.held = call.body["hold"]
        elif call.path == "/_fake/well":
            STATE.faults.clear()
        elif call.path == "/_fake/holds":
            return 200, {}, STATE.holds
        elif call.path == "/_fake/many":
            many.fill(STATE, **call.body)
        elif call.path == "/_fake/vanish":
            STATE.drop(call.body["path"])
        elif call.path == "/_fake/clock":
            STATE.ahead_s = call.body["ahead_s"]
        elif call.path == "/_fake/revoke":
            STATE.revoke()
        elif call.path == "/_fake/sign_in":
            STATE.is_open = True
            TOKENS.update(call.body.get("tokens", []))
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
    if token.removeprefix("Bearer ") in ENDED - TOKENS:
        words = "The access token expiry UTC time '1/1/2026 0:00:00 AM' is earlier than current UTC time."
        raise Refused(401, "ExpiredAuthenticationToken", words)
    if token.removeprefix("Bearer ") not in TOKENS:
        raise Refused(401, "InvalidAuthenticationToken", "The access token is invalid.")


def sign_in(call):
    form = urllib.parse.parse_qs(call.raw.decode())
    if form.get("grant_type") != ["client_credentials"] or not form.get("scope", [""])[0].endswith("/.default"):
        return 400, {}, {"error": "invalid_request", "error_description": "AADSTS900144: a part is missing"}
    secret = form["client_secret"][0]
    if not STATE.is_open:
        words = "AADSTS7000222: The provided client secret keys for app 'c-1' are expired.\r\nTrace ID: x"
        return 401, {}, {"error": "invalid_client", "error_description": words}
    if not secret.endswith("-good"):
        words = f"AADSTS7000215: Invalid client secret provided: {secret}\r\nTrace ID: x"
        return 401, {}, {"error": "invalid_client", "error_description": words}
    token = f"PLANTED-token-{uuid.uuid4().hex}"
    TOKENS.add(token)
    return 200, {}, {"token_type": "Bearer", "expires_in": 3599, "access_token": token}


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    sys.stdin.read()
    STATE.end()


if __name__ == "__main__":
    main()
