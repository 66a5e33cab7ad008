#!/usr/bin/python3
"""Holds examples/dask_captures.py, on a cluster of one scheduler and three worker processes, against one process.

    check_totals.py EXTENSION CAPTURE

CAPTURE (a little-endian pcap file) is cut into files, so that many connections cross files, some of them
several.  Ends with 77, skipped, without dask.distributed.
"""
import collections
import math
import os
import struct
import sys
import tempfile
from dataclasses import replace

sys.dont_write_bytecode = True
ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "examples"))
import dask_captures as captures

try:
    from distributed import Client, LocalCluster
except ImportError:
    print("skipped: needs dask.distributed (apt-get install python3-distributed)")
    sys.exit(77)

WORKERS = 3
FILE_HEADER, RECORD_HEADER = 24, 16


def records(data):
    at = FILE_HEADER
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        yield data[at : at + RECORD_HEADER + length]
        at += RECORD_HEADER + length


def cut(path, folder, files):
    """Writes the capture's records to so many files in turn and returns their paths."""
    with open(path, "rb") as file:
        data = file.read()
    packets = list(records(data))
    paths = []
    for i in range(files):
        part = packets[len(packets) * i // files : len(packets) * (i + 1) // files]
        paths.append(os.path.join(folder, f"part-{i:02}.pcap"))
        with open(paths[-1], "wb") as file:
            file.write(data[:FILE_HEADER] + b"".join(part))
    return paths


def same(one, other):
    """Equal in every count; means and deviations up to the order of additions."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    return one == other


def check(name, one, other):
    if not same(one, other):
        sys.exit(f"{name} differ:\n{one}\n{other}")


def without_rtt(connection):
    """What stitching leaves exact: all but round trips that cross a cut."""
    nothing = captures.Samples()
    return replace(
        connection,
        client=replace(connection.client, rtt=nothing),
        server=replace(connection.server, rtt=nothing),
    )


def check_stitching(parts, folder, extension):
    """Stitched parts are the connections of one pass over all files."""
    pieces = [captures.read_connections(path, extension) for path in parts]
    stitched = sorted(captures.stitch(pieces), key=lambda connection: (connection.start_ns, connection.key))
    whole = captures.read_connections(os.path.join(folder, "part-*.pcap"), extension)
    whole.sort(key=lambda connection: (connection.start_ns, connection.key))
    check("connections", list(map(without_rtt, stitched)), list(map(without_rtt, whole)))
    crossing = sum(map(len, pieces)) - len(whole)
    if crossing < len(parts):
        sys.exit(f"only {crossing} cuts through connections: too few to test anything")

    # Round trips are pooled; at a cut a sample may be missing, or too many (docs/scale.md).
    parts_of = collections.Counter(part.key for piece in pieces for part in piece)
    for one, other in zip(stitched, whole):
        if parts_of[one.key] == 1:
            check("round trips", one, other)


def by_key(pieces):
    """What docs/scale.md does with Spark: the parts of each pair of end points in a group of their own."""
    groups = collections.defaultdict(list)
    for part in (part for piece in pieces for part in piece):
        groups[part.key].append(part)
    return sum((captures.totals_of([[part] for part in group]) for group in groups.values()), captures.Totals()).columns()


def check_cluster(client, parts, extension):
    pieces = [captures.read_connections(path, extension) for path in parts]
    alone = captures.totals_of(pieces).columns()
    # in the wrong order, as workers may finish
    together = captures.distributed_totals(client, parts[::-1], extension).columns()
    check("totals", together, alone)
    check("totals", by_key(pieces), alone)
    processes = set(client.run(os.getpid).values())
    if len(processes) != WORKERS or os.getpid() in processes:
        sys.exit(f"expected {WORKERS} worker processes, found {processes}")


def check_report(totals, capture, extension):
    """A ring of files given as one capture: nothing is stitched, and the totals are those of the report."""
    database = captures.database(extension)
    general = database.execute("SELECT * FROM tcp_report_total(?), tcp_report_general(?)", (capture, capture)).fetchone()
    check("counts", (totals.connections, totals.complete, totals.reset, totals.open, totals.preexisting), general)
    complete = database.execute("SELECT minimum, mean, maximum FROM tcp_report_complete(?) LIMIT 2", (capture,)).fetchall()
    for found, row in zip((totals.duration, totals.client_rtt), complete):
        check("report", dict(enumerate((found.minimum, found.mean, found.maximum))), dict(enumerate(row)))


def main():
    extension, capture = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, local_directory=work)
        with cluster, Client(cluster) as client:
            for files in (1, 2, 7, 40):
                folder = os.path.join(work, str(files))
                os.mkdir(folder)
                parts = cut(capture, folder, files)
                if files > 1:
                    check_stitching(parts, folder, extension)
                check_cluster(client, parts, extension)
                ring = captures.distributed_totals(client, [os.path.join(folder, "part-*.pcap")], extension)
                check_report(ring, capture, extension)
    print("the cluster's totals are those of one process")


if __name__ == "__main__":
    main()
