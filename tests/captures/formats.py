"""One conversation in every container: the rows must be equal.  And what pcapng alone can say."""
import gzip
import shutil
import subprocess
import sys

import packets as p
from capture_files import (LINKTYPE, MICRO_MAGIC, MODIFIED_MAGIC, NANO_MAGIC, NANOSECONDS, Record, custom_block,
                           enhanced_packet, interface, interface_statistics, name_resolution, obsolete_packet, pcap,
                           pcap_header, pcap_record, section, simple_packet, unknown_block)
from conversation import Conversation
from scenario import framed, scenario

RECORDS = framed(Conversation().whole())
END = RECORDS[-1].time


def each(write, records=None, **fields):
    return b"".join(write(record, **fields) for record in (RECORDS if records is None else records))


@scenario
def same():
    """The same eleven packets in each format, uncompressed."""
    orders = {"little": "<", "big": ">"}
    magics = {"micro": MICRO_MAGIC, "nano": NANO_MAGIC, "modified": MODIFIED_MAGIC}
    files = {f"same_{kind}_{name}.pcap": pcap(RECORDS, magic, order)
             for kind, magic in magics.items() for name, order in orders.items()}
    for name, order in orders.items():
        files[f"same_{name}.pcapng"] = (section(order=order) + interface(order=order) +
                                        each(enhanced_packet, order=order))
        files[f"same_obsolete_{name}.pcapng"] = (section(order=order) + interface(order=order) +
                                                 each(obsolete_packet, order=order))
    files["same_version_9.pcap"] = pcap(RECORDS, version=(9, 0))  # of later versions nobody knows a difference
    files["same_nano.pcapng"] = section() + interface(tsresol=9) + each(enhanced_packet, per_second=NANOSECONDS)
    files["same_offset.pcapng"] = (section() + interface(tsoffset=1_000_000) +
                                   each(enhanced_packet, offset=1_000_000))
    return files


@scenario
def sections():
    """Two sections, the second in the other byte order, each with its own interface."""
    first = section(hardware="first machine", os="Linux", application="maker") + interface()
    second = section(order=">") + interface(LINKTYPE["RAW"], order=">")
    bare = [Record(record.time, record.data[14:], record.wire_length - 14) for record in RECORDS[5:]]
    return {"two_sections.pcapng": (first + each(enhanced_packet, RECORDS[:5]) + second +
                                    each(enhanced_packet, bare, order=">"))}


@scenario
def interfaces():
    """Two interfaces with their own link type, resolution and zero; packets from one and the other by turns."""
    head = (section() + interface(name="eth0") +
            interface(LINKTYPE["RAW"], name="tun0", tsresol=9, tsoffset=1_500_000_000))
    body = b""
    for index, record in enumerate(RECORDS):
        if index % 2 == 0:
            body += enhanced_packet(record, 0)
        else:
            bare = Record(record.time, record.data[14:], record.wire_length - 14)
            body += enhanced_packet(bare, 1, per_second=NANOSECONDS, offset=1_500_000_000)
    return {"two_interfaces.pcapng": head + body}


@scenario
def late_interface():
    """An interface that is described after the first packets."""
    return {"late_interface.pcapng": (section() + interface() + each(enhanced_packet, RECORDS[:5]) + interface() +
                                      each(enhanced_packet, RECORDS[5:], index=1))}


@scenario
def simple():
    """Simple packet blocks have no time; with a snap length of 60 the long ones are cut."""
    cut = [record.cut(60) for record in RECORDS]
    return {"simple.pcapng": section() + interface() + each(simple_packet),
            "simple_cut.pcapng": section() + interface(snaplen=60) + each(simple_packet, cut)}


@scenario
def every_block():
    """Comments, statistics with drops, names, custom and unknown blocks between the packets."""
    extras = [name_resolution(), custom_block(), unknown_block(),
              interface_statistics(END, comment="halfway", received=6, dropped=2), b"",
              enhanced_packet(RECORDS[5], comment="the response", flags=1)]
    head = section(hardware="machine", os="system", application="maker", comment="said once")
    end = interface_statistics(END, received=11, dropped=5)
    packets = each(enhanced_packet, RECORDS[:5]) + b"".join(extras) + each(enhanced_packet, RECORDS[6:])
    return {"every_block.pcapng": head + interface(name="eth0", comment="said of it") + packets + end}


@scenario
def drops_of_obsolete_blocks():
    """Obsolete packet blocks say how many packets were dropped since the one before."""
    return {"obsolete_drops.pcapng": (section() + interface() +
                                      b"".join(obsolete_packet(record, drops=index % 3)
                                               for index, record in enumerate(RECORDS)))}


@scenario
def mixed_link_types():
    """An interface with a link type that nobody knows beside an Ethernet one: the rest is read."""
    return {"unknown_interface.pcapng": (section() + interface(LINKTYPE["UNKNOWN"]) + interface() +
                                         enhanced_packet(Record(END, b"anything", 8), 0) +
                                         each(enhanced_packet, index=1))}


@scenario
def old_versions():
    """Before version 2.3 a record's two lengths stood in the other order."""
    def swapped(record):
        header = pcap_record(record)
        return header[:8] + header[12:16] + header[8:12] + header[16:]
    cut = [record.cut(100) for record in RECORDS]
    return {"version_2_2.pcap": pcap_header(version=(2, 2)) + b"".join(map(swapped, cut)),
            "version_2_3.pcap": pcap_header(version=(2, 3)) + b"".join(map(swapped, cut))}


@scenario
def empty():
    """Captures without a packet."""
    return {"no_packets.pcap": pcap([]), "no_packets.pcapng": section() + interface(),
            "no_interface.pcapng": section()}


@scenario
def large():
    """A record of 262,144 bytes, and a snap length of 0, which means no limit."""
    talk = Conversation()
    talk.client.syn()
    frame = framed(talk)[0]
    long = Record(frame.time, frame.data.ljust(262144, b"\0"), 262144)
    return {"large_record.pcap": pcap([long]), "snaplen_0.pcap": pcap(RECORDS, snaplen=0)}


def compress(tool, data):
    """By a command line tool, or nothing if it is not there."""
    if not shutil.which(tool):
        print(f"make_captures: no {tool}, no captures with it", file=sys.stderr)
        return None
    return subprocess.run([tool, "-c", "-q"], input=data, stdout=subprocess.PIPE, check=True).stdout


@scenario
def compressed():
    """gzip, zstd and lz4, in one member and in several; cut within the second of two, after five packets."""
    whole = pcap(RECORDS)
    parts = [whole[:500], whole[500:]]
    tools = {"gz": lambda data: gzip.compress(data, mtime=0), "zst": lambda data: compress("zstd", data),
             "lz4": lambda data: compress("lz4", data)}
    files = {}
    for ending, pack in tools.items():
        packed = pack(whole)
        if packed is None:
            continue
        members = b"".join(map(pack, parts))
        files[f"same_packed.pcap.{ending}"] = packed
        files[f"same_members.pcap.{ending}"] = members
        files[f"same_packed.pcapng.{ending}"] = pack(section() + interface() + each(enhanced_packet))
        files[f"cut.pcap.{ending}"] = members[:-20]
    return files


@scenario
def misnamed():
    """Formats are told by content: a pcapng file that is called .pcap, a packed one that is called .txt."""
    return {"same_misnamed.pcap": section() + interface() + each(enhanced_packet),
            "same_misnamed.txt": gzip.compress(pcap(RECORDS), mtime=0)}
