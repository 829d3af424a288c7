"""Apps of the fake that really run: a package is unpacked and run on Microsoft's own library as a process."""

import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile

HERE = pathlib.Path(__file__).parent
NODE_LIBRARY = os.environ.get("HEARTH_JUDGE_AZURE_NODE", "")


class Build(Exception):
    """A remote build failed; the lines are its log."""

    def __init__(self, *lines):
        super().__init__(lines[-1])
        self.lines = lines


class Running:
    """A deployed package."""

    def __init__(self, package, language, settings):
        self.folder = tempfile.mkdtemp(prefix="fake-azure-")
        self.process = None
        try:
            with zipfile.ZipFile(io.BytesIO(package)) as archive:
                archive.extractall(self.folder)
            self.host = json.loads(self.read("host.json"))
            build(self, language)
            self.start(language, settings)
        except BaseException:
            self.end()
            raise

    def read(self, name):
        path = pathlib.Path(self.folder, name)
        if not path.exists():
            raise Build("Parsing the package", f"{name} is missing at the root of the package")
        return path.read_text()

    def start(self, language, settings):
        line = [sys.executable, str(HERE / "run_python.py"), self.folder]
        if language == "node":
            line = ["node", str(HERE / "run_node.cjs"), self.folder, NODE_LIBRARY]
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder, **settings}
        self.process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
        )
        first = self.process.stdout.readline()
        # A worker that cannot load the code is an app without functions, as on Azure.
        self.functions = json.loads(first)["functions"] if first else []

    def ask(self, function, method, host, path, headers, body):
        prefix = self.host.get("extensions", {}).get("http", {}).get("routePrefix", "api")
        parsed = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(parsed.query))
        trigger = next(one for one in function["config"]["bindings"] if one["type"].lower() == "httptrigger")
        route = {}
        base = f"/{prefix}/{trigger['route'].split('/{')[0]}"
        if "{*path}" in trigger["route"]:
            route["path"] = parsed.path[len(base) :].lstrip("/")
        told = {
            "function": function["name"],
            "method": method,
            "url": f"https://{host}{parsed.path}",
            "headers": headers,
            "params": query,
            "route": route,
            "body": body.hex(),
        }
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"status": 502, "headers": {}, "body": b"the worker ended".hex()}

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def build(running, language):
    """What Azure's build does first: it reads what must be installed."""
    if language == "python":
        names = [line.strip().split("=")[0] for line in running.read("requirements.txt").splitlines()]
        if "azure-functions" not in names:
            raise Build("Running pip", "the package does not ask for azure-functions")
        broken = [name for name in names if name.startswith("no-such-")]
    else:
        manifest = json.loads(running.read("package.json"))
        names = manifest.get("dependencies", {})
        if "@azure/functions" not in names:
            raise Build("Running npm", "the package does not ask for @azure/functions")
        broken = [name for name in names if name.startswith("no-such-")]
    if broken:
        raise Build(
            "Running the build of the platform",
            f"ERROR: Could not find a version that satisfies the requirement {broken[0]}",
            "Deployment failed with PLANTED-in-build AccountKey=PLANTED-key;",
        )
