#!/bin/sh
# The sqlite3 shell makes a database that it then reads without the extension: import.sh MODULE CAPTURE DATABASE
set -eu
rm -f "$3"
sqlite3 -init /dev/null -batch -bail "$3" ".load '$1'" '.once /dev/null' "SELECT tcp_import('$2')"
sqlite3 -init /dev/null -batch -bail -list -noheader "$3" ".read $(dirname -- "$0")/summary.sql"
