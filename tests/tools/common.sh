# What the installers of this folder share. Source it; set `stamps` to a folder first used.

say() { printf 'tools: %s\n' "$*" >&2; }

# A mark for each finished part, with what it was made from, so that a changed pin is installed again.
mark() { printf '%s' "$1" | cksum | tr ' ' '-'; }
done_before() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$(mark "$2")" ]; }
done_now() { mark "$2" >"$stamps/$1"; }

# The real interpreter behind any shim: a virtual environment made from a shim would start through it every time.
real_python() { python3 -c 'import os, sys; print(os.path.realpath(sys.executable))'; }

# python_folder FOLDER PACKAGE... : a virtual environment with exactly these packages and what they need.
python_folder() {
  local folder=$1; shift
  rm -rf "$folder"
  "$(real_python)" -m venv "$folder"
  "$folder/bin/python" -m pip install -q --disable-pip-version-check "$@" >&2
}

# pack PYTHON FOLDER ZIP : a zip of the folder's files, with their rights, that is complete or not there.
pack() {
  "$1" - "$2" "$3" <<'PYTHON'
import os
import sys
import zipfile

folder, target = sys.argv[1:]
with zipfile.ZipFile(target + ".part", "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", ".bin"))
        for name in sorted(files):
            file = os.path.join(path, name)
            archive.write(file, os.path.relpath(file, folder))
os.replace(target + ".part", target)
PYTHON
}
