-- What expected.txt holds, over the tables of tcp_attach or tcp_import: for clients that speak SQL only.
SELECT printf('%d connections, %d complete', count(*), sum(is_complete)) AS line FROM connections
UNION ALL
SELECT printf('%d: %s:%d -> %s:%d, %s', connection_id, client_ip, client_port, server_ip, server_port, status)
FROM connections WHERE connection_id = 1
UNION ALL
SELECT printf('%d packets, %d bytes', packets, bytes) FROM connections WHERE connection_id = 1
UNION ALL
SELECT printf('began %s, exactly %d ns', start_utc, start_ns) FROM connections WHERE connection_id = 1
UNION ALL
SELECT printf('handshake took %.6f s', initial_rtt) FROM connections WHERE connection_id = 1;
