"""The addresses of functions: Cloud Functions of both generations, the services of Cloud Run they are made of, their
policies and operations, and the project they are in. What they hold and refuse is `cloud`'s."""

import re

from cloud import Refused
from routes import AT, NUMBER, PROJECT, fields, in_location, paged, route


@route("GET", f"v2/{AT}/functions", "pageSize", "pageToken", "filter", "orderBy")
def list_functions(cloud, match, query, body):
    return paged("functions", in_location(cloud.functions, match), query)


@route("GET", f"v1/{AT}/functions", "pageSize", "pageToken")
def list_old(cloud, match, query, body):
    return paged("functions", in_location(cloud.old, match), query)


@route("GET", f"v2/{AT}/services", "pageSize", "pageToken", "showDeleted")
def list_services(cloud, match, query, body):
    return paged("services", in_location(cloud.services, match), query)


@route("GET", f"v2/{AT}/services/([^/:]+)/revisions", "pageSize", "pageToken", "showDeleted")
def list_revisions(cloud, match, query, body):
    prefix = f"{match[1]}/services/{match[3]}/"
    newest = sorted((one for full, one in cloud.revisions.items() if full.startswith(prefix)), key=lambda one: one["createTime"])
    return paged("revisions", newest[::-1], query)


@route("POST", f"v2/{AT}/functions", "functionId")
def create(cloud, match, query, body):
    return cloud.create(match[1], query.get("functionId"), body)


@route("POST", f"v2/{AT}/functions:generateUploadUrl")
def upload_url(cloud, match, query, body):
    fields(body, "kmsKeyName", "environment")
    return cloud.new_upload()


@route("GET", f"v2/({AT}/functions/[^/:]+)", "revision")
def get(cloud, match, query, body):
    if match[1] in cloud.functions:
        return cloud.functions[match[1]]
    raise Refused(404, f"Resource {match[1]} was not found")


@route("GET", f"v1/({AT}/functions/[^/:]+)", "versionId")
def get_old(cloud, match, query, body):
    if match[1] in cloud.old:
        return cloud.old[match[1]]
    raise Refused(404, f"Function {match[1]} does not exist")


@route("PATCH", f"v2/({AT}/functions/[^/:]+)", "updateMask")
def update(cloud, match, query, body):
    return cloud.update(match[1], body, [one for one in query.get("updateMask", "").split(",") if one])


@route("DELETE", f"v2/({AT}/functions/[^/:]+)")
def delete(cloud, match, query, body):
    return cloud.delete(match[1])


@route("DELETE", f"v1/({AT}/functions/[^/:]+)")
def delete_old(cloud, match, query, body):
    if match[1] not in cloud.old:
        raise Refused(404, f"Function {match[1]} does not exist")
    return {**cloud.begin(match[1], lambda: cloud.old.pop(match[1]) and None), "name": cloud_old_operation(cloud)}


def cloud_old_operation(cloud):
    """The first generation names its operations without a location."""
    name = list(cloud.operations)[-1]
    short = f"operations/{name.split('/')[-1]}"
    cloud.operations[short] = {**cloud.operations.pop(name), "name": short}
    return short


@route("GET", f"v2/({AT}/services/[^/:]+)")
def get_service(cloud, match, query, body):
    if match[1] in cloud.services:
        return cloud.services[match[1]]
    raise Refused(404, f"Resource '{match[1].split('/')[-1]}' of kind 'SERVICE' does not exist.")


@route("PATCH", f"v2/({AT}/services/[^/:]+)", "updateMask", "validateOnly", "allowMissing")
def shift(cloud, match, query, body):
    return cloud.shift(match[1], body, query.get("updateMask", "").split(","))


@route("DELETE", f"v2/({AT}/services/[^/:]+)", "etag", "validateOnly")
def delete_service(cloud, match, query, body):
    get_service(cloud, match, query, body)
    return cloud.begin(match[1], lambda: cloud.forget(match[1]))


@route("GET", f"(v1|v2)/({AT}/(?:functions|services)/[^/:]+):getIamPolicy", "options.requestedPolicyVersion")
def get_policy(cloud, match, query, body):
    there(cloud, match[2])
    return cloud.policy(match[2])


@route("POST", f"(v1|v2)/({AT}/(?:functions|services)/[^/:]+):setIamPolicy")
def set_policy(cloud, match, query, body):
    fields(body, "policy", "updateMask")
    there(cloud, match[2])
    return cloud.set_policy(match[2], body["policy"])


@route("POST", f"(v1|v2)/({AT}/(?:functions|services)/[^/:]+):testIamPermissions")
def test_resource(cloud, match, query, body):
    there(cloud, match[2])
    return {"permissions": [one for one in body["permissions"] if one not in cloud.denied]}


def there(cloud, full):
    if not any(full in all_of for all_of in (cloud.functions, cloud.services, cloud.old)):
        raise Refused(404, f"Resource {full} was not found")


@route("GET", f"v2/({AT}/operations/[^/:]+)")
def operation(cloud, match, query, body):
    return cloud.look(match[1])


@route("GET", "v1/(operations/[^/:]+)")
def old_operation(cloud, match, query, body):
    return cloud.look(match[1])


@route("GET", "v3/projects/([^/:]+)")
def project(cloud, match, query, body):
    if match[1] not in (PROJECT, NUMBER):
        raise Refused(403, f"Permission 'resourcemanager.projects.get' denied on resource 'projects/{match[1]}' (or it may not exist).")
    return {"name": f"projects/{NUMBER}", "projectId": PROJECT, "displayName": "Tea", "state": "ACTIVE", "createTime": "2026-01-01T00:00:00Z"}


@route("POST", "v3/projects/([^/:]+):testIamPermissions")
def test_project(cloud, match, query, body):
    fields(body, "permissions")
    wrong = [one for one in body["permissions"] if not re.fullmatch(r"[a-z]+(\.[A-Za-z]+){2}", one)]
    wrong += [one for one in body["permissions"] if one in cloud.unasked]
    if wrong or len(body["permissions"]) > 100:
        raise Refused(400, f"Permission {wrong} is not valid for this resource.")
    return {"permissions": [one for one in body["permissions"] if one not in cloud.denied]}
