"""Starts and ends the servers that are measured, each by its own process id, with a clean environment."""

import contextlib
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import time

from client import Connection, LambdaApi

# The variables of whoever runs this stay out of every server: one of them alone (NODE_EXTRA_CA_CERTS) adds 30 ms to
# each start of Node, and it would fall on some and not on others.
def clean(**more):
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", **more}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, log, cwd=None, env=None, stdout=None):
    """A process in a session of its own; its whole group is ended, kindly and then not."""
    with open(log, "ab") as file:
        process = subprocess.Popen(
            command, cwd=cwd, env=env or clean(), stdin=subprocess.DEVNULL, stdout=stdout or file, stderr=file,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        if process.stdout:
            process.stdout.close()


class Programs:
    """Where everything is."""

    def __init__(self, hearth, peers, python, node, work):
        self.hearth, self.peers, self.python, self.node = hearth, pathlib.Path(peers), python, node
        self.work = pathlib.Path(work)
        self.here = pathlib.Path(__file__).parent

    @contextlib.contextmanager
    def emulator(self, language):
        """The AWS Runtime Interface Emulator with AWS's runtime client; it starts the client at the first call."""
        port, runtime_port = free_port(), free_port()
        if language == "python":
            client = [str(self.peers / "python/bin/python"), "-m", "awslambdaric", "handler.handler"]
        else:
            client = [self.node, str(self.peers / "node/node_modules/aws-lambda-ric/bin/index.mjs"), "handler.handler"]
        command = [
            str(self.peers / "aws-lambda-rie"), "--log-level", "error",
            "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
            "--runtime-api-address", f"127.0.0.1:{runtime_port}", *client,
        ]
        with running(command, self.work / "emulator.log", cwd=self.here / "functions" / language):
            connection = Connection(port)
            time.sleep(0.1)
            try:
                yield connection
            finally:
                connection.close()

    @contextlib.contextmanager
    def ministack(self):
        port = free_port()
        home = self.work / "ministack"
        home.mkdir(exist_ok=True)
        path = f"{self.work / 'bin'}:{clean()['PATH']}"
        env = clean(GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", SERVICES="lambda,iam,logs", LOG_LEVEL="ERROR",
                    TMPDIR=str(home), HOME=str(home), PATH=path)
        command = [str(self.peers / "ministack/bin/python"), "-m", "ministack"]
        with running(command, self.work / "ministack.log", cwd=home, env=env):
            Connection(port, patience=60).close()
            time.sleep(1)
            api = LambdaApi(port)
            try:
                yield api
            finally:
                api.close()

    @contextlib.contextmanager
    def serve(self):
        """`hearth serve` with a data folder of its own."""
        data = self.work / "hearth"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        path = f"{self.work / 'bin'}:{clean()['PATH']}"
        command = [self.hearth, "--data-dir", str(data), "--json", "serve", "--port", "0", "--lambda-port", "0"]
        env = clean(PATH=path, HOME=str(self.work))
        with running(command, self.work / "hearth.log", env=env, stdout=subprocess.PIPE) as process:
            ready, _, _ = select.select([process.stdout], [], [], 30)
            line = process.stdout.readline() if ready else b""
            if not line:
                raise RuntimeError(f"hearth serve did not get ready: {(self.work / 'hearth.log').read_text()[-2000:]}")
            port = int(json.loads(line)["lambda"].rstrip("/").rsplit(":", 1)[1])
            time.sleep(1)
            api = LambdaApi(port)
            try:
                yield api
            finally:
                api.close()

    @contextlib.contextmanager
    def workerd(self):
        """workerd with a worker loader: /new makes an isolate for the call, any other path keeps one."""
        port = free_port()
        folder = self.work / "workerd"
        folder.mkdir(exist_ok=True)
        shutil.copy(self.here / "functions/workerd/loader.js", folder)
        shutil.copy(self.here / "functions/workerd/handler.js", folder)
        config = (self.here / "functions/workerd/config.capnp").read_text().replace("PORT", str(port))
        (folder / "config.capnp").write_text(config)
        binary = next(self.peers.glob("node/node_modules/@cloudflare/workerd-*/bin/workerd"))
        command = [str(binary), "serve", "--experimental", "config.capnp"]
        with running(command, self.work / "workerd.log", cwd=folder):
            connection = Connection(port)
            try:
                yield connection
            finally:
                connection.close()
