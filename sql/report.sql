-- The report: parts A to D as text.
--
--     line_number    1, 2, 3 …
--     line
--
-- A: number of connections.  B: each connection, in detail if it is complete.  C: how connections began and ended.
-- D: least, mean and greatest values over the complete connections; the same rules as in report_complete.sql.
-- Times are printed from whole nanoseconds, rounded to microseconds.
-- The lines come in order as they are made, none waits for a sort: part after part of the UNION ALL, and in B, which
-- CROSS JOIN does not reorder, connection after connection.
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
statistics(number, name) AS (
    VALUES (1, 'Minimum'), (2, 'Mean'), (3, 'Maximum')
),
figures(position, name, unit, form, value) AS (
    SELECT 3 * (q.position - 1) + s.number, s.name || ' ' || q.name, unit, iif(s.number = 2, '%.6f', form),
           CASE s.number WHEN 1 THEN minimum WHEN 2 THEN mean ELSE maximum END
    FROM quantities AS q CROSS JOIN statistics AS s
),
-- B: where the lines of each connection begin, 16 of a complete one and 7 of another.
details AS (
    SELECT connection_id, client_ip, server_ip, client_port, server_port, status, is_complete,
           duration, start_ns, end_ns, client_packets, server_packets, packets, client_bytes, server_bytes, bytes,
           3 + 7 * count(*) OVER earlier + 9 * coalesce(sum(is_complete) OVER earlier, 0) AS lines_before
    FROM connections
    WINDOW earlier AS (ORDER BY connection_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
positions(position) AS MATERIALIZED (
    VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16)
),
-- C and D: how many lines come before them.
rest(lines_before) AS MATERIALIZED (
    SELECT 3 + 7 * connections + 9 * complete FROM general
),
rule(line) AS (
    VALUES ('____________________________________________________________________________________________')
)
SELECT 1 AS line_number, 'A) Total number of connections: ' || connections AS line FROM general
UNION ALL
SELECT 2, line FROM rule
UNION ALL
SELECT 3, 'B) Connections'' details:'
UNION ALL
SELECT lines_before + iif(is_complete, position, min(position, 7)),
       CASE position
       WHEN 1 THEN 'Connection ' || connection_id || ':'
       WHEN 2 THEN 'Source Address: ' || client_ip
       WHEN 3 THEN 'Destination address: ' || server_ip
       WHEN 4 THEN 'Source Port: ' || client_port
       WHEN 5 THEN 'Destination Port: ' || server_port
       WHEN 6 THEN 'Status: ' || status
       WHEN 7 THEN 'Duration: ' || printf('%.6f', duration)
       WHEN 8 THEN 'Start time: ' || printf('%.6f', (start_ns + 500) / 1000 / 1e6)
       WHEN 9 THEN 'End Time: ' || printf('%.6f', (end_ns + 500) / 1000 / 1e6)
       WHEN 10 THEN 'Number of packets sent from Source to Destination: ' || client_packets
       WHEN 11 THEN 'Number of packets sent from Destination to Source: ' || server_packets
       WHEN 12 THEN 'Total number of packets: ' || packets
       WHEN 13 THEN 'Number of data bytes sent from Source to Destination: ' || client_bytes
       WHEN 14 THEN 'Number of data bytes sent from Destination to Source: ' || server_bytes
       WHEN 15 THEN 'Total number of data bytes: ' || bytes
       ELSE 'END'
       END
FROM details CROSS JOIN positions
WHERE is_complete OR position NOT BETWEEN 7 AND 15
UNION ALL
SELECT lines_before + 1, line FROM rest, rule
UNION ALL
SELECT lines_before + 2, 'C) General' FROM rest
UNION ALL
SELECT lines_before + 3, 'The total number of complete TCP connections: ' || complete
FROM rest, general
UNION ALL
SELECT lines_before + 4, 'The number of reset TCP connections: ' || reset
FROM rest, general
UNION ALL
SELECT lines_before + 5, 'The number of TCP connections that were still open when the trace capture ended: ' || still_open
FROM rest, general
UNION ALL
SELECT lines_before + 6, 'The number of TCP connections established before the capture started: ' || preexisting
FROM rest, general
UNION ALL
SELECT lines_before + 7, line FROM rest, rule
UNION ALL
SELECT lines_before + 8, 'D) Complete TCP connections:' FROM rest
UNION ALL
SELECT lines_before + 8 + position, name || ': ' || iif(value IS NULL, 'n/a', printf(form, value)) || unit
FROM rest CROSS JOIN figures
UNION ALL
SELECT lines_before + 21, line FROM rest, rule;
