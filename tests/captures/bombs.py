"""Little that becomes much: gigabytes that hold no packet, in a few megabytes or less."""
import gzip
import struct

from capture_files import interface, name_resolution, section
from scenario import scenario

SKIPPED = 0xFFFFFFF0  # bytes of the longest block that pcapng can have
MEGABYTE = 1 << 20
HEAD = section() + interface()


def gzip_member(data):
    return gzip.compress(data, compresslevel=9, mtime=0)


def gzip_of(head, filling, size):
    """A member for the beginning, and the same one again and again for at least `size` bytes."""
    filling *= MEGABYTE // len(filling)
    return gzip_member(head) + gzip_member(filling) * (size // len(filling) + 1)


def zstd_of(head, size):
    """RFC 8878: a frame of raw blocks, and then one of 128 KiB blocks that repeat a zero."""
    def block_header(length, kind, is_last):
        return struct.pack("<L", length << 3 | kind << 1 | is_last)[:3]
    frame = struct.pack("<LBB", 0xFD2FB528, 0, 0x38)  # no checksum, a window of 128 KiB
    raw, repeated, block = 0, 1, 128 << 10
    zeros = block_header(block, repeated, False) + b"\0"
    return (frame + block_header(len(head), raw, True) + head +
            frame + zeros * (size // block + 1) + block_header(0, raw, True))


def lz4_of(head, size):
    """LZ4 frame format: an uncompressed block, and then 4 MiB blocks of one zero that a match repeats."""
    frame = struct.pack("<LBB", 0x184D2204, 0x60, 0x70) + b"\x73"  # independent blocks of at most 4 MiB
    uncompressed = 1 << 31
    extra, rest = divmod((4 << 20) - 25, 255)
    zeros = b"\x1f\0\1\0" + b"\xff" * extra + bytes([rest]) + b"\x50" + bytes(5)  # a block ends with 5 literals
    return (frame + struct.pack("<L", len(head) | uncompressed) + head +
            (struct.pack("<L", len(zeros)) + zeros) * ((size >> 22) + 1) + struct.pack("<L", 0))


@scenario
def skipped():
    """A block of 4 GiB that nobody reads, of zeros."""
    head = HEAD + struct.pack("<LL", 0x7FFF0001, SKIPPED)
    return {"skipped.pcapng.gz": gzip_of(head, b"\0", SKIPPED), "skipped.pcapng.zst": zstd_of(head, SKIPPED),
            "skipped.pcapng.lz4": lz4_of(head, SKIPPED)}


@scenario
def options():
    """The options of an interface: 4 GiB, all empty and without meaning."""
    return {"options.pcapng.zst": zstd_of(HEAD + struct.pack("<LLHHL", 1, SKIPPED, 1, 0, 0), SKIPPED)}


@scenario
def names():
    """A gigabyte of blocks that are no packets."""
    return {"names.pcapng.gz": gzip_of(HEAD, name_resolution(), 1 << 30)}


@scenario
def interfaces():
    """Millions of interfaces: more than are allowed."""
    return {"interfaces.pcapng.gz": gzip_of(HEAD, interface(), 100 * MEGABYTE)}
