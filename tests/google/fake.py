"""A Google on this computer, as far as Hearth asks it, for tests alone. Listens on 127.0.0.1.

    python fake.py PORT [--any-token]

Strict on purpose: unknown addresses, query parameters and tokens are refused as Google refuses them. Faults can be
planted through /_fake; see `control`. Which answers are right is not for these files to say: Google's own clients read
them (clients.py), and its own descriptions are held against them (openapi.py and Prism).
"""

import os
import signal
import sys
import threading

# Loading these two enters their addresses into the table of `routes`.
import functions  # noqa: F401
import reads  # noqa: F401
from bill import Exports
from cloud import Cloud
from door import Handler, Server


def main():
    port = int(sys.argv[1])
    Handler.any_token = "--any-token" in sys.argv
    Handler.cloud = cloud = Cloud(f"http://127.0.0.1:{port}")
    cloud.exports = Exports()
    server = Server(("127.0.0.1", port), Handler)

    def end(*_):
        # Processes of functions end with this one.
        cloud.close()
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Whoever started this one holds its standard input: when that ends, so does this.
    try:
        while sys.stdin.buffer.read(1):
            pass
    finally:
        end()


if __name__ == "__main__":
    main()
