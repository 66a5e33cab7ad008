#!/usr/bin/env python3
"""Turns the tests' captures into the first inputs of each harness: OUT_DIR/HARNESS/NAME.

usage: seeds.py CAPTURES OUT_DIR

The readers and the whole path take the captures as they are; the others take the packets in them.
"""
import gzip
import os
import struct
import sys

LARGE = 100_000  # bytes; a larger seed slows the search down
IP_HEADER = 20


def captures(folder):
    """(name, bytes) of every capture below the folder that may be read."""
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(place, name)
            if os.path.getsize(path) <= LARGE and name != "forbidden.pcap":
                with open(path, "rb") as file:
                    yield os.path.basename(place) + "-" + name, file.read()


def records(capture):
    """(link type, bytes) of each packet of a little-endian pcap file; nothing for other formats."""
    if len(capture) < 24 or capture[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        return
    link_type = struct.unpack_from("<I", capture, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(capture):
        length = struct.unpack_from("<I", capture, at + 8)[0]
        if length > len(capture) - at - 16:
            return
        yield link_type, capture[at + 16 : at + 16 + length]
        at += 16 + length


def tcp_options(packet):
    """The option bytes of an Ethernet, IPv4, TCP packet without IP options."""
    tcp = packet[14 + IP_HEADER :]
    if packet[12:14] != b"\x08\x00" or packet[14:15] != b"\x45" or packet[23:24] != b"\x06" or len(tcp) < 20:
        return b""
    return tcp[20 : 4 * (tcp[12] >> 4)]


def fragment(packet):
    """An IPv4 fragment behind Ethernet as the fragments harness reads it."""
    if packet[12:14] != b"\x08\x00" or len(packet) < 14 + IP_HEADER:
        return b""
    flags = struct.unpack_from(">H", packet, 20)[0]
    payload = packet[14 + IP_HEADER :]
    first = (0x80 if flags & 0x2000 else 0) | packet[19] & 0x0F
    return struct.pack("<BBHH", first, 0, flags & 0x1FFF, len(payload)) + payload


def segment(packet):
    """An Ethernet, IPv4, TCP packet as the tracker harness reads it."""
    tcp = packet[14 + IP_HEADER :]
    if packet[12:14] != b"\x08\x00" or packet[14:15] != b"\x45" or packet[23:24] != b"\x06" or len(tcp) < 20:
        return b""
    src, _, seq, ack, _, flags, window = struct.unpack_from(">HHIIBBH", tcp)
    length = max(len(tcp) - 4 * (tcp[12] >> 4), 0)
    return struct.pack("<BBBBHHHHhBB", src < 1024, 255, flags, 0, 4096 + seq % 4096, 4096 + ack % 4096, window,
                       length, 1000, 3, 0)


def write(folder, harness, name, data):
    place = os.path.join(folder, harness)
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, name), "wb") as file:
        file.write(data)


def main(source, folder):
    for name, capture in captures(source):
        write(folder, "sql", name, capture)
        if name.endswith((".gz", ".zst", ".lz4")):
            write(folder, "compressed", name, capture)
        else:
            write(folder, "pcapng" if name.endswith(".pcapng") else "pcap", name, capture)
        packets = list(records(capture))
        for number, (link_type, packet) in enumerate(packets[:8]):
            write(folder, "packet", f"{name}-{number}", struct.pack("<HH", link_type, 0) + packet)
            write(folder, "options", f"{name}-{number}", tcp_options(packet))
        write(folder, "fragments", name, b"".join(fragment(packet) for _, packet in packets))
        write(folder, "tracker", name, b"".join(segment(packet) for _, packet in packets))
    write(folder, "compressed", "long.gz", gzip.compress(bytes(range(256)) * 1200, mtime=0))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
