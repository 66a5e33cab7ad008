#!/bin/sh
# The Debian package, unpacked: deb.sh BUILD FOLDER CAPTURE
set -eu
build=$1 folder=$2 capture=$3

rm -rf "$folder"
mkdir -p "$folder"
"$CMAKE" --build "$build" --target package >"$folder.log"
package=$(sed -n 's/^CPack: - package: \(.*\.deb\) generated.*/\1/p' "$folder.log")
dpkg-deb --field "$package" Depends | grep -q 'libc6 (>=' || { echo 'the package does not say what it depends on'; exit 1; }
dpkg-deb --extract "$package" "$folder"
./prefix.sh "$folder/usr" "$capture"
