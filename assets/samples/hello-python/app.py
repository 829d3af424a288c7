"""Greets by name, and counts how often this environment was called."""

calls = 0


def handler(event, context):
    global calls
    calls += 1
    name = event.get("name", "world") if isinstance(event, dict) else "world"
    print(f"call {calls} of this environment greets {name}")
    return {
        "greeting": f"Hello, {name}",
        "calls": calls,
        "requestId": context.aws_request_id,
    }
