"""Many files that are one data set.  Each data set is a folder of its own."""
import gzip

from capture_files import Record, enhanced_packet, interface, pcap, section
from conversation import MILLISECOND, START, Conversation
from fragments import cut
from scenario import framed, scenario

RECORDS = framed(Conversation().whole())


@scenario
def ring():
    """One conversation over three files of different formats, whose order by name is not that by time."""
    return {"ring/b.pcap": pcap(RECORDS[:4]),
            "ring/c.pcapng": section() + interface() + b"".join(map(enhanced_packet, RECORDS[4:8])),
            "ring/a.pcap.gz": gzip.compress(pcap(RECORDS[8:]), mtime=0)}


@scenario
def mixed():
    """A folder with more than captures: a text, and a capture without packets, which comes first."""
    return {"mixed/notes.txt": b"Not a capture.\n", "mixed/.hidden.pcap": pcap(RECORDS[:4]),
            "mixed/z_no_packets.pcap": pcap([]), "mixed/one.pcap": pcap(RECORDS)}


@scenario
def split_datagram():
    """A segment in four fragments, two of them in each file."""
    talk = Conversation()
    talk.handshake()
    talk.client.send(300)
    time, packet = talk.packets.pop()
    talk.packets += [(time + index * 10**5, fragment) for index, fragment in enumerate(cut(packet))]
    talk.server.ack()
    frames = framed(talk)
    return {"split_datagram/1.pcap": pcap(frames[:5]), "split_datagram/2.pcap": pcap(frames[5:])}


@scenario
def copies():
    """The same content under two names, one of them packed."""
    whole = pcap(framed(Conversation(client="10.0.0.4").whole()))
    return {"copies/1.pcap": whole, "copies/2.pcap.gz": gzip.compress(whole, mtime=0)}


@scenario
def overlapping():
    """Two machines that recorded at the same time: file after file, not packet by packet."""
    other = Conversation(client="10.0.0.3", start=START + 15 * MILLISECOND).whole()
    return {"overlapping/z.pcap": pcap(RECORDS), "overlapping/a.pcap": pcap(framed(other))}


@scenario
def same_time():
    """Files that begin at the same time come in the order of their names."""
    return {f"same_time/{name}.pcap": pcap([Record(START, record.data, record.wire_length)])
            for name, record in zip("cab", RECORDS)}


@scenario
def one_is_cut():
    """The last record of the first file is cut: the second file goes on."""
    return {"one_is_cut/1.pcap": pcap(RECORDS[:4])[:-1], "one_is_cut/2.pcap": pcap(RECORDS[4:])}


@scenario
def one_is_corrupt():
    """A record of the first file claims too many bytes."""
    first = bytearray(pcap(RECORDS[:6]))
    first[24 + 70 + 8:24 + 70 + 12] = (0x7FFFFFFF).to_bytes(4, "little")  # of the second record
    return {"one_is_corrupt/1.pcap": bytes(first), "one_is_corrupt/2.pcap": pcap(RECORDS[6:])}
