"""The zygote: a small Python that forks parked environments when told.

Reads `{"fork": {"port": N, "output": "/path/fifo"}}` lines on stdin and writes
`{"pid", "port"}` and `{"exited", "code", "signal"}` lines on stdout. It keeps
to one thread and opens no sockets, or a fork would copy half a thing. When
stdin ends, it ends, and takes its children's process groups with it.
"""

import gc

gc.disable()

import ctypes
import json
import os
import random
import select
import signal
import sys

from _hearth import client, preload, rehearsal

_PR_SET_PDEATHSIG = 1


class Zygote:
    """The children and how their ends are noticed."""

    def __init__(self):
        self._children = {}
        self._pending = b""
        self._parent = os.getpid()
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        self._poll = select.poll()
        self._poll.register(0, select.POLLIN)
        self._wakeup = None
        # A pidfd tells of an end only, where SIGCHLD would also tell of each
        # freeze and thaw of each child.
        if not _has_pidfd():
            self._watch_signals()

    def serve(self):
        """Forks on demand. Returns only in a child, with its order; else exits."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == 0:
                    child = self._read_orders()
                    if child is not None:
                        return child
                elif self._wakeup is not None and descriptor == self._wakeup[0]:
                    _drain(descriptor)
                    self._reap_all()
                else:
                    self._reap(descriptor)

    def _read_orders(self):
        data = os.read(0, 65536)
        if not data:
            self._end()
        self._pending += data
        while b"\n" in self._pending:
            line, _, self._pending = self._pending.partition(b"\n")
            order = json.loads(line)["fork"]
            if self._fork(order) == 0:
                return order
        return None

    def _fork(self, order):
        try:
            pid = os.fork()
        except OSError as error:
            _tell({"port": order["port"], "error": str(error)})
            return None
        if pid == 0:
            return 0
        descriptor = None
        if self._wakeup is None:
            descriptor = os.pidfd_open(pid)
            self._poll.register(descriptor, select.POLLIN)
        self._children[pid] = descriptor
        _tell({"pid": pid, "port": order["port"]})
        return pid

    def _reap(self, descriptor):
        for pid, known in list(self._children.items()):
            if known == descriptor:
                self._poll.unregister(descriptor)
                os.close(descriptor)
                self._collect(pid, 0)

    def _reap_all(self):
        for pid in list(self._children):
            self._collect(pid, os.WNOHANG)

    def _collect(self, pid, options):
        ended, status = os.waitpid(pid, options)
        if ended == 0:
            return
        del self._children[pid]
        killed = os.WIFSIGNALED(status)
        _tell(
            {
                "exited": pid,
                "code": None if killed else os.WEXITSTATUS(status),
                "signal": os.WTERMSIG(status) if killed else None,
            }
        )

    def _watch_signals(self):
        self._wakeup = os.pipe()
        for descriptor in self._wakeup:
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._poll.register(self._wakeup[0], select.POLLIN)

    def _end(self):
        for pid in self._children:
            for kill in (os.killpg, os.kill):
                try:
                    kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    # It ended by itself, or has not made its group yet.
                    continue
        sys.exit(0)

    def settle(self, order):
        """In a child: leaves everything of the parent's and takes its own place."""
        if self._wakeup is not None:
            signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        # Python's own choice, so that a broken pipe is an exception.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        if self._libc is not None:
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != self._parent:
                os._exit(1)
        highest = max([2, *(d for d in self._children.values() if d is not None)])
        os.closerange(3, max(highest, 64) + 1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        output = os.open(order["output"], os.O_WRONLY)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(null)
        os.close(output)
        random.seed()
        os.environ["HEARTH_PARKED"] = "1"
        os.environ["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:{}".format(order["port"])
        gc.enable()


def _has_pidfd():
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


def _drain(descriptor):
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        return


def _tell(message):
    os.write(1, json.dumps(message).encode("ascii") + b"\n")


def _warm_up():
    """Runs what children will run, so that they find it already touched."""
    preload.load()
    rehearsal.rehearse('{"warm": true}')


def main():
    _warm_up()
    zygote = Zygote()
    gc.collect()
    gc.freeze()
    zygote.settle(zygote.serve())
    client.main()


if __name__ == "__main__":
    main()
