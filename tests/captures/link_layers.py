"""The same conversations, one by IPv4 and one by IPv6, over every link layer."""
import packets as p
from capture_files import LINKTYPE, pcap
from conversation import MILLISECOND, START, Conversation
from scenario import framed, scenario

WRAPS = {
    "EN10MB": p.ethernet, "NULL": p.bsd_null, "LOOP": p.bsd_loop, "RAW": bytes, "RAW_BSD": bytes,
    "RAW_OPENBSD": bytes, "PPP": p.ppp, "PPP_HDLC": p.ppp_hdlc, "C_HDLC": p.cisco_hdlc, "LINUX_SLL": p.linux_cooked,
    "LINUX_SLL2": p.linux_cooked_v2, "IEEE802_11": p.wifi, "IEEE802_11_RADIOTAP": p.radiotap,
    "ARCNET_LINUX": p.arcnet_linux, "ERF": p.erf, "IPNET": p.ipnet, "IP_OVER_FC": p.ip_over_fc,
    "JUNIPER_ETHER": p.juniper_ethernet, "JUNIPER_MLPPP": p.juniper_mlppp, "SYMANTEC": p.symantec,
}


def both_versions(wrap, versions="46"):
    talks = {"4": Conversation(), "6": Conversation(client="2001:db8::1", server="2001:db8::2",
                                                    start=START + 5 * MILLISECOND)}
    return framed(*(talks[version].whole() for version in versions), wrap=wrap)


@scenario
def same():
    """A file for each link type."""
    return {f"same_{name.lower()}.pcap": pcap(both_versions(wrap), link_type=LINKTYPE[name])
            for name, wrap in WRAPS.items()}


@scenario
def one_version():
    """Link types that carry one version of IP only."""
    return {"ipv4.pcap": pcap(both_versions(bytes, "4"), link_type=LINKTYPE["IPV4"]),
            "ipv6.pcap": pcap(both_versions(bytes, "6"), link_type=LINKTYPE["IPV6"])}


@scenario
def same_null_big():
    """LINKTYPE_NULL is written in the order of the capturing machine, whatever the file's."""
    return pcap(both_versions(lambda packet: p.bsd_null(packet, ">")), link_type=LINKTYPE["NULL"])


@scenario
def same_8023():
    """Ethernet frames with a length, LLC and SNAP instead of an EtherType."""
    return pcap(both_versions(p.ethernet_8023))
