-- What happened when?  One row a second in which there was a segment.
--
--     second                     since 1970
--     time_utc                   the same for people
--     packets, bytes             TCP segments and their payload
--     wire_bytes                 whole frames
--     retransmissions
--     new_connections            whose first segment is in this second
--
-- This view reads all packets.
WITH traffic AS (
    SELECT time_ns / 1000000000 AS second,
           count(*) AS packets,
           sum(payload_length) AS bytes,
           sum(wire_length) AS wire_bytes,
           sum(retransmission) AS retransmissions
    FROM packets
    GROUP BY second
),
arrivals AS (
    SELECT start_ns / 1000000000 AS second, count(*) AS new_connections
    FROM connections
    GROUP BY second
)
SELECT second,
       datetime(second, 'unixepoch') AS time_utc,
       packets,
       bytes,
       wire_bytes,
       retransmissions,
       coalesce(new_connections, 0) AS new_connections
FROM traffic LEFT JOIN arrivals USING (second)
ORDER BY second;
