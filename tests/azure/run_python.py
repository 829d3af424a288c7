"""Runs a Python app on Microsoft's own `azure-functions`, without the host that nobody may have here.

Lines of JSON come in and go out: first the functions that the library finds, then an answer for each request.
"""

import inspect
import json
import sys
import types
import uuid

folder = sys.argv[1]
sys.path.insert(0, folder)
out, sys.stdout = sys.stdout, sys.stderr

import azure.functions as func  # noqa: E402

app = __import__("function_app").app
functions = {one.get_function_name(): one for one in app.get_functions()}
found = [{"name": name, "config": json.loads(one.get_function_json())} for name, one in functions.items()]
print(json.dumps({"functions": found}), file=out, flush=True)

for line in sys.stdin:
    asked = json.loads(line)
    request = func.HttpRequest(
        asked["method"],
        asked["url"],
        headers=asked["headers"],
        params=asked["params"],
        route_params=asked["route"],
        body=bytes.fromhex(asked["body"]),
    )
    function = functions[asked["function"]].get_user_function()
    wants = inspect.signature(function).parameters
    given = {"req": request}
    if "context" in wants:
        given["context"] = types.SimpleNamespace(invocation_id=str(uuid.uuid4()), function_name=asked["function"])
    answer = function(**given)
    headers = {**dict(answer.headers), "content-type": answer.mimetype}
    told = {"status": answer.status_code, "headers": headers, "body": answer.get_body().hex()}
    print(json.dumps(told), file=out, flush=True)
