-- How did the connections go?  One row a combination of states, the most frequent first.
--
--     status          R, or S<SYNs>F<FINs>
--     conn_state      Zeek's word for it
--     completeness    Wireshark's bits: 1 SYN, 2 SYN+ACK, 4 ACK, 8 data, 16 FIN, 32 RST
--     connections
--     bytes           TCP payload
--     meaning         of conn_state
WITH states(conn_state, meaning) AS (
    VALUES ('S0', 'attempt, no answer'),
           ('S1', 'established, not closed'),
           ('SF', 'established and closed'),
           ('REJ', 'attempt rejected'),
           ('S2', 'established, closed by the originator alone'),
           ('S3', 'established, closed by the responder alone'),
           ('RSTO', 'established, reset by the originator'),
           ('RSTR', 'established, reset by the responder'),
           ('RSTOS0', 'attempt, reset by the originator before an answer'),
           ('RSTRH', 'SYN+ACK, then reset by the responder; no SYN seen'),
           ('SH', 'SYN and FIN of the originator, no SYN+ACK'),
           ('SHR', 'SYN+ACK and FIN of the responder, no SYN seen'),
           ('OTH', 'no handshake seen')
)
SELECT status,
       conn_state,
       completeness,
       count(*) AS connections,
       sum(bytes) AS bytes,
       meaning
FROM connections LEFT JOIN states USING (conn_state)
GROUP BY status, conn_state, completeness
ORDER BY connections DESC, status, conn_state, completeness;
