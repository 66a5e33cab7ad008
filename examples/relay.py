#!/usr/bin/env python3
"""A network in user space: carries Ethernet frames between two TAP devices, late, out of order or not at all.

It stands in for `tc netem`, which many kernels lack, and its losses are the same in every run.

    relay.py CLIENT_TAP SERVER_TAP

creates both devices, prints "ready" and runs until it is killed.  What happens to a frame depends on the server
address in it: each address of PATHS is a server at the end of another path.  Frames of other addresses (ARP,
neighbour discovery) pass at once.
"""

import fcntl
import heapq
import ipaddress
import os
import random
import select
import signal
import struct
import sys
import time
from dataclasses import dataclass

TUNSETIFF = 0x400454CA
IFF_TAP_WITHOUT_HEADER = 0x0002 | 0x1000
FRAME_MAX = 2048  # MTU 1500 and an Ethernet header fit


@dataclass(frozen=True)
class Path:
    delay: float  # seconds, one way
    loss: float = 0.0  # share of frames that vanish
    late: float = 0.0  # share of frames that arrive `lateness` seconds later: others overtake them
    lateness: float = 0.0


DIRECT = Path(delay=0.0)
PATHS = {
    "198.51.100.10": Path(delay=0.004),
    "198.51.100.20": Path(delay=0.090),
    "198.51.100.30": Path(delay=0.020, loss=0.06),
    "198.51.100.40": Path(delay=0.015, late=0.08, lateness=0.006),
    "2001:db8:2::10": Path(delay=0.012),
    "2001:db8:2::30": Path(delay=0.025, loss=0.04),
}
BY_ADDRESS = {ipaddress.ip_address(text).packed: path for text, path in PATHS.items()}


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP_WITHOUT_HEADER))
    return tap


def path_of(frame):
    """The path of the server that sends or gets this frame."""
    if frame[12:14] == b"\x08\x00":
        ends = frame[26:30], frame[30:34]
    else:
        ends = frame[22:38], frame[38:54]
    return BY_ADDRESS.get(ends[0]) or BY_ADDRESS.get(ends[1]) or DIRECT


def relay(client, server):
    chance = random.Random(1)
    other_end = {client: server, server: client}
    waiting = []  # (due, number, destination, frame): the number keeps frames of equal time in order
    number = 0
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, destination, frame = heapq.heappop(waiting)
            os.write(destination, frame)
        timeout = waiting[0][0] - now if waiting else None
        for tap in select.select([client, server], [], [], timeout)[0]:
            frame = os.read(tap, FRAME_MAX)
            path = path_of(frame)
            if chance.random() < path.loss:
                continue
            due = time.monotonic() + path.delay
            if chance.random() < path.late:
                due += path.lateness
            number += 1
            heapq.heappush(waiting, (due, number, other_end[tap], frame))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: relay.py CLIENT_TAP SERVER_TAP")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    client, server = open_tap(sys.argv[1]), open_tap(sys.argv[2])
    print("ready", flush=True)
    relay(client, server)


if __name__ == "__main__":
    main()
