#!/bin/sh
# Uses an installation: prefix.sh PREFIX CAPTURE
set -eu
prefix=$1 capture=$2
module=$(find "$prefix/lib" -name tcpvtab.so)

require() {
    [ "$1" = "$2" ] || { printf 'expected %s, found %s\n' "$1" "$2"; exit 1; }
}

require 'A) Total number of connections: 41' "$("$prefix/bin/tcpreport" "$capture" | head -1)"
require '.Dt TCPVTAB 7' "$(gzip -dc "$prefix/share/man/man7/tcpvtab.7.gz" | grep '^\.Dt')"
require '32|5|8|2' "$(sqlite3 -init /dev/null -batch -bail -list -noheader :memory: ".load '$module'" \
    "CREATE VIRTUAL TABLE temp.connections USING tcp_connections('$capture', 'keep')" \
    ".read $prefix/share/tcpvtab/tcpvtab-views.sql" 'SELECT * FROM report_general')"
page=$(mktemp)
trap 'rm -f "$page"' EXIT
echo '<!-- the data -->' >"$page"
require 1 "$(TCPVTAB_PAGE=$page "$prefix/share/doc/tcpvtab/examples/html-report" "$capture" | grep -c 'id="data">{')"
for file in copyright docs/clients.md examples/web.pcap sql/report.sql; do
    [ -r "$prefix/share/doc/tcpvtab/$file" ] || { printf 'no %s\n' "$file"; exit 1; }
done

../clients/shell.sh "$module" "$capture"
