-- Who reset whom, and when in the life of the connection?  One row a connection with an RST.
--
--     connection_id, client_ip, client_port, server_ip, server_port
--     reset_by       client or server: who sent the first RST
--     point          what had been seen before it:
--                    attempt       a SYN, no SYN+ACK: by the server it means that the port is closed
--                    handshake     a SYN+ACK, not yet acknowledged
--                    established   no data yet
--                    transfer      data
--                    closing       a FIN of one side
--                    closed        FINs of both sides
--                    unknown       nothing: the connection begins with the RST, or an RST bears other flags as well
--     rst_count, bytes, start_utc, end_utc, duration
--
-- Order and sender are read from `history`, whose letters are in order of first appearance: upper case is Zeek's
-- originator.  That is the client unless Zeek turned the connection round (^) or the capture began with a SYN+ACK;
-- if both hold, it is the client again.
WITH letters AS (
    SELECT *,
           instr(upper(history), 'R') AS reset_at,
           (history LIKE '^%') = (client_by = 'synack') AS originator_is_client
    FROM connections
    WHERE is_reset
),
resets AS (
    SELECT *,
           substr(history, 1, reset_at - 1) AS seen,
           (substr(history, reset_at, 1) = 'R') = originator_is_client AS is_by_client
    FROM letters
)
SELECT connection_id,
       client_ip,
       client_port,
       server_ip,
       server_port,
       iif(reset_at > 0, iif(is_by_client, 'client', 'server'), NULL) AS reset_by,
       CASE
           WHEN seen GLOB '*F*f*' OR seen GLOB '*f*F*' THEN 'closed'
           WHEN seen GLOB '*[Ff]*' THEN 'closing'
           WHEN seen GLOB '*[Dd]*' THEN 'transfer'
           WHEN seen GLOB '*[Hh]*[Aa]*' THEN 'established'
           WHEN seen GLOB '*[Hh]*' THEN 'handshake'
           WHEN seen GLOB '*[Ss]*' THEN 'attempt'
           WHEN seen GLOB '*[Aa]*' THEN 'established'
           ELSE 'unknown'
       END AS point,
       rst_count,
       bytes,
       start_utc,
       end_utc,
       duration
FROM resets
ORDER BY connection_id;
