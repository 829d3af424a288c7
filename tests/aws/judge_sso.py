"""botocore as a judge of signing in to IAM Identity Center. Prints what it saw as one JSON document, without secrets.

  judge_sso.py flow URL        botocore's client goes through the device flow at URL, which its description of AWS reads
  judge_sso.py token PROFILE   botocore's own provider reads the token that was kept for a profile, and renews it if it must
  judge_sso.py keys PROFILE    botocore gets keys of the profile's role with that token
"""

import hashlib
import json
import os
import sys
import time
import urllib.request
from datetime import datetime, timezone

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session
from botocore.tokens import SSOTokenProvider

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def say(url, path, **what):
    urllib.request.urlopen(urllib.request.Request(url + path, json.dumps(what).encode(), method="POST")).read()


def flow(url):
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    client = Session().create_client("sso-oidc", region_name="us-east-1", endpoint_url=url, config=config)
    registered = client.register_client(
        clientName="judge", clientType="public", scopes=["sso:account:access"], grantTypes=[DEVICE, "refresh_token"]
    )
    who = {"clientId": registered["clientId"], "clientSecret": registered["clientSecret"]}
    begun = client.start_device_authorization(startUrl="https://corp.awsapps.com/start", **who)

    def ask(**more):
        try:
            given = client.create_token(grantType=DEVICE, **(who | {"deviceCode": begun["deviceCode"]} | more))
        except ClientError as error:
            # The error is one that botocore's description names, else there is no such class.
            return type(error).__name__
        return sorted(set(given) - {"ResponseMetadata"})

    seen = {"begun": sorted(set(begun) - {"ResponseMetadata"}), "registered": sorted(set(registered) - {"ResponseMetadata"})}
    seen["tooFast"] = ask()
    time.sleep(6.2)
    seen["pending"] = ask()
    say(url, "/_person", does="refuse")
    time.sleep(6.2)
    seen["refused"] = ask()
    say(url, "/_person", does="allow")
    time.sleep(6.2)
    seen["allowed"] = ask()
    seen["again"] = ask()
    seen["stranger"] = ask(clientSecret="wrong")
    say(url, "/_say", codeSeconds=1)
    late = client.start_device_authorization(startUrl="https://corp.awsapps.com/start", **who)
    time.sleep(1.2)
    seen["late"] = ask(deviceCode=late["deviceCode"])
    try:
        client.start_device_authorization(startUrl="https://nobody.awsapps.com/start", **who)
    except ClientError as error:
        seen["unknown"] = type(error).__name__
    return seen


def token(profile):
    session = Session(profile=profile)
    # The session's own provider is asked too, which is the one that its clients use.
    found = SSOTokenProvider(session).load_token().get_frozen_token()
    session_name = session.full_config["profiles"][profile]["sso_session"]
    name = hashlib.sha1(session_name.encode()).hexdigest()
    with open(os.path.expanduser(f"~/.aws/sso/cache/{name}.json")) as file:
        kept = json.load(file)["accessToken"] == found.token
    left = (found.expiration - datetime.now(timezone.utc)).total_seconds()
    same = session.get_auth_token().get_frozen_token().token == found.token
    return {"kept": kept, "same": same, "left": left}


def keys(profile):
    found = Session(profile=profile).get_credentials().get_frozen_credentials()
    return {"accessKey": found.access_key, "method": Session(profile=profile).get_credentials().method}


print(json.dumps({"flow": flow, "token": token, "keys": keys}[sys.argv[1]](*sys.argv[2:])))
