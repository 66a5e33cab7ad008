-- Who could not read fast enough?  One row a side of a connection that closed its receive window, the longest first.
--
--     connection_id
--     reader_ip, reader_port    the side that announced a window of zero
--     writer_ip, writer_port    the side that had to wait
--     stalls                    how often the window closed
--     stalled                   seconds it was closed: from each zero window to the reader's next segment
--     zero_windows              segments that announced zero
--     first_utc                 when it first closed
--
-- The length of a stall is known to single segments only, so this view reads the packets, once; where no window was
-- ever closed it does not.
WITH stalled AS MATERIALIZED (
    SELECT connection_id, client_ip, client_port, server_ip, server_port
    FROM connections
    WHERE client_zero_windows > 0 OR server_zero_windows > 0
),
segments AS (
    SELECT connection_id,
           from_client,
           time_ns,
           time_utc,
           zero_window,
           lag(zero_window, 1, 0) OVER side AS was_closed,
           lead(time_ns) OVER side AS next_ns
    FROM packets
    WHERE EXISTS (SELECT 1 FROM stalled)
      AND +connection_id IN (SELECT connection_id FROM stalled) -- the + keeps it one scan, not one a connection
    WINDOW side AS (PARTITION BY connection_id, from_client ORDER BY time_ns, frame)
)
SELECT connection_id,
       iif(from_client, client_ip, server_ip) AS reader_ip,
       iif(from_client, client_port, server_port) AS reader_port,
       iif(from_client, server_ip, client_ip) AS writer_ip,
       iif(from_client, server_port, client_port) AS writer_port,
       sum(NOT was_closed) AS stalls,
       sum(next_ns - time_ns) / 1e9 AS stalled,
       count(*) AS zero_windows,
       min(time_utc) AS first_utc
FROM segments JOIN stalled USING (connection_id)
WHERE zero_window
GROUP BY connection_id, from_client
ORDER BY stalled DESC, connection_id;
