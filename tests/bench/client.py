"""A keep-alive HTTP/1.1 client of a few lines, so that what is measured is the server and not the client."""

import base64
import json
import socket
import time

SIGNATURE = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0"


class Connection:
    """One connection, kept open. `post` gives status, body and the milliseconds from first byte out to last byte in."""

    def __init__(self, port, patience=10.0):
        self.port = port
        end = time.monotonic() + patience
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
                break
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method, path, body=b""):
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: {SIGNATURE}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        message = head.encode() + body
        started = time.perf_counter()
        self.socket.sendall(message)
        status, answer = self._read()
        return status, answer, (time.perf_counter() - started) * 1000

    def post(self, path, body):
        return self.request("POST", path, body)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"the server on port {self.port} closed the connection")
        return data

    def _read(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.split(b"\r\n")
        status = int(lines[0].split(b" ", 2)[1])
        if 100 <= status < 200:
            raise ConnectionError(f"the server on port {self.port} answered {status}")
        headers = {name.strip().lower(): value.strip() for name, value in (line.split(b":", 1) for line in lines[1:])}
        if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            return status, self._chunks(body)
        length = int(headers.get(b"content-length", 0))
        while len(body) < length:
            body += self._more()
        return status, body

    def _chunks(self, data):
        body = b""
        while True:
            while b"\r\n" not in data:
                data += self._more()
            size, data = data.split(b"\r\n", 1)
            size = int(size.split(b";")[0], 16)
            while len(data) < size + 2:
                data += self._more()
            body, data = body + data[:size], data[size + 2 :]
            if size == 0:
                return body

    def close(self):
        self.socket.close()


class LambdaApi:
    """The two calls of the AWS Lambda API that the measurement makes, of Hearth and of ministack alike."""

    def __init__(self, port):
        self.connection = Connection(port)

    def create(self, name, runtime, handler, package):
        body = json.dumps(
            {
                "FunctionName": name,
                "Runtime": runtime,
                "Role": "arn:aws:iam::000000000000:role/bench",
                "Handler": handler,
                "MemorySize": 512,
                "Timeout": 30,
                "Code": {"ZipFile": base64.b64encode(package).decode()},
            }
        ).encode()
        status, answer, _ = self.connection.post("/2015-03-31/functions", body)
        if status not in (200, 201):
            raise RuntimeError(f"creating {name} was answered {status}: {answer[:500]!r}")

    def delete(self, name):
        status, answer, _ = self.connection.request("DELETE", f"/2015-03-31/functions/{name}")
        if status not in (200, 204):
            raise RuntimeError(f"deleting {name} was answered {status}: {answer[:500]!r}")

    def invoke(self, name, event):
        return self.connection.post(f"/2015-03-31/functions/{name}/invocations", event)

    def close(self):
        self.connection.close()
