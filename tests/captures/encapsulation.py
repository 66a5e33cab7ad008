"""The same conversation inside other packets: always the innermost TCP counts."""
import struct

import packets as p
from conversation import Conversation
from scenario import framed, scenario


def inside(wrap, **hosts):
    return framed(Conversation(**hosts).whole(), wrap=wrap)


@scenario
def plain():
    """Without a tunnel, to compare with."""
    return inside(p.ethernet)


@scenario
def mpls():
    """One and two labels: no tunnel, but more headers."""
    return {"mpls.pcap": inside(lambda packet: p.mpls(packet, 16)),
            "mpls_stack.pcap": inside(lambda packet: p.mpls(packet, 16, 17))}


@scenario
def pppoe():
    return inside(p.pppoe)


@scenario
def gre():
    """Plain, with checksum, key and sequence number, and with Ethernet inside."""
    return {"gre.pcap": inside(lambda packet: p.ethernet(p.gre(packet))),
            "gre_fields.pcap": inside(lambda packet: p.ethernet(p.gre(packet, 0xB000, struct.pack("!LLL", 0, 5, 9)))),
            "gre_ethernet.pcap": inside(lambda packet: p.ethernet(p.gre(p.ethernet(packet),
                                                                        kind=p.ETHERTYPE_TRANSPARENT)))}


@scenario
def ip_in_ip():
    """All four combinations."""
    six = {"client": "2001:db8::1", "server": "2001:db8::2"}
    return {f"ipip_{inner}in{outer}.pcap":
            inside(lambda packet, hosts=hosts: p.ethernet(p.ip_in_ip(packet, hosts)), **(six if inner == 6 else {}))
            for inner in (4, 6) for outer, hosts in ((4, p.OUTER), (6, p.OUTER6))}


@scenario
def vxlan():
    return inside(lambda packet: p.ethernet(p.vxlan(p.ethernet(packet))))


@scenario
def vxlan_vlan():
    """Tags outside and inside: the innermost counts."""
    return inside(lambda packet: p.vlan(p.vxlan(p.vlan(packet, 30)), 20))


@scenario
def geneve():
    """Without and with an option."""
    return {"geneve.pcap": inside(lambda packet: p.ethernet(p.geneve(p.ethernet(packet)))),
            "geneve_option.pcap": inside(lambda packet: p.ethernet(p.geneve(p.ethernet(packet), options=bytes(8))))}


@scenario
def gtp_u():
    return inside(lambda packet: p.ethernet(p.gtp_u(packet)))


@scenario
def nested():
    """VXLAN in GRE in IP in IP."""
    return inside(lambda packet: p.ethernet(p.ip_in_ip(p.gre(p.vxlan(p.ethernet(packet))))))


@scenario
def too_deep():
    """Forty IP headers in a row: more layers than are followed."""
    def wrap(packet):
        for _ in range(40):
            packet = p.ip_in_ip(packet)
        return p.ethernet(packet)
    return inside(wrap)


@scenario
def other_udp():
    """UDP on a tunnel's port that holds no such tunnel: no segment, and no harm."""
    return inside(lambda packet: p.ethernet(p.in_udp(b"\xff" * 30, 4789)))
