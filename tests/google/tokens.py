"""The token endpoint of the fake: takes a refresh token that a test planted, or a statement that a service account
signed, which Google's own library for Python (google-auth) checks."""

import contextlib
import datetime
import json
import time
import urllib.parse
import uuid

PLANTED = {}
# How far this Google's clock is ahead of the computer's.
CLOCK = {"ahead_s": 0}
# What was given out: which kind a token is of, and for whom.
HELD = {}


def prepare(body):
    """`refresh_token`, `client_secret`, `certificate` (a public key in PEM), `quota`, `expired`."""
    PLANTED.clear()
    PLANTED.update(body)


def now():
    """This Google's time, in seconds since 1970."""
    return time.time() + CLOCK["ahead_s"]


@contextlib.contextmanager
def by_own_clock():
    """Has Google's library look at this Google's clock."""
    from google.auth import _helpers
    of_computer = _helpers.utcnow
    _helpers.utcnow = lambda: of_computer() + datetime.timedelta(seconds=CLOCK["ahead_s"])
    try:
        yield
    finally:
        _helpers.utcnow = of_computer


def issue(kind, **more):
    token = f"ya29.PLANTED-{uuid.uuid4().hex}" if kind == "access" else f"eyPLANTED.{uuid.uuid4().hex}.x"
    HELD[token] = {"kind": kind, **more}
    return token


def answer(body, own):
    form = dict(urllib.parse.parse_qsl(body.decode()))
    if PLANTED.get("expired"):
        return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    grant = form.get("grant_type")
    if grant == "refresh_token":
        right = form.get("refresh_token") == PLANTED.get("refresh_token") and form.get("client_secret") == PLANTED.get("client_secret")
        if not right:
            return 401, {"error": "invalid_client", "error_description": f"no such client: {form.get('client_secret')}"}
        access = issue("access", quota=PLANTED.get("quota"))
        # A person's token is for the tool that signed in.
        return 200, {"access_token": access, "id_token": issue("identity", audience="*"), "expires_in": 3599, "token_type": "Bearer"}
    if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
        from google.auth import jwt
        try:
            with by_own_clock():
                claims = jwt.decode(form["assertion"], certs=PLANTED["certificate"].encode(), audience=own)
        except Exception as error:  # google-auth says what is wrong with it.
            if "too early" in str(error) or "Token expired" in str(error):
                error = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."
                return 400, {"error": "invalid_grant", "error_description": error}
            return 400, {"error": "invalid_grant", "error_description": f"{type(error).__name__}: {error}"}
        if "target_audience" in claims:
            return 200, {"id_token": issue("identity", audience=claims["target_audience"])}
        if claims.get("scope") != "https://www.googleapis.com/auth/cloud-platform":
            return 400, {"error": "invalid_scope", "error_description": "no scope"}
        return 200, {"access_token": issue("access"), "expires_in": 3599, "token_type": "Bearer"}
    return 400, {"error": "unsupported_grant_type"}


def act_as(path, body):
    """The token of another service account, for one who may act as it."""
    if path.endswith(":generateAccessToken") and body["scope"] == ["https://www.googleapis.com/auth/cloud-platform"]:
        return {"accessToken": issue("access"), "expireTime": "2030-01-01T00:00:00Z"}
    return {"token": issue("identity", audience=body["audience"])}


if __name__ == "__main__":
    # A key pair for a test: the private one as Google's files hold it, and the public one.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    print(json.dumps({"private": private.decode(), "public": public.decode()}))
