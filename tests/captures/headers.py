"""What stands before the payload: tags, IP headers and options, TCP options, and headers that are cut or wrong."""
import struct

import packets as p
from capture_files import Record, pcap
from conversation import START, Conversation
from scenario import framed, scenario


@scenario
def vlan():
    """An 802.1Q tag with identifier 7; the priority bits are no part of it."""
    return framed(Conversation().whole(), wrap=lambda packet: p.vlan(packet, 5 << 13 | 7))


@scenario
def qinq():
    """Two tags: the inner one counts."""
    return framed(Conversation().whole(), wrap=lambda packet: p.vlan(packet, 100, 200))


@scenario
def three_tags():
    return framed(Conversation().whole(), wrap=lambda packet: p.vlan(packet, 100, 200, 300))


@scenario
def vlan_changes():
    """The answers carry another tag: it is no part of a connection's identity."""
    talk = Conversation().whole()
    return framed(talk, wrap=lambda packet: p.vlan(packet, 10 if packet[12:16] == p.address("10.0.0.1") else 20))


@scenario
def ipv4_options():
    """Router alert and padding: an IP header of 28 bytes."""
    talk = Conversation()
    fields = {"options": bytes.fromhex("94040000") + p.NOP * 4}
    talk.client.syn(ip_fields=fields)
    talk.server.syn_ack(ip_fields=fields)
    talk.client.send(100, ip_fields=fields)
    return talk


@scenario
def ipv4_fields():
    """Time to live, identification, DSCP 46 (expedited forwarding) and ECN 1."""
    talk = Conversation()
    talk.client.syn(ip_fields={"ttl": 57, "ident": 0xBEEF, "tos": 46 << 2 | 1})
    talk.server.syn_ack(ip_fields={"ttl": 1, "ident": 0, "tos": 3, "dont_fragment": True})
    return talk


@scenario
def ipv6_fields():
    """Hop limit and traffic class; no identification."""
    talk = Conversation(client="2001:db8::1", server="fe80::2:3")
    talk.client.syn(ip_fields={"hop_limit": 57, "traffic_class": 46 << 2 | 1})
    talk.server.syn_ack(ip_fields={"hop_limit": 255})
    return talk


@scenario
def ipv6_extensions():
    """Hop-by-hop, destination, routing (used up) and authentication headers before TCP."""
    talk = Conversation(client="2001:db8::1", server="2001:db8::2")
    eight = bytes.fromhex("010400000000")  # PadN, which makes a header of 8 bytes
    chain = [(p.IPPROTO_HOP_BY_HOP, eight), (p.IPPROTO_DESTINATION, eight + bytes(8)),
             (p.IPPROTO_ROUTING, struct.pack("!BBL", 0, 0, 0)),
             (p.IPPROTO_AH, struct.pack("!HLL", 0, 1, 1) + bytes(12))]
    talk.client.syn(ip_fields={"extensions": chain})
    talk.server.syn_ack(ip_fields={"extensions": chain[:1]})
    talk.client.send(100, ip_fields={"extensions": chain})
    return talk


@scenario
def source_routes():
    """Routes by 10.0.0.9 that are left, used up, strict, with a wrong pointer, and behind the end of the options."""
    talk = Conversation()
    talk.client.syn(ip_fields={"via": "10.0.0.9", "options": p.source_route(4, "10.0.0.2")})
    talk.server.syn_ack()
    talk.client.ack(ip_fields={"options": p.source_route(8, "10.0.0.9")})
    talk.client.send(10, ip_fields={"via": "10.0.0.9",
                                    "options": p.NOP + p.source_route(8, "10.0.0.8", "10.0.0.2", kind=137)})
    for options in p.source_route(5, "10.0.0.9"), p.source_route(0, "10.0.0.9"), b"\0" + p.source_route(4, "10.0.0.9"):
        talk.client.send(10, ip_fields={"options": options})
    return talk


@scenario
def routing_headers():
    """Stops that are left are the destination, the last address is the connection's end; segment routing writes it
    first."""
    talk = Conversation(client="2001:db8::1", server="2001:db8::2")
    segments = "2001:db8::2", "2001:db8::9"
    talk.client.syn(ip_fields={"via": segments[1], "extensions": [p.routing_header(4, 1, *segments)]})
    talk.server.syn_ack()
    talk.client.ack(ip_fields={"extensions": [p.routing_header(4, 0, *segments)]})
    talk.client.send(10, ip_fields={"via": "2001:db8::9", "extensions": [p.routing_header(0, 1, "2001:db8::2")]})
    return talk


