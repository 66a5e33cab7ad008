#!/bin/sh
# Prints columns.md: every column, table and function, as the extension itself lists them.
#
#     docs/make_columns.sh build/tcpvtab.so >docs/columns.md
#
# Columns come from tcp_columns(); a bundled view is described by the first line of its file in sql/.  What the
# extension registers and nobody describes below, or the other way round, ends the script.
set -eu

extension=$1
root=$(cd -- "$(dirname -- "$0")/.." && pwd)

# ('tcp_NAME(capture)', 'first line of sql/NAME.sql without a sentence that goes on'), …
views() {
    separator=
    for file in "$root"/sql/*.sql; do
        printf "%s('tcp_%s(capture)', '%s')" "$separator" "$(basename "$file" .sql)" \
            "$(sed -n "1{s/^-- *//;s/\\([.?]\\) [^.?]*\$/\\1/;s/'/''/g;p;}" "$file")"
        separator=,
    done
}

sqlite3 -bail -batch -list :memory: <<SQL
CREATE TEMP TABLE known AS SELECT name FROM pragma_function_list UNION SELECT name FROM pragma_module_list;
.load '$extension'

CREATE TEMP TABLE described(signature, meaning);
INSERT INTO described VALUES
    ('tcp_connections(capture, on_damage)', 'TCP connections'),
    ('tcp_packets(capture, on_damage)', 'TCP segments'),
    ('tcp_captures(capture)', 'capture files: what was read, what was skipped and why'),
    ('tcp_columns()', 'the columns of these three tables, as below'),
    ('tcp_attach(capture)', 'makes TEMP tables \`connections\`, \`packets\`, \`captures\` and all bundled views; returns the number of connections'),
    ('tcp_import(capture [, schema])', 'copies them into tables of the database, with the views; returns the number of connections'),
    ('ip_in_cidr(ip, cidr)', '1 if the address lies in the network, \`10.0.0.0/8\` or \`2001:db8::/32\`'),
    ('tcp_flags_text(flags)', 'the flag bits as \`SYN,ACK\`'),
    ('tcp_memory_limit([bytes])', 'reads or sets how much memory analysis may take'),
    ('tcp_progress([on])', 'reads or sets whether long work shows a line on stderr, if that is a terminal; off at first'),
    ('tcp_version()', 'the version of the extension');
INSERT INTO described VALUES $(views);

CREATE TEMP TABLE registered AS
SELECT name, max(is_table) AS is_table
FROM (SELECT name, 0 AS is_table FROM pragma_function_list UNION SELECT name, 1 FROM pragma_module_list)
WHERE name NOT IN (SELECT name FROM known)
GROUP BY name;

CREATE TEMP TABLE undescribed(name CONSTRAINT "all that is registered is described, and nothing else" CHECK (name IS NULL));
INSERT INTO undescribed
SELECT coalesce(name, signature)
FROM registered FULL JOIN described ON name = substr(signature, 1, instr(signature, '(') - 1)
WHERE name IS NULL OR signature IS NULL;

.print # Tables, columns and functions
.print
.print Made by \`docs/make_columns.sh\` from what the extension says of itself: \`SELECT * FROM tcp_columns()\`.
.print
.print A time ending in \`_time\` is REAL Unix seconds, in \`_ns\` exact Unix nanoseconds, in \`_utc\` text of three decimals.
.print Durations and round trips are seconds.  What is not known is NULL.  The last column says whose rule a value follows:
.print [analysis.md](analysis.md) has the rules.
.print
.print ## Tables and views
.print
.print Table-valued functions.  \`capture\` is a path, a glob, a folder, or several of these, one a line; with \`'keep'\` as
.print \`on_damage\` a damaged file gives the rows before the damage instead of an error.
.print
.print | function | rows |
.print | --- | --- |
SELECT '| \`' || signature || '\` | ' || meaning || ' |'
FROM described JOIN registered ON name = substr(signature, 1, instr(signature, '(') - 1)
WHERE is_table
ORDER BY described.rowid;
.print
.print ## Functions
.print
.print | function | result |
.print | --- | --- |
SELECT '| \`' || signature || '\` | ' || meaning || ' |'
FROM described JOIN registered ON name = substr(signature, 1, instr(signature, '(') - 1)
WHERE NOT is_table
ORDER BY described.rowid;

WITH listed AS (SELECT rowid AS position, * FROM tcp_columns()),
lines AS (
    SELECT min(position) - 0.5 AS position, char(10) || '## ' || "table" || char(10, 10)
        || '| column | type | unit | meaning | rule |' || char(10) || '| --- | --- | --- | --- | --- |' AS line
    FROM listed
    GROUP BY "table"
    UNION ALL
    SELECT position, '| \`' || name || '\` | ' || type || ' | ' || unit || ' | '
        || replace(meaning, '<', '&lt;') || ' | ' || rule || ' |'
    FROM listed
)
SELECT line FROM lines ORDER BY position;
SQL
