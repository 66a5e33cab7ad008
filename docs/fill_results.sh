#!/bin/sh
# Prints a document with the results of its queries as they are now.
#
#     docs/fill_results.sh build/tcpvtab.so docs/tutorial.md
#
# A block that begins with ```sql is run in the folder of the tree, all of a document in one database; the next block
# that begins with ``` alone becomes its result.
set -eu

extension=$1
document=$2
root=$(cd -- "$(dirname -- "$0")/.." && pwd)
results=$(mktemp)
trap 'rm -f "$results"' EXIT

awk '/^```sql$/ { print ".print @"; inside = 1; next } /^```$/ { inside = 0 } inside' "$document" |
    (cd "$root" && sqlite3 -bail -batch -box -cmd ".load '$extension'" :memory: >"$results")

awk -v results="$results" '
    function next_result(    line) {
        result = ""
        while ((getline line <results) > 0 && line != "@")
            result = result line "\n"
    }
    BEGIN { next_result() }
    old && /^```$/ { old = 0 }
    old { next }
    { print }
    /^```sql$/ { in_sql = 1; next_result(); has_result = 1; next }
    /^```$/ && in_sql { in_sql = 0; next }
    /^```$/ && has_result { printf "%s", result; has_result = 0; old = 1 }
' "$document"
