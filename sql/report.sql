-- The report: parts A to D as text.
--
--     line_number    1, 2, 3 …
--     line
--
-- A: number of connections.  B: each connection, in detail if it is complete.  C: how connections began and ended.
-- D: least, mean and greatest values over the complete connections; the same rules as in report_complete.sql.
-- Times are printed from whole nanoseconds, rounded to microseconds.
WITH general AS MATERIALIZED (
    SELECT count(*) AS connections,
           count(*) FILTER (WHERE is_complete) AS complete,
           count(*) FILTER (WHERE is_reset) AS reset,
           count(*) FILTER (WHERE is_open) AS still_open,
           count(*) FILTER (WHERE is_preexisting) AS preexisting
    FROM connections
),
totals AS MATERIALIZED (
    SELECT min(duration) AS duration_min,
           avg(end_ns - start_ns) / 1e9 AS duration_mean,
           max(duration) AS duration_max,
           min(client_rtt_min) AS rtt_min,
           sum(client_rtt_mean * client_rtt_samples) / sum(client_rtt_samples) AS rtt_mean,
           max(client_rtt_max) AS rtt_max,
           min(packets) AS packets_min,
           avg(packets) AS packets_mean,
           max(packets) AS packets_max,
           -- of two values, either of which may be NULL
           min(coalesce(min(client_window_min, server_window_min), client_window_min, server_window_min))
               AS window_min,
           -- mean * samples is a whole number of bytes: rounded, the sum is exact
           (total(round(client_window_mean * client_window_samples))
               + total(round(server_window_mean * server_window_samples)))
               / nullif(total(client_window_samples) + total(server_window_samples), 0) AS window_mean,
           max(coalesce(max(client_window_max, server_window_max), client_window_max, server_window_max))
               AS window_max
    FROM connections
    WHERE is_complete
),
quantities(position, name, unit, form, minimum, mean, maximum) AS (
    SELECT 1, 'time duration', ' seconds', '%.6f', duration_min, duration_mean, duration_max FROM totals
    UNION ALL
    SELECT 2, 'RTT value', '', '%.6f', rtt_min, rtt_mean, rtt_max FROM totals
    UNION ALL
    SELECT 3, 'number of packets including both send/received', '', '%d',
           packets_min, packets_mean, packets_max
    FROM totals
    UNION ALL
    SELECT 4, 'receive window size including both send/received', '', '%d',
           window_min, window_mean, window_max
    FROM totals
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
    SELECT 1, 0, 0, 'A) Total number of connections: ' || connections FROM general
    UNION ALL
    SELECT 2, 0, 0, line FROM rule
    UNION ALL
    SELECT 3, 0, 0, 'B) Connections'' details:'
    UNION ALL
    SELECT 4, connection_id, iif(value = 'END', 20, key), value
    FROM connections, json_each(json_array(
        'Connection ' || connection_id || ':',
        'Source Address: ' || client_ip,
        'Destination address: ' || server_ip,
        'Source Port: ' || client_port,
        'Destination Port: ' || server_port,
        'Status: ' || status,
        'END'))
    UNION ALL
    SELECT 4, connection_id, 10 + key, value
    FROM connections, json_each(json_array(
        'Duration: ' || printf('%.6f', duration),
        'Start time: ' || printf('%.6f', (start_ns + 500) / 1000 / 1e6),
        'End Time: ' || printf('%.6f', (end_ns + 500) / 1000 / 1e6),
        'Number of packets sent from Source to Destination: ' || client_packets,
        'Number of packets sent from Destination to Source: ' || server_packets,
        'Total number of packets: ' || packets,
        'Number of data bytes sent from Source to Destination: ' || client_bytes,
        'Number of data bytes sent from Destination to Source: ' || server_bytes,
        'Total number of data bytes: ' || bytes))
    WHERE is_complete
    UNION ALL
    SELECT 5, 0, 0, line FROM rule
    UNION ALL
    SELECT 6, 0, 0, 'C) General'
    UNION ALL
    SELECT 6, 0, 1, 'The total number of complete TCP connections: ' || complete
    FROM general
    UNION ALL
    SELECT 6, 0, 2, 'The number of reset TCP connections: ' || reset
    FROM general
    UNION ALL
    SELECT 6, 0, 3, 'The number of TCP connections that were still open when the trace capture ended: ' || still_open
    FROM general
    UNION ALL
    SELECT 6, 0, 4, 'The number of TCP connections established before the capture started: ' || preexisting
    FROM general
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
