"""Measures the real window: time from start to an interactive page, and processor time while nothing happens.

Usage: window.py BINARY [SECONDS]   (under a display; `make bench-window` brings its own)
Prints one line of figures for each of five starts, and the idle share of one core over SECONDS (default 30).
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time


def processes(root):
    """The process and everything it started."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry)] = (int(fields[1]), int(fields[11]) + int(fields[12]))
    members, grown = {root}, True
    while grown:
        found = {pid for pid, (parent, _) in parents.items() if parent in members} - members
        members |= found
        grown = bool(found)
    return members, sum(parents[pid][1] for pid in members if pid in parents)


def start(binary, folder):
    environment = dict(os.environ, HEARTH_DATA_DIR=folder, HEARTH_LOG="hearth_desktop=info", NO_COLOR="1")
    return subprocess.Popen([binary], env=environment, stderr=subprocess.PIPE, text=True)


def interactive(window, limit=20):
    """Milliseconds that the window itself reports, from its first instruction to an interactive page."""
    begun = time.monotonic()
    for line in window.stderr:
        found = re.search(r"the window is interactive.*milliseconds=(\d+)|milliseconds=(\d+).*interactive", line)
        if found:
            return int(found.group(1) or found.group(2))
        if time.monotonic() - begun > limit:
            break
    raise SystemExit("the window did not become interactive")


def end(window):
    window.send_signal(signal.SIGTERM)
    try:
        window.wait(5)
    except subprocess.TimeoutExpired:
        window.kill()
        window.wait()


def main():
    binary = sys.argv[1]
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    times = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            window = start(binary, folder)
            try:
                times.append(interactive(window))
            finally:
                end(window)
    print(f"window, start to interactive: {sorted(times)} ms, median {statistics.median(times):.0f} ms (limit 2000)")
    with tempfile.TemporaryDirectory() as folder:
        window = start(binary, folder)
        try:
            interactive(window)
            time.sleep(5)
            _, before = processes(window.pid)
            time.sleep(seconds)
            members, after = processes(window.pid)
        finally:
            end(window)
    share = (after - before) / os.sysconf("SC_CLK_TCK") / seconds * 100
    print(f"window, idle: {share:.2f} % of one core over {seconds} s in {len(members)} processes (limit 1 %)")


main()
