"""AWS IAM Identity Center on this computer: sso-oidc's device flow and the part of sso that hands out keys of a role, and
sts's word on who these keys are of, and ecs's that there are no clusters.

No emulator serves these two. What is asked is held against botocore's own description of the services: an unknown or
missing name is refused. Whoever tests it says what the person on the page does. Everything secret that it hands out has
PLANTED in it.

  sso.py [PORT]      prints its address and serves until it is ended

  POST /_person {"does": "allow" | "refuse" | "sleep"}   what the person does with every code from now on
  POST /_say {"slow": 1, "fail": 1, "quote": 1, "codeSeconds": 60, "tokenSeconds": 28800}
  GET /_seen         what was asked, without secrets
  GET /device        the page; its button allows its code
"""

import json
import secrets
import sys
import time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlparse

from botocore.session import get_session
from botocore.validate import ParamValidator

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
OIDC = get_session().get_service_model("sso-oidc")
OPERATIONS = {
    "/client/register": "RegisterClient",
    "/device_authorization": "StartDeviceAuthorization",
    "/token": "CreateToken",
}
# What AWS's other service says of whoever signs with the keys of the role.
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::111122223333:assumed-role/Look/judge</Arn><UserId>AROA:judge</UserId><Account>111122223333</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>judge</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""
# What AWS hands out is not known to the second either; a loaded computer may be late, never early.
SLACK = 0.05


class Refused(Exception):
    def __init__(self, code, error, text, status=400):
        super().__init__(code)
        self.code, self.error, self.text, self.status = code, error, text, status


class Cloud:
    def __init__(self):
        self.lock = Lock()
        self.clients, self.devices, self.tokens, self.refresh = {}, {}, set(), {}
        self.seen, self.person = [], "sleep"
        self.says = {"slow": 0, "fail": 0, "quote": 0, "codeSeconds": 600, "tokenSeconds": 28800}
        self.interval = 1

    def registered(self, body):
        client = self.clients.get(body["clientId"])
        if client is None or client["secret"] != body["clientSecret"]:
            raise Refused("InvalidClientException", "invalid_client", "Invalid client", 401)
        return client

    def register_client(self, body):
        if body["clientType"] != "public":
            raise Refused("InvalidClientMetadataException", "invalid_client_metadata", "Invalid client type")
        name, secret, now = "client-" + secrets.token_hex(8), "PLANTED-client-" + secrets.token_hex(16), int(time.time())
        self.clients[name] = {"secret": secret, "scopes": body.get("scopes", []), "grants": body.get("grantTypes", [])}
        return {
            "clientId": name,
            "clientSecret": secret,
            "clientIdIssuedAt": now,
            "clientSecretExpiresAt": now + 90 * 86400,
        }

    def start_device_authorization(self, body):
        self.registered(body)
        if not body["startUrl"].startswith("https://corp.awsapps.com/start"):
            raise Refused("InvalidRequestException", "invalid_request", "Invalid start url provided")
        device, letters = "PLANTED-device-" + secrets.token_hex(16), "BCDFGHJKLMNPQRSTVWXZ"
        code = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(2))
        page = f"{self.url}/device"
        self.devices[device] = {
            "client": body["clientId"],
            "code": code,
            "until": time.time() + self.says["codeSeconds"],
            "interval": self.interval,
            "last": time.time(),
            "person": None,
            "used": False,
        }
        return {
            "deviceCode": device,
            "userCode": code,
            "verificationUri": page,
            "verificationUriComplete": f"{page}?user_code={code}",
            "expiresIn": self.says["codeSeconds"],
            "interval": self.interval,
        }

    def create_token(self, body):
        client = self.registered(body)
        if self.says["fail"]:
            self.says["fail"] -= 1
            raise Refused("InternalServerException", "server_error", "Try again", 500)
        if self.says["quote"]:
            quoted = f"no such grant: {body['clientSecret']} {body.get('deviceCode')}"
            raise Refused("InvalidGrantException", "invalid_grant", quoted)
        if body["grantType"] == "refresh_token":
            if self.refresh.get(body.get("refreshToken")) != body["clientId"]:
                raise Refused("InvalidGrantException", "invalid_grant", "Invalid refresh token")
            return self.token(body["clientId"], client)
        if body["grantType"] != DEVICE:
            raise Refused("UnsupportedGrantTypeException", "unsupported_grant_type", "Unsupported grant type")
        device = self.devices.get(body.get("deviceCode"))
        if device is None or device["client"] != body["clientId"] or device["used"]:
            raise Refused("InvalidGrantException", "invalid_grant", "Invalid device code")
        now, last = time.time(), device["last"]
        device["last"] = now
        if now >= device["until"]:
            raise Refused("ExpiredTokenException", "expired_token", "Device code has expired")
        too_fast = now - last < device["interval"] - SLACK
        if too_fast or self.says["slow"]:
            self.says["slow"] = max(0, self.says["slow"] - 1)
            device["interval"] += 5
            self.seen[-1]["tooFast"] = too_fast
            raise Refused("SlowDownException", "slow_down", "Slow down")
        does = device["person"] or self.person
        if does == "refuse":
            raise Refused("AccessDeniedException", "access_denied", "The person refused", 400)
        if does != "allow":
            raise Refused("AuthorizationPendingException", "authorization_pending", "Authorization is pending")
        device["used"] = True
        return self.token(body["clientId"], client)

    def token(self, name, client):
        access = "PLANTED-access-" + secrets.token_hex(32)
        self.tokens.add(access)
        given = {"accessToken": access, "tokenType": "Bearer", "expiresIn": self.says["tokenSeconds"]}
        # Only who asked for the scope may have a token renewed.
        if "sso:account:access" in client["scopes"]:
            given["refreshToken"] = "PLANTED-refresh-" + secrets.token_hex(32)
            self.refresh[given["refreshToken"]] = name
        return given

    def role_credentials(self, query, bearer):
        if bearer not in self.tokens:
            raise Refused("UnauthorizedException", None, "Session token not found or invalid", 401)
        return {
            "roleCredentials": {
                "accessKeyId": "ASIAPLANTEDROLE",
                "secretAccessKey": "PLANTED-role-" + secrets.token_hex(16),
                "sessionToken": "PLANTED-session-" + query["role_name"][0] + query["account_id"][0],
                "expiration": int(time.time() * 1000) + 3_600_000,
            }
        }


