"""One keep-alive HTTP/1.1 connection to the Runtime API.

Owns bytes on the socket. Knows nothing of events, handlers or errors of user
code. `http.client` would do, but costs ten times as much for each call.
"""

import os
import socket
import time

_NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: hearth\r\n\r\n"
_ASSIGNMENT = b"GET /hearth/assignment HTTP/1.1\r\nHost: hearth\r\n\r\n"
_JOIN_LIMIT = 1 << 16
# How long the next event is looked for before the process sleeps: to be woken
# costs a call that follows at once more than its own work. Seconds.
_LOOKING = 0.0004
_AT_ONCE = getattr(socket, "MSG_DONTWAIT", None)
_give_way = getattr(os, "sched_yield", lambda: None)


class Closed(Exception):
    """The Runtime API closed the connection: there is nobody left to work for."""


class Connection:
    """A connection that is opened on first use and reopened after `drop`."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._address = (host or "127.0.0.1", int(port))
        self._socket = None
        self._buffer = b""
        # Whether the next event was asked for with the last answer.
        self._asked = False

    def next_invocation(self):
        """Waits for the next event: (status, headers, body)."""
        if self._asked:
            self._asked = False
            status, headers, body = self._answer()
            if "lambda-runtime-aws-request-id" in headers:
                return status, headers, body
            # The answer was not taken; the next event is still to be asked for.
        return self._exchange(_NEXT)

    def next_assignment(self):
        """Waits, while parked, for a rehearsal or a function."""
        return self._exchange(_ASSIGNMENT)

    def post(self, path, body, content_type="application/json", headers=()):
        """Sends a body and returns (status, headers, body) of the answer."""
        return self._exchange(self._head(path, body, content_type, headers), body)

    def answer(self, path, body, content_type="application/json", headers=()):
        """Sends the answer to an event, to which the next event is the answer."""
        if len(body) > _JOIN_LIMIT:
            # It may be refused before it was sent whole.
            self.post(path, body, content_type, headers)
            return
        headers = (*headers, ("Hearth-Next", "1"))
        self._send(self._head(path, body, content_type, headers) + body)
        self._asked = True

    @staticmethod
    def _head(path, body, content_type, headers):
        head = [
            "POST " + path + " HTTP/1.1\r\nHost: hearth\r\nContent-Type: ",
            content_type,
            "\r\nContent-Length: ",
            str(len(body)),
            "\r\n",
        ]
        for name, value in headers:
            head.append(name + ": " + _one_line(value) + "\r\n")
        head.append("\r\n")
        return "".join(head).encode("utf-8", "replace")

    def drop(self):
        """Forgets a broken connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._buffer = b""
        self._asked = False

    def _exchange(self, head, body=b""):
        if len(body) <= _JOIN_LIMIT:
            self._send(head + body)
        else:
            self._send(head)
            self._send(body)
        return self._answer()

    def _send(self, data):
        if self._socket is None:
            self._socket = socket.create_connection(self._address)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(data)

    def _answer(self):
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end >= 0:
                break
            self._fill()
        lines = self._buffer[:end].decode("utf-8", "replace").split("\r\n")
        self._buffer = self._buffer[end + 4 :]
        status = int(lines[0].split(" ", 2)[1])
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if "chunked" in headers.get("transfer-encoding", ""):
            body = self._chunks()
        else:
            body = self._exactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.drop()
        return status, headers, body

    def _fill(self):
        data = self._look() or self._socket.recv(65536)
        if not data:
            raise Closed("the runtime api closed the connection")
        self._buffer += data

    def _look(self):
        """What arrives within a moment; empty when nothing does."""
        if _AT_ONCE is None:
            return b""
        end = time.perf_counter() + _LOOKING
        while True:
            try:
                return self._socket.recv(65536, _AT_ONCE)
            except BlockingIOError:
                if time.perf_counter() > end:
                    return b""
                _give_way()

    def _exactly(self, size):
        have = len(self._buffer)
        if have >= size:
            body, self._buffer = self._buffer[:size], self._buffer[size:]
            return body
        body = bytearray(size)
        body[:have] = self._buffer
        self._buffer = b""
        view = memoryview(body)
        while have < size:
            count = self._socket.recv_into(view[have:])
            if not count:
                raise Closed("the runtime api closed the connection in a body")
            have += count
        return bytes(body)

    def _line(self):
        while b"\r\n" not in self._buffer:
            self._fill()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _chunks(self):
        parts = []
        while True:
            size = int(self._line().split(b";")[0], 16)
            if size == 0:
                while self._line():
                    pass
                return b"".join(parts)
            parts.append(self._exactly(size))
            self._line()


def _one_line(value):
    return value.replace("\r", " ").replace("\n", " ")
