#!/bin/bash
# DB Browser for SQLite, in a window of its own: opens an imported capture with the extension loaded, runs SQL, and is
# told by Ctrl-S to keep the result.  Usage: db_browser.sh MODULE CAPTURE DATABASE
set -eu
module=$1 capture=$2 database=$3

if [ -z "${DISPLAY_OF_TEST:-}" ]; then
    DISPLAY_OF_TEST=1 exec xvfb-run -a "$0" "$@"
fi

HOME=$(mktemp -d) # its settings
export HOME
copy=$HOME/copy.db
trap 'kill "$browser" 2>/dev/null || true; rm -rf "$HOME"' EXIT
cp "$database" "$copy"
{
    echo 'CREATE TABLE seen AS'
    cat "$(dirname -- "$0")/summary.sql"
    echo "CREATE TABLE read AS SELECT count(*) AS n FROM tcp_connections('$capture');"
} >"$HOME/script.sql"

sqlitebrowser -o "extensions/list=$module" -s "$HOME/script.sql" "$copy" >"$HOME/log" 2>&1 &
browser=$!
for _ in {1..300}; do # a minute
    sleep 0.2
    xdotool search --name 'DB Browser' windowfocus key ctrl+s 2>/dev/null || continue
    if [ "$(sqlite3 "$copy" 'SELECT n FROM read' 2>/dev/null)" = 41 ]; then
        sqlite3 "$copy" 'SELECT line FROM seen'
        exit
    fi
done
cat "$HOME/log"
exit 1
