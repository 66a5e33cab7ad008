#!/bin/sh
# cmake --install below a folder: install.sh BUILD FOLDER CAPTURE
set -eu
build=$1 folder=$2 capture=$3

rm -rf "$folder"
"$CMAKE" --install "$build" --prefix "$folder" >/dev/null
./prefix.sh "$folder" "$capture"