@scenario
def ipv6_addresses():
    """Addresses in their canonical text, RFC 5952: the longest run of zeros, mapped IPv4."""
    pairs = [("::1", "::"), ("2001:db8:0:0:1:0:0:1", "2001:db8:0:1:1:1:1:1"), ("::ffff:192.0.2.1", "fe80::1"),
             ("1:0:0:2:0:0:0:3", "ABCD:EF01::")]
    talks = [Conversation(client=client, server=server, start=START + i * 10**9)
             for i, (client, server) in enumerate(pairs)]
    for talk in talks:
        talk.client.syn()
    return framed(*talks)


@scenario
def tcp_options():
    """All options that have a column, on the SYNs and after."""
    talk = Conversation()
    client = p.mss(1460) + p.sack_permitted() + p.timestamps(1000, 0) + p.NOP + p.window_scale(7)
    server = p.mss(1380) + p.NOP * 2 + p.sack_permitted() + p.timestamps(2**32 - 1, 1000)
    talk.client.syn(options=client)
    talk.server.syn_ack(options=server)
    talk.client.ack(options=p.NOP * 2 + p.timestamps(1010, 2**32 - 1))
    talk.server.ack(options=p.NOP * 2 + p.sack((201, 301)))
    talk.server.ack(options=p.NOP * 2 + p.sack((201, 301), (401, 501), (601, 701), (2**32 - 10, 20)))
    return talk


@scenario
def odd_tcp_options():
    """Unknown kinds are passed over; a length of 0, or one beyond the header, ends the list."""
    talk = Conversation()
    talk.client.syn(options=p.option(253, b"\x12\x34") + p.mss(1000))
    talk.server.syn_ack(options=p.mss(1200) + b"\x05\x00" + p.window_scale(4))
    talk.client.ack(options=p.timestamps(5, 6) + b"\x03\x28")
    talk.client.ack(options=b"\x00" + p.timestamps(7, 8)[:7])
    return talk


@scenario
def short_tcp_options():
    """ACKs with an option that is too short for what its kind needs, each after one that is just long enough."""
    just_long_enough = [p.sack((1, 2)), p.option(30, b"\x00\x00"), p.option(30, b"\x10"), p.option(30, b"\x20\x01" + bytes(4)),
                        p.option(30, b"\x20\x0f" + bytes(22)), p.option(30, b"\x60" + bytes(9)), p.option(30, b"\x90")]
    talk = Conversation()
    talk.handshake()
    for long_enough in just_long_enough:
        short = long_enough[:1] + bytes([len(long_enough) - 1]) + long_enough[2:-1]
        for option in long_enough, short:
            talk.client.send(10)
            talk.server.ack(options=option)
    return talk


@scenario
def all_flags():
    """Each of the flags, and all of them."""
    talk = Conversation()
    talk.handshake()
    for flags in [p.FIN, p.RST, p.PSH, p.ACK, p.URG, p.ECE, p.CWR, p.AE, 0, 0x1FF]:
        talk.client.segment(flags, seq=101, ack=501)
    talk.client.segment(0xFFF, seq=101, ack=501)
    return talk


@scenario
def snap_length():
    """Cut to 54 bytes: all headers are there, no payload; the lengths are those of the wire."""
    return pcap([record.cut(54) for record in framed(Conversation().whole())], snaplen=54)


@scenario
def cut_options():
    """Cut within the TCP options: the segment counts, its options are not known."""
    talk = Conversation()
    talk.handshake(p.mss(1460) + p.window_scale(7), p.mss(1460) + p.window_scale(7))
    talk.exchange()
    return pcap([record.cut(56) for record in framed(talk)], snaplen=56)


@scenario
def cut_sack():
    """Cut within a SACK option: the first block is there, the second one not as a whole."""
    talk = Conversation()
    talk.handshake()
    for _ in range(4):
        talk.client.send(100)
    talk.server.ack(201, options=p.NOP * 2 + p.sack((301, 401), (501, 601)))
    talk.client.send(100)
    talk.server.ack(201, options=p.NOP * 2 + p.sack((301, 401), (501, 601)))
    talk.client.send(100)
    cuts = {8: 70, 10: 65}
    return pcap([record.cut(cuts[frame]) if frame in cuts else record for frame, record in enumerate(framed(talk), 1)])


@scenario
def cut_headers():
    """Cut after so many bytes of each header: Ethernet 14, IPv4 20, TCP 20."""
    talk = Conversation()
    for length in range(10):
        talk.client.send(10 + length)
    lengths = [10, 14, 20, 33, 34, 42, 48, 50, 53, 54]
    return pcap([record.cut(length) for record, length in zip(framed(talk), lengths)])


