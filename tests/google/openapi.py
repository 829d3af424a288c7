"""Turns Google's own descriptions of its APIs (discovery documents, as google-api-python-client brings them) into one
OpenAPI document, strict enough that a wrong name, type or enum in a request or an answer is refused.

    python openapi.py OUT.json
"""

import glob
import json
import os
import re
import sys

import googleapiclient

APIS = ["cloudfunctions.v1", "cloudfunctions.v2", "run.v2", "monitoring.v3", "logging.v2", "cloudresourcemanager.v3", "bigquery.v2"]
# Only what Hearth asks: the whole of seven APIs would make the checking server slow to start.
ASKED = re.compile(
    r"^(cloudfunctions\.(projects\.locations\.functions\.|operations\.get|projects\.locations\.operations\.get)"
    r"|run\.projects\.locations\.(services\.(list|get|patch|delete|getIamPolicy|setIamPolicy|testIamPermissions)"
    r"|services\.revisions\.list|operations\.get)"
    r"|monitoring\.projects\.timeSeries\.list|logging\.entries\.list"
    r"|cloudresourcemanager\.projects\.(get|testIamPermissions)"
    r"|bigquery\.(jobs\.(query|getQueryResults)|datasets\.list|tables\.(list|get))$)"
)
ERRORS = [400, 401, 403, 404, 409, 429, 500, 503]
FORMATS = {
    "int64": {"type": "string", "pattern": r"^-?\d+$", "example": "7"},
    "uint64": {"type": "string", "pattern": r"^\d+$", "example": "7"},
    "google-datetime": {"type": "string", "format": "date-time"},
    "google-duration": {"type": "string", "pattern": r"^-?\d+(\.\d{1,9})?s$", "example": "60s"},
    "int32": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "uint32": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
}


def schema(given, api):
    """A schema of a discovery document as one of OpenAPI."""
    if "$ref" in given:
        return {"$ref": f"#/components/schemas/{api}.{given['$ref']}"}
    kind = given.get("type", "any")
    if kind == "any":
        return {}
    if kind == "array":
        made = {"type": "array", "items": schema(given["items"], api)}
    elif kind == "object" or "properties" in given:
        made = {
            "type": "object",
            "properties": {name: schema(one, api) for name, one in given.get("properties", {}).items()},
            # A name that Google does not know is refused.
            "additionalProperties": schema(given["additionalProperties"], api) if "additionalProperties" in given else False,
        }
    else:
        made = dict(FORMATS.get(given.get("format"), {"type": kind}))
        if "enum" in given:
            made["enum"] = given["enum"]
    if given.get("readOnly"):
        made["readOnly"] = True
    return made


def parameter(name, given, where):
    made = schema(given, "")
    made.pop("readOnly", None)
    if given.get("repeated"):
        made = {"type": "array", "items": made}
    one = {"name": name, "in": where, "required": where == "path", "schema": made}
    if where == "query" and given.get("repeated"):
        one["explode"] = True
    return one


def methods(resource):
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from methods(inner)


def add(document, api, given):
    for name, one in given["schemas"].items():
        document["components"]["schemas"][f"{api}.{name}"] = schema(one, api)
    error = {"description": "error", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    for method in methods(given):
        if not ASKED.match(method["id"]):
            continue
        path = "/" + given["servicePath"] + method["flatPath"]
        parameters = [parameter(name, {"type": "string"}, "path") for name in re.findall(r"{(\w+)}", path)]
        for name, one in {**given["parameters"], **method.get("parameters", {})}.items():
            if one["location"] == "query":
                parameters.append(parameter(name, one, "query"))
        answer = {"$ref": f"#/components/schemas/{api}.{method['response']['$ref']}"}
        operation = {
            "operationId": f"{api}.{method['id']}",
            "parameters": parameters,
            "security": [{"token": []}],
            "responses": {
                "200": {"description": "well", "content": {"application/json": {"schema": answer}}},
                **{str(code): error for code in ERRORS},
            },
        }
        if "request" in method:
            body = {"$ref": f"#/components/schemas/{api}.{method['request']['$ref']}"}
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        at = document["paths"].setdefault(path, {})
        # Operations of two APIs have the same address and the same form; the first one counts.
        at.setdefault(method["httpMethod"].lower(), operation)


def main(out):
    folder = os.path.join(os.path.dirname(googleapiclient.__file__), "discovery_cache", "documents")
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Google, as far as Hearth asks it", "version": "1"},
        "paths": {},
        "components": {
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {
                        "error": {
                            "type": "object",
                            "required": ["code", "message", "status"],
                            "properties": {
                                "code": {"type": "integer"},
                                "message": {"type": "string"},
                                "status": {"type": "string"},
                                "details": {"type": "array", "items": {"type": "object"}},
                                # BigQuery's.
                                "errors": {"type": "array", "items": {"type": "object"}},
                            },
                            "additionalProperties": False,
                        }
                    },
                }
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    for api in APIS:
        (file,) = glob.glob(os.path.join(folder, f"{api}.json"))
        with open(file, encoding="utf-8") as text:
            add(document, api, json.load(text))
    # Schemas that nothing asks for only cost time.
    used, todo = set(), json.dumps(document["paths"])
    while True:
        found = set(re.findall(r"#/components/schemas/([\w.]+)", todo)) - used
        if not found:
            break
        used |= found
        todo = json.dumps([document["components"]["schemas"][name] for name in found])
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {name: schemas[name] for name in schemas if name in used}
    with open(out, "w", encoding="utf-8") as text:
        json.dump(document, text)


if __name__ == "__main__":
    main(sys.argv[1])
