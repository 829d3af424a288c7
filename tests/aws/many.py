"""ministack with thousands of functions in it, and a count of how often it was asked for lists of them.

Somebody else's server answers; what is put in by hand is only what creating each function over HTTP, in minutes, would
have put there. Runs with the Python of ministack: `many.py REGIONS EACH`, with ministack's own variables for the rest.
`GET /_many/lists` answers `{region: number of list requests}`, and `/_many/reset` begins to count anew.
"""

import collections
import json
import re
import sys

import ministack.app as gateway
from ministack.services import lambda_svc

ACCOUNT = "000000000000"
LIST = re.compile(r"^/2015-03-31/functions/?$")
REGION = re.compile(r"Credential=[^/]+/\d+/([a-z0-9-]+)/")
RUNTIMES = ("python3.12", "nodejs22.x", "provided.al2023")


def fill(regions, each):
    for region in regions:
        for number in range(each):
            name = f"{('orders', 'thumbnails', 'mail', 'reports')[number % 4]}-{number:04}"
            config = lambda_svc._build_config(name, {
                "Runtime": RUNTIMES[number % len(RUNTIMES)],
                "Role": f"arn:aws:iam::{ACCOUNT}:role/many",
                "Handler": "app.handler",
                "MemorySize": 128 << (number % 4),
                "Timeout": 10,
            }, b"PK")
            config = json.loads(re.sub(r"(arn:aws:lambda:)[a-z0-9-]+:", rf"\g<1>{region}:", json.dumps(config)))
            config.update(State="Active", LastUpdateStatus="Successful")
            lambda_svc._functions._data[(ACCOUNT, region, name)] = {
                "config": config, "code_zip": b"PK", "versions": {}, "next_version": 1, "tags": {}, "aliases": {},
                "policy": {"Version": "2012-10-17", "Id": "default", "Statement": []}, "concurrency": None,
                "event_invoke_config": None, "event_invoke_configs": {}, "provisioned_concurrency": {},
                "s3_object_storage_mode": None, "source_kms_key_arn": None, "s3_object_ref": None,
                "architectures_declared": False,
            }


def counting(app):
    lists = collections.Counter()

    async def counted(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        if scope["path"].startswith("/_many/"):
            body = json.dumps(lists).encode()
            if scope["path"].endswith("/reset"):
                lists.clear()
            await send({"type": "http.response.start", "status": 200,
                        "headers": [(b"content-type", b"application/json")]})
            return await send({"type": "http.response.body", "body": body})
        if scope["method"] == "GET" and LIST.match(scope["path"]):
            signed = dict(scope["headers"]).get(b"authorization", b"").decode("latin1")
            found = REGION.search(signed)
            lists[found.group(1) if found else "unsigned"] += 1
        await app(scope, receive, send)

    return counted


def main():
    regions, each = sys.argv[1].split(","), int(sys.argv[2])
    fill(regions, each)
    gateway.app = counting(gateway.app)
    # ministack reads its own arguments.
    del sys.argv[1:]
    gateway.main()


if __name__ == "__main__":
    main()
