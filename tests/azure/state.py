"""What the fake holds: resources, operations that go on, faults that a test ordered. Must not know HTTP."""

import threading
import uuid

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
# What Hearth says to an endpoint that takes anybody, and what the other clients of the tests say.
TOKENS = {"any", "hearth"}
# Those that ended, by the clock of this Azure.
ENDED = set()


class Refused(Exception):
    """An answer that is no success, as Azure writes it."""

    def __init__(self, status, code, message, headers=None):
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}


class State:
    def __init__(self):
        self.lock = threading.RLock()
        self.resources = {}  # id in small letters: document
        self.settings = {}  # id of a site: values
        self.running = {}  # id of a site: apps.Running
        self.indexed = {}  # id of a site: functions that were synced
        self.deployments = {}  # id of a site: [{id, status, log}]
        self.operations = {}  # id: how many times it still goes on
        self.held = False  # whether builds go on until a test lets them end
        self.faults = []  # ordered by a test
        self.seen = []  # every request
        self.calls = {}  # id of a site: calls
        self.told = {}  # id of a site: instants of its log's lines
        self.keys = {}
        self.page = 2  # apps in a page of a list, so that everybody must follow the links
        self.ahead_s = 0  # how far this Azure's clock is ahead of the computer's
        self.holds = 0  # requests that were held, with what they asked done if it was to be
        self.is_open = True  # whether anybody can sign in

    def revoke(self, is_open=False):
        """No token that was given out is taken any more, and none is given unless people can still sign in."""
        ENDED.update(TOKENS)
        TOKENS.clear()
        self.is_open = is_open

    def key(self, name):
        """A secret that must not come out anywhere."""
        return self.keys.setdefault(name, f"PLANTED-{name}-{uuid.uuid4().hex}")

    def get(self, path):
        found = self.resources.get(path.lower())
        if found is None:
            name = path.rsplit("/", 1)[-1]
            raise Refused(404, "ResourceNotFound", f"The Resource '{name}' was not found.")
        return found

    def below(self, path):
        return [document for key, document in sorted(self.resources.items()) if key.startswith(path.lower() + "/")]

    def begin(self, turns=2):
        """An operation that goes on for some polls."""
        name = uuid.uuid4().hex
        self.operations[name] = {"turns": turns, "error": None}
        return name

    def drop(self, path):
        for key in [key for key in self.resources if key == path.lower() or key.startswith(path.lower() + "/")]:
            del self.resources[key]
            self.settings.pop(key, None)
            self.indexed.pop(key, None)
            running = self.running.pop(key, None)
            if running:
                running.end()

    def end(self):
        for running in self.running.values():
            running.end()
