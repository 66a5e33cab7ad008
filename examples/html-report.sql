-- The data of the page that html-report makes: one JSON text, from the bundled views and the tables behind them.
--
-- The shell has run tcp_attach and filled temp.chosen(connection_id), which may be empty: then the connections that
-- sent most bytes again are shown.  A large capture is reduced here, so that the page stays small: time and round trips
-- in bins, tables by their first rows, and of each chosen connection the first segments.  Needs SQLite's mathematical
-- functions, which Debian's shell has.

CREATE TEMP TABLE limits AS
SELECT 240 AS bins, 1000 AS connections, 15 AS table_rows, 12 AS traces, 2500 AS segments;

CREATE TEMP TABLE span AS
SELECT min(start_ns) AS start_ns,
       (max(end_ns) - min(start_ns)) / (SELECT bins FROM limits) + 1 AS width_ns
FROM connections;

-- One pass over the packets.  A round-trip bin is a tenth of a decade: bin -20 is 10 to 12.6 ms.
CREATE TEMP TABLE cells AS
SELECT max((time_ns - start_ns) / width_ns, 0) AS bin,
       from_client,
       iif(ack_rtt > 0, CAST(floor(10 * log10(ack_rtt)) AS INTEGER), NULL) AS rtt_bin,
       count(*) AS packets,
       sum(payload_length) AS bytes,
       sum(retransmission) AS retransmissions
FROM span CROSS JOIN packets
GROUP BY 1, 2, 3;

CREATE TEMP TABLE binned_timeline AS
WITH RECURSIVE bins(bin) AS (
    SELECT 0
    UNION ALL
    SELECT bin + 1 FROM bins, limits WHERE bin + 1 < limits.bins
),
traffic AS (
    SELECT bin,
           sum(bytes) FILTER (WHERE from_client) AS client_bytes,
           sum(bytes) FILTER (WHERE NOT from_client) AS server_bytes,
           sum(retransmissions) FILTER (WHERE from_client) AS client_retransmissions,
           sum(retransmissions) FILTER (WHERE NOT from_client) AS server_retransmissions
    FROM cells
    GROUP BY bin
),
arrivals AS (
    SELECT (connections.start_ns - span.start_ns) / width_ns AS bin, count(*) AS connections
    FROM connections, span
    GROUP BY 1
),
departures AS (
    SELECT (end_ns - span.start_ns) / width_ns AS bin, count(*) AS connections
    FROM connections, span
    GROUP BY 1
)
SELECT bin,
       coalesce(client_bytes, 0) AS client_bytes,
       coalesce(server_bytes, 0) AS server_bytes,
       coalesce(client_retransmissions, 0) AS client_retransmissions,
       coalesce(server_retransmissions, 0) AS server_retransmissions,
       coalesce(arrivals.connections, 0) AS new_connections,
       -- those that began up to this bin, less those that ended before it
       sum(coalesce(arrivals.connections, 0) - coalesce(departures.connections, 0)) OVER (ORDER BY bin)
           + coalesce(departures.connections, 0) AS active_connections
FROM bins LEFT JOIN traffic USING (bin) LEFT JOIN arrivals USING (bin) LEFT JOIN departures USING (bin);

INSERT INTO chosen
SELECT connection_id
FROM connections
WHERE NOT EXISTS (SELECT * FROM chosen)
ORDER BY client_retransmitted_bytes + server_retransmitted_bytes DESC, packets DESC
LIMIT (SELECT traces FROM limits);

-- One more pass.  The + keeps SQLite from making it a pass for each connection.
CREATE TEMP TABLE segments AS
SELECT connection_id,
       json_array(
           relative_time,
           from_client,
           rel_seq,
           payload_length + ((flags & 2) > 0) + (flags & 1), -- SYN and FIN take a number each
           iif(flags & 16, rel_ack, NULL),
           window_scaled,
           -- in the order of MARKS in time_sequence.js
           retransmission + 2 * fast_retransmission + 4 * spurious_retransmission + 8 * out_of_order
               + 16 * lost_segment + 32 * keep_alive + 64 * zero_window_probe + 128 * window_full
               + 256 * ((flags & 4) > 0) + 512 * duplicate_ack + 1024 * zero_window,
           json(sack_blocks),
           ack - rel_ack) AS segment
