-- Where are segments sent again?  One row a pair of sender and receiver with retransmissions, the most first.
--
--     sender_ip, receiver_ip
--     connections                    with at least one retransmission in this direction
--     packets                        of all connections in this direction
--     retransmissions                fast and spurious ones included
--     fast_retransmissions           provoked by duplicate ACKs, not by a timeout
--     spurious_retransmissions       of data that had been acknowledged
--     out_of_order
--     retransmitted_bytes            payload
--     rate                           retransmissions / packets
WITH directions AS (
    SELECT client_ip AS sender_ip, server_ip AS receiver_ip, client_packets AS packets,
           client_retransmissions AS retransmissions,
           client_fast_retransmissions AS fast_retransmissions,
           client_spurious_retransmissions AS spurious_retransmissions,
           client_out_of_order AS out_of_order,
           client_retransmitted_bytes AS retransmitted_bytes
    FROM connections
    UNION ALL
    SELECT server_ip, client_ip, server_packets,
           server_retransmissions,
           server_fast_retransmissions,
           server_spurious_retransmissions,
           server_out_of_order,
           server_retransmitted_bytes
    FROM connections
)
SELECT sender_ip,
       receiver_ip,
       count(*) FILTER (WHERE retransmissions > 0) AS connections,
       sum(packets) AS packets,
       sum(retransmissions) AS retransmissions,
       sum(fast_retransmissions) AS fast_retransmissions,
       sum(spurious_retransmissions) AS spurious_retransmissions,
       sum(out_of_order) AS out_of_order,
       sum(retransmitted_bytes) AS retransmitted_bytes,
       round(1.0 * sum(retransmissions) / sum(packets), 4) AS rate
FROM directions
GROUP BY sender_ip, receiver_ip
HAVING sum(retransmissions) > 0
ORDER BY sum(retransmissions) DESC, sender_ip, receiver_ip;
