"""Segments in several IP fragments: put together in any order; the row is at the fragment that completes it."""
import packets as p
from conversation import Conversation
from scenario import scenario

SIX = {"client": "2001:db8::1", "server": "2001:db8::2"}


def cut(packet, size=104):
    if p.is_ipv6(packet):
        return list(p.fragments_ipv6(packet, size, ident=77))
    return list(p.fragments_ipv4(packet, size))


def with_fragments(arrange, **hosts):
    """A handshake, then 300 bytes (four fragments) whose fragments arrive as `arrange` says, then the ACK."""
    talk = Conversation(**hosts)
    talk.handshake()
    talk.client.send(300)
    time, packet = talk.packets.pop()
    talk.packets += [(time + index * 10**5, fragment) for index, fragment in enumerate(arrange(packet))]
    talk.server.ack()
    return talk


def both(name, arrange):
    return {f"{name}_ipv4.pcap": with_fragments(arrange), f"{name}_ipv6.pcap": with_fragments(arrange, **SIX)}


@scenario
def in_order():
    return both("in_order", cut)


@scenario
def reversed_order():
    return both("reversed", lambda packet: cut(packet)[::-1])


@scenario
def shuffled():
    return both("shuffled", lambda packet: [cut(packet)[index] for index in (2, 0, 3, 1)])


@scenario
def repeated():
    """A fragment arrives twice."""
    return both("repeated", lambda packet: [cut(packet)[index] for index in (0, 1, 1, 2, 3)])


@scenario
def overlapping():
    """Fragments of two sizes that say the same."""
    return both("overlapping", lambda packet: cut(packet, 104)[:2] + cut(packet, 160)[1:])


@scenario
def missing():
    """One never arrives: no segment, and its bytes are missing in the connection."""
    return both("missing", lambda packet: cut(packet)[:2] + cut(packet)[3:])


@scenario
def first_missing():
    return both("first_missing", lambda packet: cut(packet)[1:])


@scenario
def tiny():
    """The first fragment ends within the TCP header, RFC 1858."""
    return both("tiny", lambda packet: cut(packet, 8))


@scenario
def atomic():
    """An IPv6 fragment header on a whole packet, RFC 6946."""
    return with_fragments(lambda packet: cut(packet, 2000), **SIX)


@scenario
def two_at_once():
    """The fragments of two segments by turns: the identification tells them apart."""
    talk = Conversation()
    talk.handshake()
    talk.client.send(200)
    talk.client.send(200)
    (_, first), (time, second) = talk.packets[-2:]
    del talk.packets[-2:]
    turns = [fragment for pair in zip(cut(first), cut(second)) for fragment in pair]
    talk.packets += [(time + index * 10**5, fragment) for index, fragment in enumerate(turns)]
    talk.server.ack()
    return talk
