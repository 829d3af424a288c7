"""Which address is answered by what, and what all APIs of Google do alike: pages, names that nobody knows, enums that
come as numbers. Knows no address itself: `functions` and `reads` enter theirs."""

import re

from cloud import Refused

PROJECT, NUMBER = "tea-dev", "1234567890"
# Query parameters that Google's own clients send, and that everything takes.
COMMON = {"$alt", "alt", "fields", "prettyPrint"}
# A location of a project.
AT = r"(projects/[^/:]+/locations/([^/:]+))"

ROUTES = []


def route(method, path, *query):
    def keep(answer):
        ROUTES.append((method, re.compile(f"/{path}$"), set(query), answer))
        return answer

    return keep


def find(method, path, query):
    """What answers there, and what matched of its address; a query parameter that it does not know is refused."""
    for taken, address, known, work in ROUTES:
        match = address.match(path) if taken == method else None
        if match:
            unknown = set(query) - known - COMMON
            if unknown:
                raise Refused(400, f"Invalid JSON payload received. Unknown name \"{sorted(unknown)[0]}\": Cannot bind query parameter.")
            return work, match
    raise Refused(404, f"{method} {path} is nowhere")


# Google's own clients send enums as numbers.
NUMBERS = {
    "environment": ["ENVIRONMENT_UNSPECIFIED", "GEN_1", "GEN_2"],
    "type": ["", "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"],
}


def named(body):
    """The same with names in the place of numbers."""
    if isinstance(body, list):
        return [named(one) for one in body]
    if not isinstance(body, dict):
        return body
    is_number = lambda name, value: name in NUMBERS and isinstance(value, int) and value < len(NUMBERS[name])
    return {name: NUMBERS[name][value] if is_number(name, value) else named(value) for name, value in body.items()}


def paged(name, items, query):
    """A page, with a token for the next one when there is more."""
    size = int(query.get("pageSize") or 100)
    first = int(query.get("pageToken") or 0)
    page = {name: items[first : first + size]}
    if first + size < len(items):
        page["nextPageToken"] = str(first + size)
    return page


def fields(body, *known):
    """Refuses a body with a name that is not known."""
    unknown = set(body) - set(known)
    if unknown:
        raise Refused(400, f"Invalid JSON payload received. Unknown name \"{sorted(unknown)[0]}\": Cannot find field.")


def in_location(all_of, match):
    """Those of the location in the address, where `-` is every one."""
    location = match[2]
    return [one for full, one in sorted(all_of.items()) if location == "-" or f"/locations/{location}/" in full]
