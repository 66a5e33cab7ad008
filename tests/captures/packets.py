"""Bytes of packets, layer by layer, from the inside out.

    ethernet(ipv4(tcp(..., payload=b"hello"), "10.0.0.1", "10.0.0.2"), ETHERTYPE_IPV4)

Every function returns bytes.  Lengths and checksums are right unless a parameter says otherwise.
"""
import ipaddress
import struct

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE = (1 << bit for bit in range(9))

ETHERTYPE_IPV4, ETHERTYPE_ARP, ETHERTYPE_IPV6 = 0x0800, 0x0806, 0x86DD
ETHERTYPE_VLAN, ETHERTYPE_QINQ, ETHERTYPE_TRANSPARENT = 0x8100, 0x88A8, 0x6558
ETHERTYPE_MPLS, ETHERTYPE_PPPOE_DISCOVERY, ETHERTYPE_PPPOE = 0x8847, 0x8863, 0x8864

IPPROTO_HOP_BY_HOP, IPPROTO_ICMP, IPPROTO_IPV4, IPPROTO_TCP, IPPROTO_UDP = 0, 1, 4, 6, 17
IPPROTO_IPV6, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_GRE = 41, 43, 44, 47
IPPROTO_AH, IPPROTO_ICMPV6, IPPROTO_DESTINATION = 51, 58, 60

PPP_IPV4, PPP_IPV6 = 0x0021, 0x0057

CLIENT_MAC, SERVER_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


