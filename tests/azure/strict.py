"""Holds a request's body against the types that Microsoft publishes in its own Python clients.

Unknown names, read-only names, wrong types and unknown words of an enumeration are all faults, since Azure itself
ignores some of them and a client would never learn.
"""

import datetime
import enum
import typing


def faults(model, body, path="body"):
    """What is wrong with a body, as a list of words."""
    if hasattr(model, "_attribute_map"):
        return old_faults(model, body, path)
    if not isinstance(body, dict):
        return [f"{path} must be an object"]
    model({})  # the fields of a model are known after its first use
    fields = {field._rest_name: (name, field) for name, field in model._attr_to_rest_field.items()}
    found = []
    for name, value in body.items():
        if name not in fields:
            found.append(f"{path}.{name} is unknown to {model.__name__}")
            continue
        attribute, field = fields[name]
        if field._visibility == ["read"]:
            found.append(f"{path}.{name} is read-only")
            continue
        found += value_faults(annotation(model, attribute), model, value, f"{path}.{name}")
    return found


def annotation(model, attribute):
    for base in model.__mro__:
        if attribute in base.__dict__.get("__annotations__", {}):
            return base.__annotations__[attribute], base
    raise KeyError(attribute)


def value_faults(typed, model, value, path):
    kind, owner = typed
    models = __import__(owner.__module__, fromlist=["x"])
    return kind_faults(kind, models, value, path)


def resolve(kind, models):
    if isinstance(kind, typing.ForwardRef):
        kind = kind.__forward_arg__
    if isinstance(kind, str):
        package = __import__(models.__name__.rsplit(".", 1)[0], fromlist=["x"])
        scope = {**vars(models), **vars(package), "_models": package}
        return eval(kind, scope)  # noqa: S307: the words of Microsoft's own package
    return kind


def kind_faults(kind, models, value, path):
    kind = resolve(kind, models)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union:
        if value is None:
            return [] if type(None) in arguments else [f"{path} must not be null"]
        arguments = [resolve(one, models) for one in arguments if one is not type(None)]
        words = [one for one in arguments if isinstance(one, type) and issubclass(one, enum.Enum)]
        if words:
            known = {one.value for kind in words for one in kind}
            return [] if value in known else [f"{path}: `{value}` is not one of {sorted(known)}"]
        answers = [kind_faults(one, models, value, path) for one in arguments]
        return min(answers, key=len)
    if origin in (list, dict):
        if not isinstance(value, origin):
            return [f"{path} must be a {origin.__name__}"]
        items = value.items() if origin is dict else enumerate(value)
        return [fault for name, one in items for fault in kind_faults(arguments[-1], models, one, f"{path}.{name}")]
    if kind is typing.Any or kind is object:
        return []
    if hasattr(kind, "_attr_to_rest_field") or hasattr(kind, "_is_model") or hasattr(kind, "as_dict"):
        return faults(kind, value, path)
    if kind in (datetime.datetime, datetime.date, datetime.timedelta):
        return [] if isinstance(value, str) else [f"{path} must be text"]
    wanted = {str: str, int: int, bool: bool, float: (int, float)}.get(kind)
    if wanted is None:
        return [f"{path}: the type {kind} is not known to this judge"]
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
        return [f"{path} must be {kind.__name__}, not {type(value).__name__}"]
    return []


def old_faults(model, body, path):
    """The same for clients of the older kind, which flatten `properties`."""
    names = {}
    for attribute, about in model._attribute_map.items():
        names[about["key"]] = (about["type"], model._validation.get(attribute, {}).get("readonly", False))
    found = []

    def walk(document, prefix):
        for name, value in document.items():
            key = f"{prefix}{name}"
            if key in names:
                kind, is_read_only = names[key]
                if is_read_only:
                    found.append(f"{path}.{key} is read-only")
                kinds = {"str": str, "bool": bool, "int": int, "{str}": dict, "float": (int, float)}
                if not isinstance(value, kinds.get(kind, object)):
                    found.append(f"{path}.{key} must be {kind}")
            elif isinstance(value, dict) and any(one.startswith(f"{key}.") for one in names):
                walk(value, f"{key}.")
            else:
                found.append(f"{path}.{key} is unknown to {model.__name__}")

    walk(body, "")
    return found
