"""The function of a rehearsal: it does nothing, along the path of a real one."""


def handler(event, context):
    return {"rehearsed": event, "left": context.get_remaining_time_in_millis()}
