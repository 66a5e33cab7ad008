#!/bin/sh
# The sqlite3 shell, with the extension and short names: shell.sh MODULE CAPTURE
set -eu
sqlite3 -init /dev/null -batch -bail -list -noheader -cmd ".load '$1'" :memory: \
    '.output /dev/null' "SELECT tcp_attach('$2')" .output ".read $(dirname -- "$0")/summary.sql"
