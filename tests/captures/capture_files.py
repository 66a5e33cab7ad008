"""Capture files: classic pcap in all its variants, pcapng with every kind of block.

    pcap(records)                      microseconds, little endian, Ethernet
    section() + interface() + enhanced_packet(record)   pcapng, block by block

A Record is a packet as it stands in a file.
"""
import struct
from dataclasses import dataclass

NANOSECONDS = 1_000_000_000
LINKTYPE = {"NULL": 0, "EN10MB": 1, "PPP": 9, "PPP_HDLC": 50, "RAW": 101, "C_HDLC": 104, "IEEE802_11": 105,
            "LOOP": 108, "LINUX_SLL": 113, "IEEE802_11_RADIOTAP": 127, "LINUX_SLL2": 276, "RAW_BSD": 12,
            "RAW_OPENBSD": 14, "IPV4": 228, "IPV6": 229, "UNKNOWN": 147, "ARCNET_LINUX": 129, "ERF": 197,
            "IPNET": 226, "IP_OVER_FC": 122, "JUNIPER_ETHER": 178, "JUNIPER_MLPPP": 130, "SYMANTEC": 99}


@dataclass
class Record:
    time: int  # ns since 1970
    data: bytes  # what the file holds of the packet
    wire_length: int  # bytes that were on the wire

    def cut(self, length):
        """As captured with that snap length."""
        return Record(self.time, self.data[:length], self.wire_length)


def records(packets, wrap):
    """Pairs of (time, IP packet) as records with a link-layer header."""
    return [Record(time, frame, len(frame)) for time, frame in ((time, wrap(packet)) for time, packet in packets)]


# ---- classic pcap ----

MICRO_MAGIC, NANO_MAGIC, MODIFIED_MAGIC = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34


def pcap_header(magic=MICRO_MAGIC, order="<", snaplen=262144, link_type=1, version=(2, 4)):
    return struct.pack(order + "LHHlLLL", magic, *version, 0, 0, snaplen, link_type)


def pcap_record(record, magic=MICRO_MAGIC, order="<"):
    seconds, fraction = divmod(record.time, NANOSECONDS)
    if magic != NANO_MAGIC:
        fraction //= 1000
    header = struct.pack(order + "LLLL", seconds, fraction, len(record.data), record.wire_length)
    if magic == MODIFIED_MAGIC:
        header += struct.pack(order + "LHBB", 2, 0x0800, 0, 0)  # interface index, protocol, packet type, padding
    return header + record.data


def pcap(all_records, magic=MICRO_MAGIC, order="<", **header):
    return pcap_header(magic, order, **header) + b"".join(pcap_record(r, magic, order) for r in all_records)


# ---- pcapng ----

def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(order + "L", len(body) + 12)
    return struct.pack(order + "L", kind) + length + body + length


def options(order="<", **values):
    """Options by the names of OPTION; text is given as str, numbers as they are packed there."""
    if not values:
        return b""
    out = b""
    for name, value in values.items():
        code, form = OPTION[name]
        value = value.encode() if isinstance(value, str) else struct.pack(order + form, value) if form else value
        out += struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)
    return out + struct.pack(order + "HH", 0, 0)


OPTION = {
    "comment": (1, ""), "custom": (2988, ""),
    "hardware": (2, ""), "os": (3, ""), "application": (4, ""),  # of a section
    "name": (2, ""), "tsresol": (9, "B"), "tsoffset": (14, "q"),  # of an interface
    "flags": (2, "L"),  # of a packet
    "received": (4, "Q"), "dropped": (5, "Q"),  # of interface statistics
}


def section(order="<", length=-1, version=(1, 0), **values):
    body = struct.pack(order + "LHHq", 0x1A2B3C4D, *version, length)
    return block(0x0A0D0D0A, body + options(order, **values), order)


def interface(link_type=1, snaplen=262144, order="<", **values):
    return block(1, struct.pack(order + "HHL", link_type, 0, snaplen) + options(order, **values), order)


def ticks(record, per_second, offset):
    """The record's time in an interface's units.  `offset` is if_tsoffset, in seconds."""
    value = (record.time - offset * NANOSECONDS) * per_second // NANOSECONDS
    return value >> 32, value & 0xFFFFFFFF


def enhanced_packet(record, index=0, order="<", per_second=1_000_000, offset=0, **values):
    body = struct.pack(order + "LLLLL", index, *ticks(record, per_second, offset), len(record.data), record.wire_length)
    return block(6, body + padded(record.data) + options(order, **values), order)


def simple_packet(record, order="<"):
    """Has no time; its captured length is the smaller of wire length and snap length."""
    return block(3, struct.pack(order + "L", record.wire_length) + record.data, order)


def obsolete_packet(record, index=0, drops=0, order="<", per_second=1_000_000, offset=0):
    body = struct.pack(order + "HHLLLL", index, drops, *ticks(record, per_second, offset), len(record.data),
                       record.wire_length)
    return block(2, body + padded(record.data), order)


def interface_statistics(time, index=0, order="<", **values):
    high, low = ticks(Record(time, b"", 0), 1_000_000, 0)
    return block(5, struct.pack(order + "LLL", index, high, low) + options(order, **values), order)


def name_resolution(order="<"):
    entry = struct.pack(order + "HH", 1, 10) + bytes([10, 0, 0, 1]) + b"alpha\0" + b"\0\0"
    return block(4, entry + struct.pack(order + "HH", 0, 0), order)


def custom_block(order="<"):
    """The enterprise number is the one for documentation, RFC 5612."""
    return block(0x00000BAD, struct.pack(order + "L", 32473) + b"any bytes", order)


def unknown_block(order="<"):
    return block(0x7FFF0001, b"any bytes", order)


def padded(data):
    return data + b"\0" * (-len(data) % 4)
