"""Library modules imported ahead of user code, and how they step aside.

A preloaded module must never hide a file of the function: `make_room_for`
forgets the ones that the function's own folder also has.
"""

import os
import sys

_MODULES = (
    "ast argparse asyncio base64 binascii bisect calendar collections "
    "collections.abc concurrent.futures contextlib contextvars copy csv "
    "dataclasses datetime decimal difflib email email.message email.parser "
    "email.utils encodings.idna enum fnmatch fractions functools getpass glob "
    "gzip hashlib heapq hmac html http http.client http.cookiejar http.cookies "
    "importlib.metadata importlib.resources importlib.util inspect io ipaddress "
    "itertools json json.decoder logging logging.config logging.handlers math "
    "mimetypes multiprocessing numbers operator pathlib pickle pkgutil platform "
    "pprint queue random re secrets select shutil signal socket ssl stat "
    "statistics string struct subprocess tempfile textwrap threading time "
    "timeit traceback types typing unicodedata urllib.error urllib.parse "
    "urllib.request urllib.response uuid warnings weakref xml.etree.ElementTree "
    "zipfile zlib zoneinfo"
).split()

# Loaded modules by the name of their package.
_loaded = {}


def load():
    """Imports the list; a library module this Python lacks is simply not there."""
    before = set(sys.modules)
    for name in _MODULES:
        try:
            __import__(name)
        except ImportError:
            continue
    for name in sys.modules:
        if name not in before:
            _loaded.setdefault(name.partition(".")[0], []).append(name)


def make_room_for(folders):
    """Forgets preloaded modules that one of the folders brings itself."""
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                own = {entry.name.partition(".")[0] for entry in entries}
        except OSError:
            # A PYTHONPATH entry that is not there holds nothing.
            continue
        for name in own:
            for module in _loaded.get(name, ()):
                sys.modules.pop(module, None)
