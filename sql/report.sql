-- The report: parts A to D as text.
--
--     line_number    1, 2, 3 …
--     line
--
-- A: number of connections.  B: each connection, in detail if it is complete.  C: how connections began and ended.
-- D: least, mean and greatest values over the complete connections; the same rules as in report_complete.sql.
-- Times are printed from whole nanoseconds, rounded to microseconds.
WITH complete AS NOT MATERIALIZED (
    SELECT * FROM connections WHERE is_complete
),
sides AS (
    SELECT client_window_samples AS samples, client_window_min AS least,
           client_window_mean AS mean, client_window_max AS greatest
    FROM complete
    UNION ALL
    SELECT server_window_samples, server_window_min, server_window_mean, server_window_max
    FROM complete
),
quantities(position, name, unit, form, minimum, mean, maximum) AS (
    SELECT 1, 'time duration', ' seconds', '%.6f',
           min(duration), avg(end_ns - start_ns) / 1e9, max(duration)
    FROM complete
    UNION ALL
    SELECT 2, 'RTT value', '', '%.6f',
           min(client_rtt_min),
           sum(client_rtt_mean * client_rtt_samples) / sum(client_rtt_samples),
           max(client_rtt_max)
    FROM complete
    UNION ALL
    SELECT 3, 'number of packets including both send/received', '', '%d',
           min(packets), avg(packets), max(packets)
    FROM complete
    UNION ALL
    SELECT 4, 'receive window size including both send/received', '', '%d',
           min(least), sum(round(mean * samples)) / sum(samples), max(greatest)
    FROM sides
),
statistics(position, name, form, value, unit) AS (
    SELECT 3 * position, 'Minimum ' || name, form, minimum, unit FROM quantities
    UNION ALL
    SELECT 3 * position + 1, 'Mean ' || name, '%.6f', mean, unit FROM quantities
    UNION ALL
    SELECT 3 * position + 2, 'Maximum ' || name, form, maximum, unit FROM quantities
),
rule(line) AS (
    VALUES ('____________________________________________________________________________________________')
),
-- piece: where in the report; then by connection; then by position in the piece
lines(piece, connection_id, position, line) AS (
    SELECT 1, 0, 0, 'A) Total number of connections: ' || count(*)
    FROM connections
    UNION ALL
    SELECT 2, 0, 0, line FROM rule
    UNION ALL
    SELECT 3, 0, 0, 'B) Connections'' details:'
    UNION ALL
    SELECT 4, connection_id, key, value
    FROM connections, json_each(json_array(
        'Connection ' || connection_id || ':',
        'Source Address: ' || client_ip,
        'Destination address: ' || server_ip,
        'Source Port: ' || client_port,
        'Destination Port: ' || server_port,
        'Status: ' || status))
    UNION ALL
    SELECT 4, connection_id, 10 + key, value
    FROM complete, json_each(json_array(
        'Duration: ' || printf('%.6f', duration),
        'Start time: ' || printf('%.6f', (start_ns + 500) / 1000 / 1e6),
        'End Time: ' || printf('%.6f', (end_ns + 500) / 1000 / 1e6),
        'Number of packets sent from Source to Destination: ' || client_packets,
        'Number of packets sent from Destination to Source: ' || server_packets,
        'Total number of packets: ' || packets,
        'Number of data bytes sent from Source to Destination: ' || client_bytes,
        'Number of data bytes sent from Destination to Source: ' || server_bytes,
        'Total number of data bytes: ' || bytes))
    UNION ALL
    SELECT 4, connection_id, 20, 'END'
    FROM connections
    UNION ALL
    SELECT 5, 0, 0, line FROM rule
    UNION ALL
    SELECT 6, 0, 0, 'C) General'
    UNION ALL
    SELECT 6, 0, 1, 'The total number of complete TCP connections: '
        || count(*) FILTER (WHERE is_complete)
    FROM connections
    UNION ALL
    SELECT 6, 0, 2, 'The number of reset TCP connections: '
        || count(*) FILTER (WHERE is_reset)
    FROM connections
    UNION ALL
    SELECT 6, 0, 3, 'The number of TCP connections that were still open when the trace capture ended: '
        || count(*) FILTER (WHERE is_open)
    FROM connections
    UNION ALL
    SELECT 6, 0, 4, 'The number of TCP connections established before the capture started: '
        || count(*) FILTER (WHERE is_preexisting)
    FROM connections
    UNION ALL
    SELECT 7, 0, 0, line FROM rule
    UNION ALL
    SELECT 8, 0, 0, 'D) Complete TCP connections:'
    UNION ALL
    SELECT 8, 0, position, name || ': ' || iif(value IS NULL, 'n/a', printf(form, value)) || unit
    FROM statistics
    UNION ALL
    SELECT 9, 0, 0, line FROM rule
)
SELECT row_number() OVER (ORDER BY piece, connection_id, position) AS line_number,
       line
FROM lines
ORDER BY piece, connection_id, position;
