"""Runs an uploaded package under Google's own functions framework, one process a revision, started by its first call.
What it prints becomes log entries with the id of the instance."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile

# Google's framework for Node listens on every address; in a test that must be this computer alone.
LOOPBACK = """
const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  const isPort = typeof port === 'number' || typeof port === 'string';
  const then = rest.filter((one) => typeof one === 'function');
  return isPort ? listen.call(this, { port: Number(port), host: '127.0.0.1' }, ...then) : listen.call(this, port, ...rest);
};
"""


class Instance:
    """One server of a revision."""

    def __init__(self, folder, function, revision, log):
        self.folder, self.function, self.revision, self.log = folder, function, revision, log
        self.id = os.urandom(12).hex()
        self.process = None
        self.lock = threading.Lock()

    def start(self):
        with self.lock:
            if self.process is not None:
                return
            self.log("Starting new instance. Reason: AUTOSCALING - no instance was there.", self.id, "varlog/system")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            build, service = self.function["buildConfig"], self.function["serviceConfig"]
            entry, source = build["entryPoint"], build.get("environmentVariables", {}).get("GOOGLE_FUNCTION_SOURCE")
            environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
            environment |= service.get("environmentVariables", {})
            environment |= {"K_SERVICE": self.function["name"].split("/")[-1], "K_REVISION": self.revision}
            environment |= {"FUNCTION_SIGNATURE_TYPE": "http", "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
            if build["runtime"].startswith("python"):
                command = [os.path.join(os.path.dirname(sys.executable), "functions-framework")]
                command += ["--source", source or "main.py", "--target", entry, "--host", "127.0.0.1", "--port", str(self.port)]
            else:
                shim = os.path.join(os.path.dirname(self.folder), "loopback.cjs")
                with open(shim, "w", encoding="utf-8") as text:
                    text.write(LOOPBACK)
                environment["NODE_OPTIONS"] = f"--require={shim}"
                command = [os.environ["HEARTH_JUDGE_GOOGLE_NODE"], f"--target={entry}", f"--port={self.port}", "--source=."]
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
            )
            threading.Thread(target=self.listen, daemon=True).start()
            until = time.monotonic() + 30
            while time.monotonic() < until and self.process.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", self.port), 1).close()
                    break
                except OSError:
                    time.sleep(0.02)
            self.log("Default STARTUP TCP probe succeeded after 1 attempt for container \"worker\" on port 8080.", self.id, "varlog/system")

    def listen(self):
        for line in self.process.stdout:
            self.log(line.rstrip("\n"), self.id, "stdout")

    def ask(self, method, path, headers, body):
        """Passes a request on and answers what came: status, headers, body."""
        self.start()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            # Its own group and nobody else's.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def unpack(code, folder):
    """The uploaded zip as a folder, as Google's builder sees it."""
    with zipfile.ZipFile(code) as archive:
        archive.extractall(folder)


def missing(folder, build):
    """What Google's builder would stop at, or nothing."""
    source = build.get("environmentVariables", {}).get("GOOGLE_FUNCTION_SOURCE")
    if build["runtime"].startswith("python"):
        file = source or "main.py"
        return None if os.path.exists(os.path.join(folder, file)) else f"missing {file} and GOOGLE_FUNCTION_SOURCE not specified"
    return None
