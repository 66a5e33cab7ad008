-- Whom did nobody answer?  One row a connection whose SYN got no segment back: a filtered port, a dead host, a scan.
--
--     connection_id, client_ip, client_port, server_ip, server_port, start_utc
--     syn_count    how often the client tried
--     duration     seconds from the first to the last try
SELECT connection_id,
       client_ip,
       client_port,
       server_ip,
       server_port,
       start_utc,
       syn_count,
       duration
FROM connections
WHERE client_by = 'syn' AND server_packets = 0
ORDER BY connection_id;
