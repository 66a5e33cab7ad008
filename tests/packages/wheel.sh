#!/bin/sh
# The Python wheel, installed by pip into an environment of its own: wheel.sh BUILD FOLDER CAPTURE
set -eu
build=$1 folder=$2 capture=$3

rm -rf "$folder" "$build"/package/*.whl
"$CMAKE" --build "$build" --target wheel >/dev/null
"$PYTHON" -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --no-index "$build"/package/*.whl
"$folder/bin/python" - <<'PYTHON'
import importlib.metadata
import sqlite3
import tcpvtab

db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
tcpvtab.load(db)
assert db.execute("SELECT tcp_version()").fetchone() == (importlib.metadata.version("tcpvtab"),)
PYTHON
module=$("$folder/bin/python" -c 'import tcpvtab; print(tcpvtab.loadable_path())')
"$folder/bin/python" -B ../clients/python_sqlite3.py "$module" "$capture"
