-- Part D of the report: least, mean and greatest values over the complete connections, one row a quantity.
--
--     quantity                  time duration, RTT, number of packets, receive window size
--     unit                      seconds, packets, bytes
--     minimum, mean, maximum    NULL if there is no value
--
-- Durations and packets count once a connection.  The mean RTT is that of all samples of data sent by the client, the
-- mean window that of all segments of both sides: each connection's mean weighs as much as it has samples.
WITH totals AS MATERIALIZED (
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
)
SELECT 'time duration' AS quantity, 'seconds' AS unit,
       duration_min AS minimum, duration_mean AS mean, duration_max AS maximum
FROM totals
UNION ALL
SELECT 'RTT', 'seconds', rtt_min, rtt_mean, rtt_max FROM totals
UNION ALL
SELECT 'number of packets', 'packets', packets_min, packets_mean, packets_max FROM totals
UNION ALL
SELECT 'receive window size', 'bytes', window_min, window_mean, window_max FROM totals;
