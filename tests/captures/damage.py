"""Files that are no captures, cut short or corrupt."""
import struct

from capture_files import LINKTYPE, enhanced_packet, interface, pcap, pcap_header, pcap_record, section
from conversation import Conversation
from scenario import framed, scenario

RECORDS = framed(Conversation().whole())
WHOLE = pcap(RECORDS)
LAST = len(WHOLE) - len(pcap_record(RECORDS[-1]))  # where the last record starts
FIFTH = len(pcap(RECORDS[:4]))  # where the fifth record starts


def patched(data, offset, value):
    return data[:offset] + struct.pack("<L", value) + data[offset + 4:]


@scenario
def no_captures():
    """Nothing that could be read."""
    return {"empty.pcap": b"", "one_byte.pcap": b"\xd4", "text.txt": b"This is a text and no capture at all.\n",
            "zeros.bin": bytes(1000), "unknown_link_type.pcap": pcap(RECORDS, link_type=LINKTYPE["UNKNOWN"]),
            "version_1.pcap": pcap(RECORDS, version=(1, 0))}


@scenario
def cut_files():
    """Cut in the file header, in the header of the last record, in its bytes, and just before it."""
    return {"cut_file_header.pcap": WHOLE[:20], "cut_after_file_header.pcap": WHOLE[:24],
            "cut_record_header.pcap": WHOLE[:LAST + 10], "cut_after_record_header.pcap": WHOLE[:LAST + 16],
            "cut_packet.pcap": WHOLE[:-1], "cut_between_records.pcap": WHOLE[:LAST]}


@scenario
def corrupt_records():
    """The fifth record claims more bytes than any packet has."""
    return {"huge_record.pcap": patched(WHOLE, FIFTH + 8, 0x7FFFFFFF),
            "negative_record.pcap": patched(WHOLE, FIFTH + 8, 0xFFFFFFFF)}


PCAPNG_HEAD = section() + interface()
BLOCKS = [enhanced_packet(record) for record in RECORDS]
FIFTH_BLOCK = len(PCAPNG_HEAD) + sum(map(len, BLOCKS[:4]))
PCAPNG = PCAPNG_HEAD + b"".join(BLOCKS)


@scenario
def corrupt_blocks():
    """pcapng: lengths that cannot be, a trailer that differs, an interface that was never described."""
    trailer = FIFTH_BLOCK + len(BLOCKS[4]) - 4
    return {"block_length_0.pcapng": patched(PCAPNG, FIFTH_BLOCK + 4, 0),
            "block_length_odd.pcapng": patched(PCAPNG, FIFTH_BLOCK + 4, 33),
            "block_length_huge.pcapng": patched(PCAPNG, FIFTH_BLOCK + 4, 0xFFFFFFFC),
            "trailer_differs.pcapng": patched(PCAPNG, trailer, 40),
            "captured_length_beyond_block.pcapng": patched(PCAPNG, FIFTH_BLOCK + 20, 100000),
            "no_such_interface.pcapng": patched(PCAPNG, FIFTH_BLOCK + 8, 7),
            "no_byte_order.pcapng": patched(PCAPNG, 8, 0x12345678),
            "packet_before_interface.pcapng": section() + BLOCKS[0],
            "cut_block.pcapng": PCAPNG[:-5], "cut_block_header.pcapng": PCAPNG[:-len(BLOCKS[-1]) + 6],
            "cut_section.pcapng": PCAPNG[:20]}


@scenario
def wrong_zstd_frame():
    """Four packets in a zstd frame, then one with a reserved bit set whose header goes on like a frame of zstd 0.6."""
    content = WHOLE[:FIFTH]
    raw_block = struct.pack("<L", len(content) << 3 | 1)[:3] + content
    wrong = struct.pack("<LBLL", 0xFD2FB528, 0x7F, 0xFD2FB526, 0x26)
    return {"zstd_06.pcap.zst": struct.pack("<LBL", 0xFD2FB528, 0xA0, len(content)) + raw_block + wrong}
