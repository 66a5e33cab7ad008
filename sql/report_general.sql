-- Part C of the report: how the connections began and ended, in one row.
--
--     complete_connections      at least one SYN and one FIN
--     reset_connections         at least one RST
--     open_connections          still open when the capture ended
--     preexisting_connections   established before the capture began
SELECT count(*) FILTER (WHERE is_complete) AS complete_connections,
       count(*) FILTER (WHERE is_reset) AS reset_connections,
       count(*) FILTER (WHERE is_open) AS open_connections,
       count(*) FILTER (WHERE is_preexisting) AS preexisting_connections
FROM connections;
