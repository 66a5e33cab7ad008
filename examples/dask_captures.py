#!/usr/bin/env python3
"""Totals of many captures, by many processes or machines.

    examples/dask_captures.py --workers 4 ring/*.pcap
    examples/dask_captures.py --scheduler tcp://head:8786 /mnt/captures/*.pcap

Each worker has one SQLite connection with the extension and analyses whole files.  Their connections are dealt out by
end points, so that the parts of a connection that crosses files come together in one place, where they are stitched.
The totals of these places are added up.  Nothing but the parts of connections travels, never packets.

How exact that is, and the same with Spark: docs/scale.md.  Needs dask.distributed (Debian: python3-distributed).
"""
import argparse
import json
import math
import operator
import os
import sqlite3
import threading
import zlib
from dataclasses import dataclass, field, fields, replace


@dataclass(frozen=True)
class Samples:
    """Number, mean, sum of squared deviations, least and greatest of some samples."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf

    @classmethod
    def of(cls, count, mean, stddev, minimum, maximum):
        """From the columns of tcp_connections, whose stddev has the divisor count - 1."""
        if not count:
            return cls()
        return cls(count, mean, (stddev or 0.0) ** 2 * (count - 1), minimum, maximum)

    def __add__(self, other):
        """Pooled as if all had been taken together (Chan, Golub and LeVeque 1979)."""
        if not self.count or not other.count:
            return self if self.count else other
        count = self.count + other.count
        apart = other.mean - self.mean
        return Samples(
            count,
            self.mean + apart * other.count / count,
            self.squares + other.squares + apart**2 * self.count * other.count / count,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )

    @property
    def stddev(self):
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else None

    def columns(self):
        known = self.count > 0
        return {
            "samples": self.count,
            "minimum": self.minimum if known else None,
            "mean": self.mean if known else None,
            "maximum": self.maximum if known else None,
            "stddev": self.stddev,
        }


@dataclass(frozen=True)
class Side:
    """What one end of a connection sent."""

    ip: str
    port: int
    isn: int | None
    packets: int
    data_packets: int
    bytes: int
    wire_bytes: int
    rtt: Samples

    def __add__(self, later):
        return replace(
            self,
            isn=later.isn if self.isn is None else self.isn,
            packets=self.packets + later.packets,
            data_packets=self.data_packets + later.data_packets,
            bytes=self.bytes + later.bytes,
            wire_bytes=self.wire_bytes + later.wire_bytes,
            rtt=self.rtt + later.rtt,
        )

    @property
    def end_point(self):
        return self.ip, self.port


@dataclass(frozen=True)
class Connection:
    """A connection, or the part of it that one file holds."""

    client: Side
    server: Side
    client_by: str
    is_preexisting: bool
    is_open: bool
    syn_count: int
    fin_count: int
    rst_count: int
    start_ns: int
    end_ns: int

    @property
    def key(self):
        """The same for both directions and in every process (hash() is not)."""
        return tuple(sorted((self.client.end_point, self.server.end_point)))

    @property
    def status(self):
        return "R" if self.rst_count else f"S{self.syn_count}F{self.fin_count}"

    @property
    def is_complete(self):
        return self.syn_count > 0 and self.fin_count > 0

    def is_continued_by(self, later):
        """Only a SYN with a new number begins another connection between the same end points (docs/analysis.md)."""
        if later.client_by != "syn":
            return True
        earlier = self.client if self.client.end_point == later.client.end_point else self.server
        return (earlier.isn or 0) == later.client.isn  # as in tshark, unknown is 0

    def __add__(self, later):
        """Stitches the part of a later file on.  The first segment of all decides who the client is."""
        same = self.client.end_point == later.client.end_point
        return replace(
            self,
            client=self.client + (later.client if same else later.server),
            server=self.server + (later.server if same else later.client),
            # open: no FIN at all, or data after the first
            is_open=later.is_open if not self.fin_count else self.is_open or later.client.bytes + later.server.bytes > 0,
            syn_count=self.syn_count + later.syn_count,
            fin_count=self.fin_count + later.fin_count,
            rst_count=self.rst_count + later.rst_count,
            end_ns=later.end_ns,
        )


@dataclass(frozen=True)
class Totals:
    """What is said of all connections together: parts A, C and D of the report."""

    connections: int = 0
    complete: int = 0
    reset: int = 0
    open: int = 0
    preexisting: int = 0
    packets: int = 0
    bytes: int = 0
    wire_bytes: int = 0
    duration: Samples = field(default_factory=Samples)  # of complete connections, as are the following
    client_rtt: Samples = field(default_factory=Samples)
    server_rtt: Samples = field(default_factory=Samples)

    @classmethod
    def of(cls, connection):
        sides = connection.client, connection.server
        seconds = (connection.end_ns - connection.start_ns) / 1e9
        complete = connection.is_complete
        return cls(
            connections=1,
            complete=int(complete),
            reset=int(connection.rst_count > 0),
            open=int(connection.is_open),
            preexisting=int(connection.is_preexisting),
            packets=sum(side.packets for side in sides),
            bytes=sum(side.bytes for side in sides),
            wire_bytes=sum(side.wire_bytes for side in sides),
            duration=Samples(1, seconds, 0.0, seconds, seconds) if complete else Samples(),
            client_rtt=connection.client.rtt if complete else Samples(),
            server_rtt=connection.server.rtt if complete else Samples(),
        )

    def __add__(self, other):
        return Totals(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def columns(self):
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value.columns() if isinstance(value, Samples) else value for name, value in values.items()}


SIDE_COLUMNS = """{0}_ip, {0}_port, {0}_isn, {0}_packets, {0}_data_packets, {0}_bytes, {0}_wire_bytes,
    {0}_rtt_samples, {0}_rtt_mean, {0}_rtt_stddev, {0}_rtt_min, {0}_rtt_max"""
CONNECTIONS = f"""SELECT {SIDE_COLUMNS.format("client")}, {SIDE_COLUMNS.format("server")},
    client_by, is_preexisting, is_open, syn_count, fin_count, rst_count, start_ns, end_ns
    FROM tcp_connections(?) ORDER BY connection_id"""
SIDE_WIDTH, SIDE_RTT = 12, 7

_worker = threading.local()


def database(extension):
    """The SQLite connection of this worker: opened once, used for all its files."""
    if not hasattr(_worker, "database"):
        _worker.database = sqlite3.connect(":memory:")
        _worker.database.enable_load_extension(True)
        _worker.database.load_extension(extension)
        _worker.database.enable_load_extension(False)
    return _worker.database


def connection_of(row):
    sides = [row[i : i + SIDE_WIDTH] for i in (0, SIDE_WIDTH)]
    client, server = (Side(*side[:SIDE_RTT], Samples.of(*side[SIDE_RTT:])) for side in sides)
    return Connection(client, server, *row[2 * SIDE_WIDTH :])


def read_connections(capture, extension):
    """The connections of one file, or of a glob whose files are one capture."""
    return [connection_of(row) for row in database(extension).execute(CONNECTIONS, (capture,))]


def deal(connections, places):
    """Deals connections out by end points.  A piece is in the order of the file."""
    pieces = [[] for _ in range(places)]
    for connection in connections:
        pieces[zlib.crc32(repr(connection.key).encode()) % places].append(connection)
    return pieces


def stitch(pieces):
    """Connections from pieces of several files, in any order of files."""
    latest, stitched = {}, []
    for piece in sorted(filter(None, pieces), key=lambda piece: piece[0].start_ns):
        for part in piece:
            place = latest.get(part.key)
            if place is not None and stitched[place].is_continued_by(part):
                stitched[place] += part
            else:
                latest[part.key] = len(stitched)
                stitched.append(part)
    return stitched


def totals_of(pieces):
    return sum(map(Totals.of, stitch(pieces)), Totals())


def read_and_deal(capture, extension, places):
    return deal(read_connections(capture, extension), places)


def distributed_totals(client, captures, extension):
    """The same as totals_of over all files, by the workers of a dask.distributed client."""
    places = 2 * len(client.scheduler_info()["workers"])  # two each, so that an uneven deal evens out
    files = client.map(read_and_deal, captures, extension=extension, places=places)
    totals = []
    for place in range(places):
        pieces = client.map(operator.itemgetter(place), files)
        totals.append(client.submit(totals_of, pieces))
    return sum(client.gather(totals), Totals())


def default_extension():
    built = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "build", "tcpvtab.so")
    return os.environ.get("TCPVTAB") or (os.path.realpath(built) if os.path.exists(built) else "tcpvtab")


def main():
    parser = argparse.ArgumentParser(description="Totals of many captures, by many processes or machines.")
    parser.add_argument("captures", nargs="+", metavar="FILE")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a running cluster; default: one on this machine")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes of the cluster on this machine")
    parser.add_argument("--extension", default=default_extension(), help="path of tcpvtab.so on the workers")
    arguments = parser.parse_args()

    from distributed import Client, LocalCluster

    cluster = arguments.scheduler or LocalCluster(
        n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None
    )
    with Client(cluster) as client:
        client.upload_file(__file__)
        print(json.dumps(distributed_totals(client, arguments.captures, arguments.extension).columns(), indent=4))


if __name__ == "__main__":
    import dask_captures  # the workers know this file by its name, not as __main__

    dask_captures.main()