FROM packets
WHERE +connection_id IN (SELECT connection_id FROM chosen);

CREATE TEMP TABLE traces AS
WITH numbered AS (
    SELECT connection_id, segment, row_number() OVER (PARTITION BY connection_id ORDER BY rowid) AS number
    FROM segments
)
SELECT connection_id, json_group_array(json(segment)) AS segments
FROM numbered
WHERE number <= (SELECT segments FROM limits)
GROUP BY connection_id;

-- Within <script> only < has a meaning for HTML, and within a JSON text it stands in strings only.
SELECT replace(replace(replace(json_object(
    'captures', (
        SELECT json_group_array(json_array(file, format, start_utc, printf('%.6f', duration), packets, tcp_packets, damage))
        FROM captures),
    'connection_count', (SELECT connections FROM report_total),
    'general', (
        SELECT json_array(complete_connections, reset_connections, open_connections, preexisting_connections)
        FROM report_general),
    'complete', (
        SELECT json_group_array(json_array(
            quantity, unit, minimum, iif(mean IS NULL, NULL, printf('%.6f', mean)), maximum))
        FROM report_complete),
    'connections', (
        SELECT json_group_array(json_array(
            connection_id, source_address, CAST(source_port AS TEXT), destination_address,
            CAST(destination_port AS TEXT), status, round(duration, 6),
            iif(start_time IS NULL, NULL, printf('%.6f', start_time)),
            iif(end_time IS NULL, NULL, printf('%.6f', end_time)), source_packets, destination_packets, packets,
            source_bytes, destination_bytes, bytes))
        FROM (SELECT * FROM report_connections LIMIT (SELECT connections FROM limits))),
    'talkers', (
        SELECT json_group_array(json_array(
            ip, as_client, as_server, packets_sent, packets_received, bytes_sent, bytes_received, share))
        FROM (SELECT * FROM top_talkers LIMIT (SELECT table_rows FROM limits))),
    'retransmitters', (
        SELECT json_group_array(json_array(
            sender_ip, receiver_ip, connections, packets, retransmissions, fast_retransmissions,
            spurious_retransmissions, out_of_order, retransmitted_bytes, rate))
        FROM (SELECT * FROM retransmitters LIMIT (SELECT table_rows FROM limits))),
    'bin_seconds', (SELECT width_ns / 1e9 FROM span),
    'timeline', (
        SELECT json_group_array(json_array(
            bin, client_bytes, server_bytes, client_retransmissions, server_retransmissions, new_connections,
            active_connections))
        FROM (SELECT * FROM binned_timeline ORDER BY bin)),
    'rtt', (
        SELECT json_group_array(json_array(rtt_bin, client_samples, server_samples))
        FROM (
            -- an ACK from the server is for data of the client
            SELECT rtt_bin,
                   sum(packets * (NOT from_client)) AS client_samples,
                   sum(packets * from_client) AS server_samples
            FROM cells
            WHERE rtt_bin IS NOT NULL
            GROUP BY rtt_bin
            ORDER BY rtt_bin)),
    'traces', (
        SELECT json_group_array(json_object(
            'id', connection_id, 'client', client_ip || ' port ' || client_port,
            'server', server_ip || ' port ' || server_port, 'status', status, 'packets', packets,
            'segments', json(segments)))
        FROM (
            SELECT *
            FROM traces JOIN connections USING (connection_id)
            ORDER BY client_retransmitted_bytes + server_retransmitted_bytes DESC, packets DESC))),
    '<', '\u003c'), char(0x2028), '\u2028'), char(0x2029), '\u2029');
