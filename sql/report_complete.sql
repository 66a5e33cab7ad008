-- Part D of the report: least, mean and greatest values over the complete connections, one row a quantity.
--
--     quantity                  time duration, RTT, number of packets, receive window size
--     unit                      seconds, packets, bytes
--     minimum, mean, maximum    NULL if there is no value
--
-- Durations and packets count once a connection.  The mean RTT is that of all samples of data sent by the client, the
-- mean window that of all segments of both sides: each connection's mean weighs as much as it has samples.
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
)
SELECT 'time duration' AS quantity, 'seconds' AS unit,
       min(duration) AS minimum,
       avg(end_ns - start_ns) / 1e9 AS mean,
       max(duration) AS maximum
FROM complete
UNION ALL
SELECT 'RTT', 'seconds',
       min(client_rtt_min),
       sum(client_rtt_mean * client_rtt_samples) / sum(client_rtt_samples),
       max(client_rtt_max)
FROM complete
UNION ALL
SELECT 'number of packets', 'packets', min(packets), avg(packets), max(packets)
FROM complete
UNION ALL
-- mean * samples is a whole number of bytes; rounded, the sum is exact
SELECT 'receive window size', 'bytes',
       min(least),
       sum(round(mean * samples)) / sum(samples),
       max(greatest)
FROM sides;
