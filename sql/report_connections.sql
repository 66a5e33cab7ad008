-- Part B of the report: one row a connection.  Source is the client, destination the server; as in the report,
-- everything after the status is known for complete connections only and NULL for the others.
--
--     connection_id
--     source_address, destination_address, source_port, destination_port
--     status                                 R, or S<SYNs>F<FINs>
--     duration, start_time, end_time         seconds; times since 1970
--     source_packets, destination_packets, packets
--     source_bytes, destination_bytes, bytes TCP payload
SELECT connection_id,
       client_ip AS source_address,
       server_ip AS destination_address,
       client_port AS source_port,
       server_port AS destination_port,
       status,
       iif(is_complete, duration, NULL) AS duration,
       iif(is_complete, start_time, NULL) AS start_time,
       iif(is_complete, end_time, NULL) AS end_time,
       iif(is_complete, client_packets, NULL) AS source_packets,
       iif(is_complete, server_packets, NULL) AS destination_packets,
       iif(is_complete, packets, NULL) AS packets,
       iif(is_complete, client_bytes, NULL) AS source_bytes,
       iif(is_complete, server_bytes, NULL) AS destination_bytes,
       iif(is_complete, bytes, NULL) AS bytes
FROM connections
ORDER BY connection_id;
