"""Times: resolution, order, and the far ends of what a capture can say."""
from capture_files import NANO_MAGIC, Record, enhanced_packet, interface, pcap, section
from conversation import START, Conversation
from scenario import framed, scenario


def at(*times):
    """A conversation's packets at these times (ns)."""
    records = framed(Conversation().whole())[:len(times)]
    return [Record(time, record.data, record.wire_length) for record, time in zip(records, times)]


@scenario
def nanoseconds():
    """Odd nanoseconds, two packets at the same time."""
    return pcap(at(START + 123456789, START + 123456790, START + 123456790, START + 999999999), magic=NANO_MAGIC)


@scenario
def backwards():
    """The third packet is older than the second."""
    return at(START, START + 2 * 10**9, START + 10**9, START + 3 * 10**9)


@scenario
def after_2038():
    """Seconds beyond 31 bits."""
    return at(2**31 * 10**9, (2**32 - 1) * 10**9 + 999999000)


@scenario
def epoch():
    """Time 0 is a time like any other, but not to Wireshark if it is that of a SYN."""
    return at(0, 10**6, 2 * 10**6)


@scenario
def rounding():
    """999.9 ms is not the next second."""
    return pcap(at(START + 999999999, START + 999499999), magic=NANO_MAGIC)


def pcapng(records, per_second=10**6, offset=0, **values):
    return (section() + interface(**values) +
            b"".join(enhanced_packet(record, per_second=per_second, offset=offset) for record in records))


@scenario
def resolutions():
    """Interfaces that count in other units, by pcapng option if_tsresol; and one whose zero lies elsewhere."""
    halves = at(START, START + 5 * 10**8, START + 10**9)
    return {"milliseconds.pcapng": pcapng(halves, 10**3, tsresol=3),
            "seconds_of_two.pcapng": pcapng(halves, 2, tsresol=0x80 | 1),
            "fine_powers_of_two.pcapng": pcapng(halves, 2**30, tsresol=0x80 | 30),
            "nanoseconds.pcapng": pcapng(halves, 10**9, tsresol=9),
            "picoseconds.pcapng": pcapng(at(0, 5 * 10**8, 10**9), 10**12, tsresol=12),
            "offset.pcapng": pcapng(halves, offset=1_600_000_000, tsoffset=1_600_000_000),
            "negative_offset.pcapng": pcapng(at(0, 5 * 10**8, 10**9), offset=-100, tsoffset=-100)}


@scenario
def ends_of_time():
    """A second interface whose clock is half the range of nanoseconds ahead of the first one's, and more."""
    first, *others = at(0, 1000, 2000)
    return {"ends/ends.pcapng": (section() + interface(tsoffset=-2**62) + interface(tsoffset=2**62) +
                            enhanced_packet(first) + b"".join(enhanced_packet(other, index=1) for other in others))}
