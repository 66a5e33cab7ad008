-- Which connections took long to open?  One row a connection whose SYN was answered with a SYN+ACK, the slowest first.
--
--     connection_id, client_ip, client_port, server_ip, server_port, start_utc
--     repeated_syns        SYNs and SYN+ACKs beyond one each; each repeat costs a timeout, mostly a second or more
--     syn_rtt              seconds from the last SYN to the SYN+ACK: the way to the server and its answer
--     initial_rtt          seconds from the last SYN to the ACK that ends the handshake
--     times_server_best    syn_rtt, as a multiple of the quickest handshake with this server
SELECT connection_id,
       client_ip,
       client_port,
       server_ip,
       server_port,
       start_utc,
       max(syn_count - 2, 0) AS repeated_syns,
       syn_rtt,
       initial_rtt,
       round(syn_rtt / min(syn_rtt) OVER (PARTITION BY server_ip), 1) AS times_server_best
FROM connections
WHERE syn_rtt IS NOT NULL
ORDER BY repeated_syns DESC, syn_rtt DESC, connection_id;
