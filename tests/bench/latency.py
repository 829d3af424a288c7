"""Measures cold starts and warm calls of Hearth and its peers, side by side in one run. See README.md for the method.

    latency.py [--hearth BINARY] [--peers FOLDER] [--rows NAME,…] [--cold N] [--warm N] [--json FILE] [--require]
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

from programs import Programs, clean

# Seconds of rest before warm calls are measured, and calls before and after it that are not.
SETTLE = 2
FIRST = 100
# Warm calls are measured in so many turns.
TURNS = 10
PATH = "/2015-03-31/functions/function/invocations"
RUNTIMES = {"python": f"python3.{sys.version_info.minor}", "node": "nodejs20.x", "quickjs": "quickjs"}


def event(number):
    return json.dumps({"n": number}).encode()


def check(status, answer, number):
    """A wrong answer must not count as a fast one."""
    if status != 200 or json.loads(answer) != {"ok": True, "n": number}:
        raise RuntimeError(f"call {number} was answered {status}: {answer[:500]!r}")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def package(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            if file.is_file():
                archive.write(file, file.name)
    return buffer.getvalue()


def timed(call, count, first=0):
    times = []
    for number in range(first, first + count):
        status, answer, spent = call(number)
        check(status, answer, number)
        times.append(spent)
    return times


class Row:
    """A server and a language. Its cold start is one call; its warm calls go to one kept environment."""

    def __init__(self, name, cold, keep, colds, warms):
        self.name, self.cold, self.keep, self.colds, self.warms = name, cold, keep, colds, warms


def of_emulator(programs, language, colds, warms):
    def to(connection):
        return lambda n: connection.post(PATH, event(n))

    def cold(number):
        with programs.emulator(language) as connection:
            return timed(to(connection), 1, number)[0]

    return Row(f"emulator {language}", cold, lambda stack: to(stack.enter_context(programs.emulator(language))), colds, warms)


def of_api(server, api, language, colds, warms, pause, folder):
    """A cold start is the first call of a function just created; both Hearth and ministack know no servers of it."""
    code, name = package(folder / language), f"bench-{language}"

    def cold(number):
        api.create(f"{name}-{number}", RUNTIMES[language], "handler.handler", code)
        time.sleep(pause)
        spent = timed(lambda n: api.invoke(f"{name}-{number}", event(n)), 1, number)[0]
        api.delete(f"{name}-{number}")
        return spent

    def keep(stack):
        api.create(name, RUNTIMES[language], "handler.handler", code)
        stack.callback(api.delete, name)
        return lambda n: api.invoke(name, event(n))

    return Row(f"{server} {language}", cold, keep, colds, warms)


def of_workerd(connection, colds, warms):
    new = lambda n: connection.post("/new", event(n))
    timed(new, 5)
    return Row("workerd", lambda n: timed(new, 1, n)[0], lambda stack: lambda n: connection.post("/kept", event(n)), colds, warms)


def measure(programs, wanted, colds, warms, pause):
    """All servers are up and measured in turn, so that a computer that gets slower does so for all of them."""
    folder = programs.here / "functions"
    is_wanted = lambda name: not wanted or name in wanted
    with contextlib.ExitStack() as stack:
        rows = [of_emulator(programs, language, colds, warms) for language in ("python", "node")]
        if any(is_wanted(f"ministack {language}") for language in ("python", "node")):
            api = stack.enter_context(programs.ministack())
            # Each of its calls takes 50 ms or more, so fewer of them are measured.
            rows += [of_api("ministack", api, language, min(colds, 15), min(warms, 60), pause, folder)
                     for language in ("python", "node")]
        if is_wanted("workerd"):
            rows.append(of_workerd(stack.enter_context(programs.workerd()), colds, warms))
        if programs.hearth:
            api = stack.enter_context(programs.serve())
            rows += [of_api("hearth", api, language, colds, warms, pause, folder)
                     for language in ("python", "node", "quickjs")]
        rows = [row for row in rows if is_wanted(row.name)]
        found = {row.name: {"cold": [], "warm": []} for row in rows}
        print("measuring cold starts …", file=sys.stderr, flush=True)
        for number in range(colds):
            for row in rows:
                if number < row.colds:
                    found[row.name]["cold"].append(row.cold(number))
        print("measuring warm calls …", file=sys.stderr, flush=True)
        calls = [(row, row.keep(stack)) for row in rows]
        for row, call in calls:
            timed(call, min(FIRST, row.warms))
        # After its first calls a program may still make ready what it will need next.
        time.sleep(SETTLE)
        for row, call in calls:
            timed(call, min(FIRST, row.warms))
        for _ in range(TURNS):
            for row, call in calls:
                found[row.name]["warm"] += timed(call, -(-row.warms // TURNS))
    return found


def figures(rows):
    return {
        name: {
            "coldP50": percentile(row["cold"], 0.5), "coldP95": percentile(row["cold"], 0.95),
            "warmP50": percentile(row["warm"], 0.5), "warmP99": percentile(row["warm"], 0.99),
            "colds": len(row["cold"]), "warms": len(row["warm"]),
        }
        for name, row in rows.items()
    }


TITLES = {
    "hearth python": "Hearth, Python", "hearth node": "Hearth, Node", "hearth quickjs": "Hearth, QuickJS",
    "emulator python": "AWS emulator + awslambdaric", "emulator node": "AWS emulator + aws-lambda-ric 3.3.0",
    "ministack python": "ministack, Python", "ministack node": "ministack, Node", "workerd": "workerd, new isolate",
}
# Hearth's row, the row beside it, and how many times faster it must be: cold, warm.
PAIRS = [
    ("hearth python", "emulator python", 10, 3), ("hearth python", "ministack python", 10, 3),
    ("hearth node", "emulator node", 10, 3), ("hearth node", "ministack node", 10, 3),
    ("hearth quickjs", "workerd", None, None),
]


def tell(found):
    """Prints both tables; gives whether every demand is met."""
    print(f"\n{'milliseconds':38}{'cold p50':>10}{'cold p95':>10}{'warm p50':>10}{'warm p99':>10}")
    for name, title in TITLES.items():
        if name in found:
            row = found[name]
            cells = "".join(f"{row[key]:10.2f}" for key in ("coldP50", "coldP95", "warmP50", "warmP99"))
            print(f"{title:38}{cells}")
    met = True
    lines = []
    for ours, theirs, cold, warm in PAIRS:
        if ours not in found or theirs not in found:
            continue
        ratios = [found[theirs][key] / found[ours][key] for key in ("coldP50", "warmP50")]
        words = ""
        for ratio, wanted, word in zip(ratios, (cold, warm), ("cold", "warm")):
            if wanted and ratio < wanted:
                met = False
                words += f"  {word} misses {wanted}×"
        lines.append(f"{TITLES[ours] + ' against ' + TITLES[theirs]:58}{ratios[0]:8.1f}×{ratios[1]:9.1f}×{words}")
    if lines:
        print(f"\n{'times faster, p50 by p50':58}{'cold':>9}{'warm':>10}")
        print("\n".join(lines))
    return met


def real(command):
    """The interpreter behind any shim, found without the caller's environment."""
    return subprocess.run(command, capture_output=True, text=True, check=True, env=clean(PATH=os.environ["PATH"])).stdout.strip()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--hearth", help="the release build of hearth; left out, only the peers are measured")
    arguments.add_argument("--peers", default=os.path.expanduser("~/.cache/hearth-tools/peers"))
    arguments.add_argument("--rows", default="", help="only these rows, separated by commas, for example `hearth python`")
    arguments.add_argument("--cold", type=int, default=30)
    arguments.add_argument("--warm", type=int, default=1000)
    arguments.add_argument("--pause", type=float, default=0.3, help="seconds between creating a function and its first call")
    arguments.add_argument("--json", help="also write the figures to this file")
    arguments.add_argument("--require", action="store_true", help="end with 1 when a demand is missed")
    given = arguments.parse_args()
    node = real(["node", "-p", "process.execPath"])
    python = os.path.realpath(sys.executable)
    print(f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"Python {platform.python_version()}, Node {real([node, '--version'])}")
    work = tempfile.mkdtemp(prefix="hearth-bench-")
    try:
        binaries = pathlib.Path(work, "bin")
        binaries.mkdir()
        for name, target in (("python3", python), (f"python3.{sys.version_info.minor}", python), ("node", node)):
            (binaries / name).symlink_to(target)
        programs = Programs(given.hearth, given.peers, python, node, work)
        wanted = {name.strip() for name in given.rows.split(",") if name.strip()}
        rows = measure(programs, wanted, given.cold, given.warm, given.pause)
    finally:
        if os.environ.get("HEARTH_BENCH_KEEP"):
            print(f"logs are in {work}", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)
    found = figures(rows)
    met = tell(found)
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(found, indent=1) + "\n")
    return 1 if given.require and not met else 0


if __name__ == "__main__":
    sys.exit(main())
