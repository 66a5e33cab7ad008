-- Who moves the most data?  One row an address, the busiest first.
--
--     ip
--     as_client, as_server            connections in which it has that part
--     packets_sent, packets_received
--     bytes_sent, bytes_received      TCP payload
--     wire_bytes                      whole frames, both ways
--     share                           of all frame bytes, 0 to 1; each byte has two ends, so the sum is 2
WITH ends AS (
    SELECT client_ip AS ip, 1 AS is_client,
           client_packets AS packets_sent, server_packets AS packets_received,
           client_bytes AS bytes_sent, server_bytes AS bytes_received,
           client_wire_bytes + server_wire_bytes AS wire_bytes
    FROM connections
    UNION ALL
    SELECT server_ip, 0,
           server_packets, client_packets,
           server_bytes, client_bytes,
           client_wire_bytes + server_wire_bytes
    FROM connections
)
SELECT ip,
       sum(is_client) AS as_client,
       sum(NOT is_client) AS as_server,
       sum(packets_sent) AS packets_sent,
       sum(packets_received) AS packets_received,
       sum(bytes_sent) AS bytes_sent,
       sum(bytes_received) AS bytes_received,
       sum(wire_bytes) AS wire_bytes,
       round(2.0 * sum(wire_bytes) / sum(sum(wire_bytes)) OVER (), 4) AS share
FROM ends
GROUP BY ip
ORDER BY wire_bytes DESC, ip;
