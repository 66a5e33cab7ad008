-- Part A of the report: how many connections there are.
--
--     connections
SELECT count(*) AS connections
FROM connections;
