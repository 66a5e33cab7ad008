#!/bin/sh
# ODBC, by isql: the catalogue and rows of an imported capture, and loading the extension.
#     odbc.sh MODULE CAPTURE DATABASE
set -eu
module=$1 capture=$2 database=$3

# query CONNECTION SQL: columns are separated by |
query() {
    printf '%s\n' "$2" | isql -b -d'|' -k "Driver=SQLite3;$1"
}

require() {
    [ "$1" = "$2" ] || { printf 'expected %s, found %s\n' "$1" "$2"; exit 1; }
}

require 'captures connections packets' "$(query "Database=$database" help | grep 'TABLE' | cut -d'|' -f3 | paste -sd' ')"
require 'REAL BIGINT TIMESTAMP' "$(query "Database=$database" 'help connections' | grep '|start_' | cut -d'|' -f6 | paste -sd' ')"
require 41 "$(query "Database=:memory:;LoadExt=$module" "SELECT count(*) FROM tcp_connections('$capture')")"

query "Database=$database" "$(grep -v '^--' "$(dirname -- "$0")/summary.sql" | tr '\n' ' ')"
