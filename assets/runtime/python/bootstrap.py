"""Entry point of Hearth's Python runtime client: one process, one environment.

Started by the supervisor, either for one function (`_HANDLER` is set) or
parked (`HEARTH_PARKED=1`). Everything else lives in the `_hearth` package, so
that a function may have a `bootstrap.py` of its own.
"""

from _hearth import client

if __name__ == "__main__":
    client.main()