def address(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    """The Internet checksum, RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(src, dst, protocol, length):
    src, dst = address(src), address(dst)
    if len(src) == 4:
        return src + dst + struct.pack("!HH", protocol, length)
    return src + dst + struct.pack("!LL", length, protocol)


# ---- transport ----

def tcp(src, dst, src_port, dst_port, seq, ack, flags, window=65535, options=b"", payload=b"",
        data_offset=None, bad_checksum=False, urgent=0):
    """`options` is padded to whole words; `data_offset` (in words) overrides the right one."""
    options += b"\0" * (-len(options) % 4)
    if data_offset is None:
        data_offset = 5 + len(options) // 4
    header = struct.pack("!HHLLHHHH", src_port, dst_port, seq % 2**32, ack % 2**32,
                         data_offset << 12 | flags, window, 0, urgent)
    segment = header + options + payload
    sum_ = checksum(pseudo_header(src, dst, IPPROTO_TCP, len(segment)) + segment)
    if bad_checksum:
        sum_ ^= 0x5555
    return segment[:16] + struct.pack("!H", sum_) + segment[18:]


def udp(src, dst, src_port, dst_port, payload):
    datagram = struct.pack("!HHHH", src_port, dst_port, 8 + len(payload), 0) + payload
    sum_ = checksum(pseudo_header(src, dst, IPPROTO_UDP, len(datagram)) + datagram) or 0xFFFF
    return datagram[:6] + struct.pack("!H", sum_) + datagram[8:]


def icmp(kind, code, payload):
    """An ICMP message; for errors `payload` is the quoted packet."""
    message = struct.pack("!BBHL", kind, code, 0, 0) + payload
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


NOP = b"\1"


def option(kind, body=b""):
    return struct.pack("!BB", kind, 2 + len(body)) + body


def mss(value):
    return option(2, struct.pack("!H", value))


def window_scale(shift):
    return option(3, bytes([shift]))


def sack_permitted():
    return option(4)


def sack(*blocks):
    return option(5, b"".join(struct.pack("!LL", left, right) for left, right in blocks))


def timestamps(value, echo):
    return option(8, struct.pack("!LL", value, echo))


# ---- network ----

def ipv4(payload, src, dst, protocol=IPPROTO_TCP, ttl=64, ident=0, tos=0, options=b"",
         more_fragments=False, offset=0, total_length=None, dont_fragment=False, via=None):
    """`offset` is the fragment's place in bytes; `total_length` overrides the right one; `via` stands in the
    header for the destination, which is then in a source route."""
    options += b"\0" * (-len(options) % 4)
    header_length = 20 + len(options)
    if total_length is None:
        total_length = header_length + len(payload)
    fragment = dont_fragment << 14 | more_fragments << 13 | offset // 8
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | header_length // 4, tos, total_length, ident, fragment,
                         ttl, protocol, 0, address(src), address(via or dst)) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def source_route(pointer, *stops, kind=131):
    """A loose source route, RFC 791; kind 137: a strict one."""
    return option(kind, bytes([pointer]) + b"".join(address(stop) for stop in stops))


def ipv6(payload, src, dst, protocol=IPPROTO_TCP, hop_limit=64, traffic_class=0, extensions=(),
         payload_length=None, via=None):
    """`extensions` are pairs of (protocol number, bytes from the third byte on), in order of the wire; `via`
    stands in the header for the destination, which is then in a routing header."""
    numbers = [number for number, _ in extensions] + [protocol]
    chain = b"".join(extension_header(number, following, body)
                     for (number, body), following in zip(extensions, numbers[1:]))
    if payload_length is None:
        payload_length = len(chain) + len(payload)
    header = struct.pack("!LHBB16s16s", 6 << 28 | traffic_class << 20, payload_length, numbers[0], hop_limit,
                         address(src), address(via or dst))
    return header + chain + payload


def routing_header(kind, segments_left, *stops):
    """An extension of ipv6(), RFC 8200 section 4.4."""
    return IPPROTO_ROUTING, struct.pack("!BBL", kind, segments_left, 0) + b"".join(address(stop) for stop in stops)


def extension_header(number, following, body):
    """An IPv6 extension header; its length counts words of 8 bytes, the AH's words of 4."""
    if number == IPPROTO_FRAGMENT:
        return struct.pack("!BB", following, 0) + body
    length = (2 + len(body)) // 4 - 2 if number == IPPROTO_AH else (2 + len(body)) // 8 - 1
    return struct.pack("!BB", following, length) + body


def ip(payload, src, dst, protocol=IPPROTO_TCP, **fields):
    """IPv4 or IPv6, as the addresses say."""
    return (ipv6 if ":" in src else ipv4)(payload, src, dst, protocol, **fields)


def is_ipv6(packet):
    return packet[0] >> 4 == 6


def ethertype(packet):
    return ETHERTYPE_IPV6 if is_ipv6(packet) else ETHERTYPE_IPV4


def fragments_ipv4(packet, size):
    """Cuts an IPv4 packet without options into fragments with `size` bytes of payload (a multiple of 8)."""
    header, payload = packet[:20], packet[20:]
    for at in range(0, len(payload), size):
        part = payload[at:at + size]
        more = at + size < len(payload)
        cut = header[:2] + struct.pack("!H", 20 + len(part)) + header[4:6] + struct.pack("!H", more << 13 | at // 8)
        cut += header[8:10] + b"\0\0" + header[12:]
        yield cut[:10] + struct.pack("!H", checksum(cut)) + cut[12:] + part


def fragments_ipv6(packet, size, ident):
    """Cuts an IPv6 packet without extension headers into fragments with `size` bytes of payload."""
    payload, protocol = packet[40:], packet[6]
    for at in range(0, len(payload), size):
        part = payload[at:at + size]
        body = struct.pack("!HL", at | (at + size < len(payload)), ident)
        header = extension_header(IPPROTO_FRAGMENT, protocol, body)
        yield packet[:4] + struct.pack("!HB", 8 + len(part), IPPROTO_FRAGMENT) + packet[7:40] + header + part


# ---- link ----

def ethernet(payload, kind=None, src=CLIENT_MAC, dst=SERVER_MAC):
    """`kind` is the EtherType; without it that of the IP packet."""
    return dst + src + struct.pack("!H", ethertype(payload) if kind is None else kind) + payload


def ethernet_padded(payload):
    """Filled to the 60 bytes that Ethernet needs at least."""
    return ethernet(payload).ljust(60, b"\0")


def tag(identifier, kind, payload):
    """What follows the EtherType of a tagged frame: the tag, the next EtherType and the payload."""
    return struct.pack("!HH", identifier, kind) + payload


def vlan(payload, *identifiers):
    """An Ethernet frame with 802.1Q tags, outermost first; of several the outer ones are 802.1ad (QinQ)."""
    kind = ethertype(payload)
    for depth, identifier in reversed(list(enumerate(identifiers))):
        payload = tag(identifier, kind, payload)
        kind = ETHERTYPE_VLAN if depth == len(identifiers) - 1 else ETHERTYPE_QINQ
    return ethernet(payload, kind)


def llc_snap(payload):
    """IEEE 802.2 LLC and SNAP, as in 802.3 and 802.11 frames."""
    return bytes.fromhex("aaaa03000000") + struct.pack("!H", ethertype(payload)) + payload


def ethernet_8023(payload):
    body = llc_snap(payload)
    return SERVER_MAC + CLIENT_MAC + struct.pack("!H", len(body)) + body


def mpls(payload, *labels):
    last = len(labels) - 1
    stack = [struct.pack("!L", label << 12 | (depth == last) << 8 | 64) for depth, label in enumerate(labels)]
    return ethernet(b"".join(stack) + payload, ETHERTYPE_MPLS)


def ppp(payload):
    return struct.pack("!H", PPP_IPV6 if is_ipv6(payload) else PPP_IPV4) + payload


def pppoe(payload, session=0x1234):
    body = ppp(payload)
    return ethernet(struct.pack("!BBHH", 0x11, 0, session, len(body)) + body, ETHERTYPE_PPPOE)


def linux_cooked(payload):
    """LINKTYPE_LINUX_SLL."""
    return struct.pack("!HHH8sH", 0, 1, 6, CLIENT_MAC, ethertype(payload)) + payload


def linux_cooked_v2(payload):
    """LINKTYPE_LINUX_SLL2."""
    return struct.pack("!HHLHBB8s", ethertype(payload), 0, 2, 1, 0, 6, CLIENT_MAC) + payload


def bsd_null(payload, order="<"):
    """LINKTYPE_NULL: the address family in the order of the capturing machine."""
    return struct.pack(order + "L", 30 if is_ipv6(payload) else 2) + payload


def bsd_loop(payload):
    """LINKTYPE_LOOP: the same in network order."""
    return bsd_null(payload, ">")


def ppp_hdlc(payload):
    return b"\xff\x03" + ppp(payload)


def cisco_hdlc(payload):
    return b"\x0f\x00" + struct.pack("!H", ethertype(payload)) + payload


def wifi(payload):
    """An IEEE 802.11 data frame from an access point."""
    return bytes.fromhex("0802 0000") + SERVER_MAC + b"\x02\0\0\0\0\x03" + CLIENT_MAC + b"\x10\0" + llc_snap(payload)


def radiotap(payload):
    """The shortest radiotap header, then the 802.11 frame."""
    return struct.pack("<BBHL", 0, 0, 8, 0) + wifi(payload)


def arcnet_linux(payload):
    return bytes([1, 2, 0, 0, 196 if is_ipv6(payload) else 212, 0, 0, 1]) + payload


def erf(payload):
    """Endace's record of an Ethernet frame: the time stamp is left out, two bytes of padding stand before it."""
    frame = ethernet(payload)
    return struct.pack("!QBBHHHH", 0, 2, 4, 18 + len(frame), 0, len(frame), 0) + frame


def ipnet(payload):
    """Solaris."""
    return struct.pack("!BBHLLLLL", 1, 26 if is_ipv6(payload) else 2, 0, len(payload), 1, 0, 0, 0) + payload


def ip_over_fc(payload):
    return b"\x10\0" + SERVER_MAC + b"\x10\0" + CLIENT_MAC + llc_snap(payload)


def juniper_ethernet(payload):
    """With one extension, the index of the interface."""
    return b"MGC\x81" + struct.pack("!HBBBB", 4, 1, 2, 5, 0) + ethernet(payload)


def juniper_mlppp(payload):
    """Behind the cookie of a link services card."""
    return b"MGC\x01" + b"\x54\0\0\0" + ppp(payload)


def symantec(payload):
    return bytes(6) + struct.pack("!H", ethertype(payload)) + bytes(36) + payload


# ---- tunnels: each takes an IP packet and returns one ----

OUTER, OUTER6 = ("192.0.2.1", "192.0.2.2"), ("2001:db8:ffff::1", "2001:db8:ffff::2")


def ip_in_ip(packet, outer=OUTER):
    return ip(packet, *outer, protocol=IPPROTO_IPV6 if is_ipv6(packet) else IPPROTO_IPV4)


def gre(packet, flags=0, fields=b"", kind=None):
    """`fields` are the optional ones that `flags` announces: checksum, key, sequence number."""
    header = struct.pack("!HH", flags, ethertype(packet) if kind is None else kind)
    return ip(header + fields + packet, *OUTER, protocol=IPPROTO_GRE)


def in_udp(payload, port):
    return ip(udp(*OUTER, 54321, port, payload), *OUTER, protocol=IPPROTO_UDP)


def vxlan(frame, network=42):
    return in_udp(struct.pack("!BBHL", 8, 0, 0, network << 8) + frame, 4789)


def geneve(frame, network=42, options=b""):
    header = struct.pack("!BBHL", len(options) // 4, 0, ETHERTYPE_TRANSPARENT, network << 8)
    return in_udp(header + options + frame, 6081)


def gtp_u(packet, tunnel=7):
    return in_udp(struct.pack("!BBHL", 0x30, 0xFF, len(packet), tunnel) + packet, 2152)