@scenario
def bad_checksum():
    """Good, bad, good; then one of which the end was not captured."""
    talk = Conversation().join()
    talk.client.send(100)
    talk.client.send(100, bad_checksum=True)
    talk.server.ack()
    talk.client.send(100)
    frames = framed(talk)
    frames[-1] = frames[-1].cut(100)
    return frames


@scenario
def bad_checksum_ipv6():
    talk = Conversation(client="2001:db8::1", server="2001:db8::2").join()
    talk.client.send(101)
    talk.client.send(101, bad_checksum=True)
    return talk


@scenario
def total_length_zero():
    """Segmentation offload leaves the IP total length 0: the length is that of the frame."""
    talk = Conversation()
    talk.handshake()
    talk.client.send(3000, ip_fields={"total_length": 0})
    talk.server.ack()
    return talk


@scenario
def padding():
    """Frames filled to 60 bytes: the filling is no payload."""
    return framed(Conversation().whole(), wrap=p.ethernet_padded)


@scenario
def trailer():
    """Bytes after the end of the IP packet are no payload."""
    return framed(Conversation().whole(), wrap=lambda packet: p.ethernet(packet) + b"trailer")


@scenario
def data_offset():
    """A data offset of 4 words, shorter than a header; of 15 words, beyond the segment."""
    talk = Conversation()
    talk.handshake()
    talk.client.send(10, data_offset=4)
    talk.client.send(10, data_offset=15)
    talk.client.send(10)
    return talk


@scenario
def too_short_total_length():
    """An IP total length within the IP header, and one within the TCP header."""
    talk = Conversation().join()
    talk.client.send(10, ip_fields={"total_length": 19})
    talk.client.send(10, ip_fields={"total_length": 39})
    talk.client.send(10)
    return talk


@scenario
def other_protocols():
    """ARP, UDP, ICMP, an unknown EtherType and an unknown IP protocol beside one segment."""
    hosts = ("10.0.0.1", "10.0.0.2")
    talk = Conversation()
    talk.client.syn()
    others = [p.ethernet(bytes(28), p.ETHERTYPE_ARP), p.ethernet(bytes(50), 0x88B5),
              p.ethernet(p.ip(p.udp(*hosts, 53, 53, b"x" * 20), *hosts, protocol=p.IPPROTO_UDP)),
              p.ethernet(p.ip(p.icmp(8, 0, b"x" * 20), *hosts, protocol=p.IPPROTO_ICMP)),
              p.ethernet(p.ip(bytes(20), *hosts, protocol=253))]
    return framed(talk) + [Record(START, frame, len(frame)) for frame in others]


@scenario
def icmp_quotes():
    """A port that cannot be reached: the quoted TCP header is no segment of its own."""
    four, six = Conversation(), Conversation(client="2001:db8::1", server="2001:db8::2", start=START + 10**6)
    quoted4, quoted6 = four.client.syn(), six.client.syn()
    four.packets.append((four.now + 10**7, p.ip(p.icmp(3, 3, quoted4), "10.0.0.2", "10.0.0.1",
                                                 protocol=p.IPPROTO_ICMP)))
    six.packets.append((six.now + 10**7, p.ip(p.icmp(1, 4, quoted6), "2001:db8::2", "2001:db8::1",
                                               protocol=p.IPPROTO_ICMPV6)))
    return framed(four, six)


@scenario
def snapped():
    """Cut within the timestamps of a SYN, behind SACK permitted; within the first of two IPv6 fragments; and behind
    the ports of all segments."""
    talk = Conversation()
    talk.client.syn(options=p.mss(1460) + p.sack_permitted() + p.timestamps(7, 0))
    six = Conversation(client="2001:db8::1", server="2001:db8::2")
    six.handshake()
    six.client.send(100)
    time, packet = six.packets.pop()
    six.packets += [(time, fragment) for fragment in p.fragments_ipv6(packet, 104, ident=7)]
    return {"snapped/syn.pcap": pcap([record.cut(68) for record in framed(talk)], snaplen=68),
            "snapped/fragments.pcap": pcap([record.cut(96) for record in framed(six)], snaplen=96),
            "snapped/ports.pcap": pcap([record.cut(42) for record in framed(Conversation().whole())], snaplen=42)}


@scenario
def odd_syns():
    """A SYN with RST on the end points of another SYN; a SYN whose data offset is too short."""
    reset, short = Conversation(), Conversation()
    reset.client.syn()
    reset.client.segment(p.SYN | p.RST, seq=300)
    short.client.syn(data_offset=4)
    return {"odd_syns/reset.pcap": framed(reset), "odd_syns/short.pcap": framed(short)}