CLOUD = Cloud()


def checked(operation, body):
    """What botocore's description does not have is refused, as what it asks for and does not find."""
    shape = OIDC.operation_model(operation).input_shape
    report = ParamValidator().validate(body, shape)
    unknown = sorted(set(body) - set(shape.members))
    if report.has_errors() or unknown:
        raise Refused("InvalidRequestException", "invalid_request", f"{report.generate_report()} {unknown}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=(), kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(data))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, refused):
        if refused.error is None:
            body = {"message": refused.text}
        else:
            # AWS says it by other names than its other services do; whoever reads `message` must not show it either.
            body = {"error": refused.error, "error_description": refused.text, "message": refused.text}
        self.answer(refused.status, body, [("x-amzn-ErrorType", refused.code)])

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlparse(self.path).path
        with CLOUD.lock:
            if path == "/_person":
                CLOUD.person = json.loads(body)["does"]
                return self.answer(200, {})
            if path == "/_say":
                CLOUD.says.update(json.loads(body))
                return self.answer(200, {})
            if path == "/device":
                code = parse_qs(body.decode()).get("user_code", [""])[0]
                for device in CLOUD.devices.values():
                    if device["code"] == code:
                        device["person"] = "allow"
                        return self.answer(200, "<title>Allowed</title><h1>Request approved</h1>", kind="text/html")
                return self.answer(404, "<h1>No such code</h1>", kind="text/html")
            if path == "/" and b"Action=GetCallerIdentity" in body:
                signed = "ASIAPLANTEDROLE" in self.headers.get("Authorization", "")
                return self.answer(200 if signed else 403, IDENTITY if signed else "<ErrorResponse/>", kind="text/xml")
            if self.headers.get("X-Amz-Target", "").endswith(".ListClusters"):
                return self.answer(200, {"clusterArns": []}, kind="application/x-amz-json-1.1")
            operation = OPERATIONS.get(path)
            if operation is None:
                return self.answer(404, {"message": f"no {path}"})
            asked = json.loads(body)
            names = {name: value for name, value in asked.items() if name in ("clientName", "scopes", "startUrl", "grantType")}
            note = {"operation": operation, "signed": "authorization" in {name.lower() for name in self.headers}, **names}
            CLOUD.seen.append(note)
            try:
                checked(operation, asked)
                said = {
                    "RegisterClient": CLOUD.register_client,
                    "StartDeviceAuthorization": CLOUD.start_device_authorization,
                    "CreateToken": CLOUD.create_token,
                }[operation](asked)
                note["said"] = "ok"
            except Refused as refused:
                note["said"] = refused.code
                return self.refuse(refused)
            self.answer(200, said)

    def do_GET(self):
        url = urlparse(self.path)
        with CLOUD.lock:
            if url.path == "/_seen":
                return self.answer(200, CLOUD.seen)
            if url.path == "/device":
                code = escape(parse_qs(url.query).get("user_code", [""])[0])
                page = (
                    f"<title>Sign in</title><h1>{code}</h1><form method=post>"
                    f"<input name=user_code value='{code}'><button>Confirm and continue</button></form>"
                )
                return self.answer(200, page, kind="text/html")
            if url.path == "/federation/credentials":
                CLOUD.seen.append({"operation": "GetRoleCredentials"})
                try:
                    said = CLOUD.role_credentials(parse_qs(url.query), self.headers.get("x-amz-sso_bearer_token"))
                except Refused as refused:
                    return self.refuse(refused)
                return self.answer(200, said)
            self.answer(404, {"message": f"no {url.path}"})


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
CLOUD.url = f"http://127.0.0.1:{server.server_address[1]}"
print(CLOUD.url, flush=True)
server.serve_forever()
