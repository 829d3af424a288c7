"""The fake as a server: who may come in, where a request goes, faults on its way, and the door of the functions
themselves, which is Cloud Run's."""

import json
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import control
import routes
import tokens
from cloud import Refused


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud, any_token = None, False
    # Whether the answer of this request is kept back.
    is_held = False

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(tokens.now() if timestamp is None else timestamp)

    def answer(self, status, body, headers=()):
        if self.is_held:
            return self.hold()
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
            return self.answer(200, control.take(self.cloud, path, json.loads(body or b"{}")))
        planted = control.came(self.command, path, url.query, self.headers)
        self.is_held = planted is not None and planted["kind"] == "hold"
        if self.is_held and not planted.get("done"):
            return self.hold()
        if not (planted is None or self.is_held or control.befall(self.cloud, planted)):
            return self.fault(planted)
        if path == "/_token":
            with control.LOCK:
                status, said = tokens.answer(body, f"http://{self.headers['Host']}/_token")
            return self.answer(status, said)
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
                self.check()
                return self.answer(200, tokens.act_as(path, json.loads(body)))
            self.check()
            work, match = routes.find(self.command, path, query)
            with control.LOCK:
                asked = json.loads(body or b"{}")
                asked = routes.named(asked) if "enum-encoding=int" in query.get("$alt", "") else asked
                # What is said may change as soon as others may go on.
                said = json.dumps(work(self.cloud, match, query, asked)).encode()
            return self.answer(200, said)
        except Refused as refused:
            return self.answer(refused.code, refused.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def token(self):
        """What came, and what the fake knows of it."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        return token, tokens.HELD.get(token)

    def check(self):
        token, held = self.token()
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
        full = f"projects/{routes.PROJECT}/locations/{location}/services/{name}"
        token, held = self.token()
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
        kept = {name: value for name, value in answered if name.lower() == "content-type" or name.lower().startswith("hearth-")}
        return self.answer(status, payload, kept)

    def version_string(self):
        return "ESF"

    def send_header(self, name, value):
        # One Server header: the base class has sent its own by now.
        if name == "Server":
            self._headers_buffer = [line for line in self._headers_buffer if not line.startswith(b"Server:")]
        super().send_header(name, value)

    def hold(self):
        """Says nothing until whoever asked is gone."""
        with control.LOCK:
            control.HOLDS[0] += 1
        self.close_connection = True
        while self.connection.recv(4096):
            pass

    def drip(self):
        """A byte now and then of an answer that would be right at its end."""
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n")
        for byte in [b" "] * 4998 + [b"{", b"}"]:
            self.wfile.write(byte)
            self.wfile.flush()
            time.sleep(0.5)

    def fault(self, planted):
        kind = planted["kind"]
        if kind == "drip":
            return self.drip()
        if kind == "status":
            return self.answer(planted["status"], planted.get("body") or Refused(planted["status"], "planted", planted.get("word") or "UNKNOWN").body, planted.get("headers", {}))
        if kind == "malformed":
            return self.answer(200, b"{\"functions\": [{\"name\": \"x\", PLANTED")
        self.close_connection = True
        if kind == "truncated":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"functions\": [")
        self.wfile.flush()
        self.connection.shutdown(2)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Whoever asked may have left, which is no news.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
