"""Compiled modules of a function, kept beside its package.

A package is read-only, so without this Python would compile every module of it
on every cold start. Only the function's own folder is meant: the library has
its compiled modules where it is, so `sys.pycache_prefix` would be too broad.
They are written once somebody has his answer: a first call compiles, but waits
for no file. A process that is stopped before it has written does so at its next
call; one that is ended before leaves the compiling to the next cold start.
"""

import os
import sys
from importlib import machinery

_prefix = None
# What is to be written: what it is written with, and its arguments.
_unwritten = []


class Loader(machinery.SourceFileLoader):
    """Reads and writes compiled modules under the prefix."""

    def get_code(self, fullname):
        # This only reads, compiles and writes; the module runs later.
        before, sys.pycache_prefix = sys.pycache_prefix, _prefix
        try:
            return super().get_code(fullname)
        finally:
            sys.pycache_prefix = before

    def _cache_bytecode(self, *arguments):
        _unwritten.append((super()._cache_bytecode, arguments))


_finder = machinery.FileFinder.path_hook(
    (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
    (Loader, machinery.SOURCE_SUFFIXES),
    (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
)


def keep_below(root, task_root):
    """Keeps compiled modules of `task_root` in a folder of its own below `root`."""
    global _prefix
    if not root or sys.dont_write_bytecode or sys.pycache_prefix is not None:
        return
    task_root = os.path.abspath(task_root)
    _prefix = os.path.join(root, os.path.basename(task_root))

    def hook(path):
        if path != task_root and not path.startswith(task_root + os.sep):
            raise ImportError("not in the function's folder", path=path)
        return _finder(path)

    sys.path_hooks.insert(0, hook)
    for path in [p for p in sys.path_importer_cache if p.startswith(task_root)]:
        del sys.path_importer_cache[path]


def write():
    """Keeps what was compiled since the last time."""
    while _unwritten:
        keep, arguments = _unwritten.pop()
        keep(*arguments)


def forget():
    """Leaves unwritten what was compiled since the last time."""
    _unwritten.clear()
