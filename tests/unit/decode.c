/* decode.c and the protocols: which packets have a segment, what it says, and why the others have
 * none. */
#include "packet/decode.h"

#include "check.h"
#include "packets.h"

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;

#define ERSPAN_GRE "1000 88be 00000001"
#define LLC_SNAP "aaaa03 000000 0800 | "
#define DATA_FRAME "0801 0000 020000000001 020000000002 020000000001 0000"
#define QOS_FRAME "8801 0000 020000000001 020000000002 020000000001 0000 0000"
#define ERF(type) "0000000000000000" type "04 0000 0000 llll | "
#define MPLS_BOTTOM "00064140 | "

static const struct {
    const char *name;
    uint32_t link_type;
    const char *packet;
    enum fate fate;
    const char *tunnel; /* NULL: none, or no segment */
} cases[] = {
    {"Ethernet IPv4", 1, ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"Ethernet IPv6", 1, ETHERNET "86dd | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"IPv6 under the EtherType of IPv4", 1, ETHERNET_IPV4 IPV6_TCP, FATE_SEGMENT, NULL},
    {"ARP", 1, ETHERNET "0806 0001", FATE_NOT_IP, NULL},
    {"type between length and EtherType", 1, ETHERNET "05dd | " IPV4_TCP, FATE_NOT_IP, NULL},
    {"VLAN", 1, ETHERNET "8100 0005 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"QinQ", 1, ETHERNET "88a8 0007 8100 0005 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"VLAN, LLC", 1, ETHERNET "8100 0005 llll | " LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"PBB", 1, ETHERNET "88e7 0000004d " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"VN-Tag", 1, ETHERNET "8926 00000000 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"E-Tag", 1, ETHERNET "893f 000000000000 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"FabricPath", 1, ETHERNET "8903 0001 " ETHERNET_IPV4 IPV4_TCP "00000000", FATE_SEGMENT, NULL},
    {"TRILL", 1, ETHERNET "22f3 000300010002 " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"MACsec, integrity only", 1,
     ETHERNET "88e5 000000000001 0800 | " IPV4_TCP "00000000000000000000000000000000", FATE_SEGMENT,
     NULL},
    {"MACsec, encrypted", 1, ETHERNET "88e5 0c0000000001 0800", FATE_NOT_IP, NULL},
    {"Arista, 64 bits", 1, ETHERNET "d28b 0001 0110 0000000100000002 0800 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Arista, 48 bits", 1, ETHERNET "d28b 0001 0020 000100000002 0800 | " IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"Arista, other", 1, ETHERNET "d28b cafe 0010 0000000100000002 0800 | " IPV4_TCP, FATE_NOT_IP,
     NULL},
    {"Cisco ACI, ARP gleaning", 1, ETHERNET "fff2 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Gigamon", 1, ETHERNET "22e5 06 0103616263 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"B.A.T.M.A.N., unicast", 1, ETHERNET "4305 400f 3201 020000000003 " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"B.A.T.M.A.N. 14, broadcast", 1,
     ETHERNET "4305 040e 3200 00000001 020000000003 " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"B.A.T.M.A.N., originator", 1, ETHERNET "4305 000f 3200 00000001", FATE_NOT_IP, NULL},
    {"LLC SNAP", 1, ETHERNET "llll | " LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"LLC IP", 1, ETHERNET "llll | 060603 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"LLC unnumbered command", 1, ETHERNET "llll | 0606ff | " IPV4_TCP, FATE_NOT_IP, NULL},
    {"LLC OSI", 1, ETHERNET "llll | fefe03 cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"LLC OSI, PPP", 1, ETHERNET "llll | fefe03 cf 0057 | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"LLC 3Com XNS", 1, ETHERNET "llll | 808003 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"ISL", 1,
     "01000c000000 020000000001 llll | aaaa03 020000 0004 0000 0000" ETHERNET_IPV4 IPV4_TCP
     "00000000",
     FATE_SEGMENT, NULL},
    {"ISL, Token Ring", 1, "01000c000010 020000000001 llll | aaaa03 020000 0004 0000 0000",
     FATE_NOT_IP, NULL},
    {"Novell", 1, ETHERNET "llll | ffff", FATE_NOT_IP, NULL},
    {"MPLS", 1, ETHERNET "8847 00064040 " MPLS_BOTTOM IPV4_TCP, FATE_SEGMENT, NULL},
    {"MPLS Ethernet with control word", 1,
     ETHERNET "8847" MPLS_BOTTOM "00000000" ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"MPLS Ethernet without", 1, ETHERNET "8847" MPLS_BOTTOM ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"MPLS associated channel", 1, ETHERNET "8847" MPLS_BOTTOM "10000021 | " IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"PPPoE", 1, ETHERNET "8864 1100 0001 llll | 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPPoE, one-byte protocol", 1, ETHERNET "8864 1100 0001 llll | 57 | " IPV6_TCP, FATE_SEGMENT,
     NULL},
    {"NSH", 1, ETHERNET "894f 0fc20201 000001ff | " IPV4_TCP, FATE_SEGMENT, NULL},

    {"IPv4 in IPv4", 1, ETHERNET_IPV4 IPV4_HEADER("04") IPV4_TCP, FATE_SEGMENT, "ipip"},
    {"IPv6 in IPv4", 1, ETHERNET_IPV4 IPV4_HEADER("29") IPV6_TCP, FATE_SEGMENT, "ipip"},
    {"IPv4 in IPv6", 1, ETHERNET "86dd | " IPV6_HEADER("04") IPV4_TCP, FATE_SEGMENT, "ipip"},
    {"IPv6 in IPv6", 1, ETHERNET "86dd | " IPV6_HEADER("29") IPV6_TCP, FATE_SEGMENT, "ipip"},
    {"EtherIP", 1, ETHERNET_IPV4 IPV4_HEADER("61") "3000 | " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT,
     "etherip"},
    {"AH", 1,
     ETHERNET_IPV4 IPV4_HEADER("33") "0604 0000 00000001 00000002 000000000000000000000000 | " TCP,
     FATE_SEGMENT, NULL},
    {"GRE", 1, ETHERNET_IPV4 IPV4_HEADER("2f") "0000 0800 | " IPV4_TCP, FATE_SEGMENT, "gre"},
    {"GRE, checksum, key, sequence", 1,
     ETHERNET_IPV4 IPV4_HEADER("2f") "b000 0800 00000000 00000000 00000000 | " IPV4_TCP,
     FATE_SEGMENT, "gre"},
    {"GRE Ethernet", 1, ETHERNET_IPV4 IPV4_HEADER("2f") "0000 6558 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "gre"},
    {"GRE, OSI", 1, ETHERNET_IPV4 IPV4_HEADER("2f") "0000 00fe cc | " IPV4_TCP, FATE_SEGMENT,
     "gre"},
    {"GRE, Aruba", 1, ETHERNET_IPV4 IPV4_HEADER("2f") "0000 8370 | " DATA_FRAME LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, "gre"},
    {"GRE, beyond Aruba", 1,
     ETHERNET_IPV4 IPV4_HEADER("2f") "0000 8380 | " DATA_FRAME LLC_SNAP IPV4_TCP, FATE_NOT_IP,
     NULL},
    {"PPTP", 1,
     ETHERNET_IPV4 IPV4_HEADER(
         "2f") "3081 880b 0000 0001 00000001 00000001 | ff03 0021 | " IPV4_TCP,
     FATE_SEGMENT, "gre"},
    {"WCCP 2", 1, ETHERNET_IPV4 IPV4_HEADER("2f") "0000 883e 00000000 | " IPV4_TCP, FATE_SEGMENT,
     "gre"},
    {"ERSPAN I", 1, ETHERNET_IPV4 IPV4_HEADER("2f") "0000 88be | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "gre/erspan"},
    {"ERSPAN II", 1,
     ETHERNET_IPV4 IPV4_HEADER("2f") ERSPAN_GRE "10050000 00000000 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "gre/erspan"},
    {"ERSPAN III", 1,
     ETHERNET_IPV4 IPV4_HEADER(
         "2f") "1000 22eb 00000001 20050000 00000000 00000001 0000000000000000 | " ETHERNET_IPV4
         IPV4_TCP,
     FATE_SEGMENT, "gre/erspan"},

    {"VXLAN", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("12b5") "0800000000000100 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "vxlan"},
    {"VXLAN-GPE", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("12b6") "0c00000100000100 | " IPV4_TCP,
     FATE_SEGMENT, "vxlan"},
    {"Geneve", 1,
     ETHERNET_IPV4 IPV4_HEADER("11")
         UDP("17c1") "02006558 00000100 0000000161626364 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "geneve"},
    {"GTP-U", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("0868") "30ff llll 00000001 | " IPV4_TCP,
     FATE_SEGMENT, "gtpu"},
    {"GTP-U with extension", 1,
     ETHERNET_IPV4 IPV4_HEADER("11")
         UDP("0868") "34ff llll 00000001 | 00010085 01000000 | " IPV6_TCP,
     FATE_SEGMENT, "gtpu"},
    {"GTP echo", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("0868") "3001 0000 00000001", FATE_NOT_TCP,
     NULL},
    {"Teredo", 1,
     ETHERNET_IPV4 IPV4_HEADER("11")
         UDP("0dd8") "00010000 0000000000000000 00 0000 010201020304 | " IPV6_TCP,
     FATE_SEGMENT, "teredo"},
    {"L2TP", 1,
     ETHERNET_IPV4 IPV4_HEADER("11")
         UDP("06a5") "4a02 LLLL 0001 0001 00000000 0002 7070 | ff03 0021 | " IPV4_TCP,
     FATE_SEGMENT, "l2tp"},
    {"L2TP control", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("06a5") "c802 000c 0001 0001 00000000",
     FATE_NOT_TCP, NULL},
    {"CAPWAP 802.3", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("147f") "00100200 00000000 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "capwap"},
    {"CAPWAP 802.11", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("147f") "00100300 00000000 | 0108 0000 020000000001 "
                                                 "020000000002 020000000001 0000" LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, "capwap"},
    {"CAPWAP fragment", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("147f") "00100280 00000000",
     FATE_FRAGMENT, NULL},
    {"LWAPP", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("2fbe") "0000 0000 0000 | " DATA_FRAME LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, "lwapp"},
    {"LWAPP without IP", 1, ETHERNET "88bb 0000 0000 0000" DATA_FRAME LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, "lwapp"},
    {"LWAPP, Ethernet", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("2fbc") ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "lwapp"},
    {"LWAPP control", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("2fbe") "0400 0000 0000 | " DATA_FRAME LLC_SNAP IPV4_TCP,
     FATE_NOT_TCP, NULL},
    {"LISP", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("10f5") "0000000000000000 | " IPV4_TCP,
     FATE_SEGMENT, "lisp"},
    {"AYIYA", 1,
     ETHERNET_IPV4 IPV4_HEADER("11")
         UDP("13d0") "40021129 00000001 00000000000000000000000000000000 | " IPV6_TCP,
     FATE_SEGMENT, "ayiya"},
    {"TZSP", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("9090") "01000001 00 0a0105 01 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "tzsp"},
    {"Juniper's mirroring", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("754e") "00000001 00000002 | " IPV6_TCP, FATE_SEGMENT,
     "jmirror"},
    {"GRE in UDP", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("1292") "0000 0800 | " IPV4_TCP,
     FATE_SEGMENT, "gre"},
    {"sFlow", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP(
         "18c7") "00000005 00000001 01020304 00000000 00000001 00000001 00000001"
                 "00000001 0000LLLL 00000001 00000001 00000001 00000001 00000000 00000001 00000001 "
                 "00000001 |"
                 "00000001 0000LLLL 00000001 0000003a 00000000 0000llll | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, "sflow"},
    {"tunnel in tunnel", 1,
     ETHERNET_IPV4 IPV4_HEADER("11")
         UDP("12b5") "0800000000000100 | " ETHERNET_IPV4 IPV4_HEADER("2f") "0000 0800 | " IPV4_TCP,
     FATE_SEGMENT, "vxlan/gre"},
    {"ARP in VXLAN", 1,
     ETHERNET_IPV4 IPV4_HEADER("11") UDP("12b5") "0800000000000100 | " ETHERNET "0806 0001",
     FATE_NOT_TCP, NULL},
    {"UDP without tunnel", 1, ETHERNET_IPV4 IPV4_HEADER("11") UDP("0035") "00", FATE_NOT_TCP, NULL},
    {"UDP length below 8", 1, ETHERNET_IPV4 IPV4_HEADER("11") "9c40 12b5 0007 0000", FATE_MALFORMED,
     NULL},

    {"ICMP quotes TCP", 1, ETHERNET_IPV4 IPV4_HEADER("01") "0301 0000 00000000 | " IPV4_TCP,
     FATE_ICMP_QUOTED, NULL},
    {"ICMPv6 quotes TCP", 1, ETHERNET "86dd | " IPV6_HEADER("3a") "0100 0000 00000000 | " IPV6_TCP,
     FATE_ICMP_QUOTED, NULL},
    {"ICMP quotes UDP", 1,
     ETHERNET_IPV4 IPV4_HEADER("01") "0301 0000 00000000 | " IPV4_HEADER("11") UDP("12b5") "00",
     FATE_NOT_TCP, NULL},
    {"ICMP echo", 1, ETHERNET_IPV4 IPV4_HEADER("01") "0800 0000 00000000 | " IPV4_TCP, FATE_NOT_TCP,
     NULL},

    {"IPv4 version 5", 1, ETHERNET_IPV4 "5500 LLLL 0001 0000 4006 0000 0a000001 0a000002 | " TCP,
     FATE_MALFORMED, NULL},
    {"IPv4 header length 16", 1,
     ETHERNET_IPV4 "4400 LLLL 0001 0000 4006 0000 0a000001 0a000002 | " TCP, FATE_MALFORMED, NULL},
    {"IPv4 total length 10", 1,
     ETHERNET_IPV4 "4500 000a 0001 0000 4006 0000 0a000001 0a000002 | " TCP, FATE_MALFORMED, NULL},
    {"IPv4 options", 1,
     ETHERNET_IPV4 "4600 LLLL 0001 0000 4006 0000 0a000001 0a000002 94040000 | " TCP, FATE_SEGMENT,
     NULL},
    {"IPv4 option too short for its kind", 1,
     ETHERNET_IPV4 "4600 LLLL 0001 0000 4006 0000 0a000001 0a000002 82020000 | " TCP,
     FATE_MALFORMED, NULL},
    {"IPv4 without payload", 1, ETHERNET_IPV4 IPV4_HEADER("06"), FATE_MALFORMED, NULL},
    {"IPv6 options", 1, ETHERNET "86dd | " IPV6_HEADER("00") "06000104 00000000 | " TCP,
     FATE_SEGMENT, NULL},
    {"IPv6 option beyond the packet", 1,
     ETHERNET "86dd | " IPV6_HEADER("3c") "060001a0 00000000 | " TCP, FATE_MALFORMED, NULL},
    {"IPv6 payload length 0", 1,
     ETHERNET "86dd | 60000000 0000 063c 20010000000000000000000000000001 "
              "20010000000000000000000000000002 | " TCP,
     FATE_MALFORMED, NULL},
    {"IPv6 whole packet with fragment header", 1,
     ETHERNET "86dd | " IPV6_HEADER("2c") "0600 0000 00000001 | " TCP, FATE_SEGMENT, NULL},
    {"IPv6 no next header", 1, ETHERNET "86dd | " IPV6_HEADER("3b") TCP, FATE_NOT_TCP, NULL},

    {"cooked", 113, "0000 0001 0006 020000000001 0000 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"cooked, LLC", 113, "0000 0001 0006 020000000001 0000 0004 | " LLC_SNAP IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"cooked 2", 276, "0800 0000 00000001 0001 00 06 0200000000010000 | " IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"null, little-endian", 0, "02000000 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"null, big-endian", 0, "0000001e | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"null that is PPP", 0, "ff03 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"loop", 108, "00000018 | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"enc", 109, "02000000 00000001 00000000 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"raw", 101, IPV4_TCP, FATE_SEGMENT, NULL},
    {"raw", 101, IPV6_TCP, FATE_SEGMENT, NULL},
    {"IPv4 link type", 228, IPV4_TCP, FATE_SEGMENT, NULL},
    {"IPv4 under the IPv6 link type", 229, IPV4_TCP, FATE_MALFORMED, NULL},
    {"SLIP", 8, "00000000000000000000000000000000 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP", 9, "0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP with address and control", 50, "ff03 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP that is Cisco HDLC", 50, "0f00 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP with direction", 204, "01 ff03 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP multilink, whole", 9, "003d c0000001 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP multilink, first part", 9, "003d 80000001 0021", FATE_FRAGMENT, NULL},
    {"PPP OSI", 9, "0023 cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP SNA", 9, "004b 060603 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPP bridging", 9, "0031 0001 | " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"Cisco HDLC", 104, "0f00 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Cisco HDLC, OSI", 104, "0f00 fefe 03 cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Frame Relay", 107, "1841 03cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Frame Relay, SNAP", 107, "1841 0300 80 000000 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Frame Relay, Cisco", 107, "1841 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Frame Relay, endless address", 107, "1840 4040 4040", FATE_MALFORMED, NULL},
    {"FDDI", 10, "50 020000000001 020000000002 | " LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"FDDI station management", 10, "41 020000000001 020000000002", FATE_NOT_IP, NULL},
    {"Token Ring", 6, "1040 020000000001 820000000002 0630 00010002 | " LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"802.11", 105, DATA_FRAME LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"802.11 QoS", 105, QOS_FRAME LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"802.11 A-MSDU", 105,
     "8801 0000 020000000001 020000000002 020000000001 0000 8000 020000000001 020000000002 llll "
     "| " LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"802.11 protected", 105, "0841 0000 020000000001 020000000002 020000000001 0000", FATE_NOT_IP,
     NULL},
    {"802.11 fragment", 105, "0805 0000 020000000001 020000000002 020000000001 0000", FATE_FRAGMENT,
     NULL},
    {"802.11 beacon", 105, "8000 0000 020000000001", FATE_NOT_IP, NULL},
    {"radiotap, padded header", 127,
     "0000 1100 03000000 0000000000000000 20" QOS_FRAME "0000" LLC_SNAP IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"AVS", 163, "80211001 00000008" DATA_FRAME LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"Prism number, no header", 119, DATA_FRAME LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPI, Ethernet", 192, "0000 0800 01000000 | " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"PPI, 802.11", 192, "0000 0800 69000000 | " DATA_FRAME LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"pflog", 117, "08020000 00000000 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"nflog", 239, "02000001 3000 0900 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"netlink nfqueue", 253,
     "0000 0338 0000 0000000000000000 000c | 50000000 0003 0000 00000000 00000000 02000000 "
     "0b000100 00000001 0800 03 00"
     "3000 0a00 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"IPoIB", 242,
     "0000000000000000000000000000000000000000 0000000000000000000000000000000000000000 0800 0000 "
     "| " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"IP over Fibre Channel", 122, "1000020000000001 1000020000000002 | " LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Symantec, 44 bytes", 99,
     "0a000001 0000 0800 000000000000000000000000000000000000000000000000000000000000000000000000 "
     "| " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Symantec, 56 bytes", 99,
     "0a000001 000000000000 0800 "
     "00000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Symantec, neither", 99, "0a000001 000000000000 0000", FATE_NOT_IP, NULL},
    {"IPNET", 226, "0102 0000 0000llll 00000001 00000000 00000000 00000000 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"IPNET, IPv6", 226, "011a 0000 0000llll 00000001 00000000 00000000 00000000 | " IPV6_TCP,
     FATE_SEGMENT, NULL},
    {"IPNET, other family", 226, "0101 0000 00000000 00000001 00000000 00000000 00000000",
     FATE_NOT_IP, NULL},
    {"ARCNET, RFC 1201", 7, "01 02 d4 00 0001 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"ARCNET, exception frame", 7, "01 02 d4 ff ffff d4 00 0001 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"ARCNET, RFC 1051", 7, "01 02 f0 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"ARCNET, IPv6", 7, "01 02 c4 00 0001 | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"ARCNET of Linux", 129, "01 02 0000 d4 00 0001 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"ARCNET ARP", 7, "01 02 d5 00 0001", FATE_NOT_IP, NULL},
    {"AX.25", 3, "9c9c9c9c9c9c60 9c9c9c9c9c9c60 9c9c9c9c9c9c61 03cc | " IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"AX.25, acknowledgment", 3, "9c9c9c9c9c9c60 9c9c9c9c9c9c61 01cc | " IPV4_TCP, FATE_NOT_IP,
     NULL},
    {"KISS", 202, "00 9c9c9c9c9c9c60 9c9c9c9c9c9c61 00cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"KISS command", 202, "01 32", FATE_NOT_IP, NULL},
    {"TZSP link type", 128, "01000001 01 | " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, "tzsp"},
    {"ERF Ethernet", 197, ERF("02") "0000" ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"ERF Ethernet, extensions", 197,
     ERF("90") "8000000000000000 0000000000000000 0000" ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"ERF PPP", 197, ERF("01") "ff03 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"ERF Cisco HDLC", 197, ERF("0a") "0f00 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"ERF IPv4", 197, ERF("16") IPV4_TCP, FATE_SEGMENT, NULL},
    {"ERF IPv6", 197, ERF("17") IPV6_TCP, FATE_SEGMENT, NULL},
    {"ERF metadata", 197, ERF("1b"), FATE_NOT_IP, NULL},
    {"ERF, extension missing", 197, ERF("82"), FATE_MALFORMED, NULL},

    {"Juniper Ethernet", 178, "4d474301 | " ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper Ethernet, no magic", 178, ETHERNET_IPV4 IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper Ethernet, extensions", 178, "4d474381 0004 01020500 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper Ethernet, extensions cut", 178, "4d474381 0004 0102", FATE_MALFORMED, NULL},
    {"Juniper without frame header, IP", 178, "4d474303 02000000 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper without frame header, LLC", 178, "4d474303 cb000000 | " LLC_SNAP IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper without frame header, unknown", 178, "4d474303 09000000 | " IPV4_TCP, FATE_NOT_IP,
     NULL},
    {"Juniper PPP", 179, "4d474301 | ff03 0057 | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"Juniper Frame Relay", 180, "4d474301 | 1841 03cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper Cisco HDLC", 181, "4d474301 | 0f00 0800 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper GGSN", 133, "4d474301 | 0600 0500 | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"Juniper voice", 183, "4d474301 | 000000000000000000000000000000000000 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper services, in", 136, "4d474301 | 00000000000000000000000000000000 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper services, out", 136, "4d474300 | 000000000000000000000000 | " IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"Juniper ATM1, LLC", 137, "4d474301 | 00000100 | " LLC_SNAP IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper ATM1, NLPID", 137, "4d474301 | 00000100 03cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper ATM1, IP", 137, "4d474301 | 00000100 | " IPV6_TCP, FATE_SEGMENT, NULL},
    {"Juniper ATM1, no PPP", 137, "4d474301 | 00000100 0021 | " IPV4_TCP, FATE_NOT_IP, NULL},
    {"Juniper ATM1, management", 137, "4d474301 | 80000100 | " IPV4_TCP, FATE_NOT_IP, NULL},
    {"Juniper ATM2, PPP", 135, "4d474301 | 0000010000000000 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper ATM2, Ethernet", 135, "4d474300 | 0000010100000000 | " ETHERNET_IPV4 IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper ATM2, LLC", 135, "4d474300 | 0000010100000000 | " LLC_SNAP IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"Juniper ATM2, management", 135, "4d474301 | 0000010000000010 | " IPV4_TCP, FATE_NOT_IP, NULL},
    {"Juniper MLPPP, link services", 130, "4d474301 | 54000000 0021 | " IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"Juniper MLPPP, adaptive services, PPP", 130, "4d474301 | 4700000000000000 0021 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper MLPPP, adaptive services, IP", 130, "4d474301 | 4700000003000000 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper MLPPP, adaptive services, IPv6", 130, "4d474300 | 4000000000100000 | " IPV6_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper MLPPP, two bytes", 130, "4d474301 | 0001 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper MLPPP, child link", 130, "4d474301 | ff03 0021 | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper MLPPP, unknown", 130, "4d474301 | 0001 0002 0003", FATE_NOT_IP, NULL},
    {"Juniper MLFR, link services", 131, "4d474301 | 54000000 03 cc | " IPV4_TCP, FATE_SEGMENT,
     NULL},
    {"Juniper MLFR, adaptive services, IP", 131, "4d474301 | 4700000000000000 | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper MLFR, adaptive services, OSI", 131, "4d474301 | 4700000003000000 03 cc | " IPV4_TCP,
     FATE_SEGMENT, NULL},
    {"Juniper MLFR, child link", 131, "4d474301 | 0001 0300 cc | " IPV4_TCP, FATE_SEGMENT, NULL},
    {"Juniper MLFR, unknown", 131, "4d474301 | 0001 0002 0003", FATE_NOT_IP, NULL},

    {"PKTAP in PKTAP, cut", 258, "6c000000 01000000 02010000", FATE_MALFORMED, NULL},
    {"unknown link type", 227, IPV4_TCP, FATE_UNKNOWN_LINK_TYPE, NULL},
};

static enum fate decode(struct decoder *decoder, const struct packet *packet,
                        struct segment *segment)
{
    enum fate fate = FATE_COUNT;
    CHECK(decoder_decode(decoder, packet, segment, &fate, &fault));
    return fate;
}

static void test_cases(struct decoder *decoder)
{
    char text[TUNNEL_TEXT_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct segment segment;
        struct built built = build(cases[i].packet);
        struct packet packet = packet_over(&built, cases[i].link_type);
        enum fate fate = decode(decoder, &packet, &segment);
        bool is_right = fate == cases[i].fate;
        if (is_right && fate == FATE_SEGMENT) {
            const char *tunnel = tunnel_text(segment.tunnel, text);
            is_right = segment.src_port == 1111 && segment.dst_port == 80 && segment.seq == 100 &&
                       segment.ack == 200 && segment.flags == (TCP_PSH | TCP_ACK) &&
                       segment.window == 1000;
            is_right &= cases[i].tunnel ? tunnel && strcmp(tunnel, cases[i].tunnel) == 0 : !tunnel;
            is_right &= segment.length_known
                            ? segment.payload_length == 4 && segment.payload.left == 4
                            : segment.payload_length == 0;
        }
        CHECK(is_right);
        if (!is_right)
            fprintf(stderr, "case \"%s\": fate %s\n", cases[i].name, fate_name(fate));
    }
}

/* Whether a header gives the length on the wire of what it carries, whatever the record says. */
static bool has_own_length(const char *name)
{
    return strcmp(name, "sFlow") == 0 || strncmp(name, "ERF", 3) == 0;
}

/* A packet that is cut never gives more than the whole one, and says that it was cut. */
static void test_prefixes(struct decoder *decoder)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built built = build(cases[i].packet);
        for (size_t length = 0; length < built.length; length++) {
            struct segment segment;
            uint8_t *exact = malloc(length + !length); /* so that a byte read too far is found */
            struct packet packet = packet_over(&built, cases[i].link_type);
            memcpy(exact, built.data, length);
            packet.bytes = cursor_over(exact, length);
            packet.captured_length = (uint32_t)length;
            CHECK(decode(decoder, &packet, &segment) < FATE_COUNT);
            packet.wire_length = packet.captured_length;
            CHECK(decode(decoder, &packet, &segment) != FATE_TRUNCATED_HEADERS ||
                  cases[i].fate != FATE_SEGMENT || has_own_length(cases[i].name));
            free(exact);
        }
    }
}

static void test_fields(struct decoder *decoder)
{
    struct segment segment;
    struct built built =
        build(ETHERNET "8100 a005 0800 | 45ba LLLL 1234 4000 1106 0000 c0000201 c6336402 | " TCP
                       "| 0000");
    struct packet packet = packet_over(&built, 1);
    packet.frame = 7;
    packet.offset = 99;
    packet.time_ns = -5;
    packet.wire_length = 1000;
    CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
    CHECK_INT(segment.frame, 7);
    CHECK_INT(segment.file_offset, 99);
    CHECK_INT(segment.time_ns, -5);
    CHECK_INT(segment.wire_length, 1000);
    CHECK_INT(segment.captured_length, built.length);
    CHECK_INT(segment.ip_version, 4);
    CHECK(memcmp(segment.src, "\xc0\0\2\1\0\0\0\0\0\0\0\0\0\0\0", 16) == 0);
    CHECK(memcmp(segment.dst, "\xc6\x33\x64\2\0\0\0\0\0\0\0\0\0\0\0", 16) == 0);
    CHECK_INT(segment.ttl, 0x11);
    CHECK_INT(segment.dscp, 0xba >> 2);
    CHECK_INT(segment.ecn, 2);
    CHECK(segment.has_ip_id);
    CHECK_INT(segment.ip_id, 0x1234);
    CHECK_INT(segment.vlan_id, 5);
    CHECK(!segment.reassembled);
    CHECK(memcmp(segment.payload.at, "abcd", 4) == 0);
}

/* Lengths, by tshark's rules, and what tcptrace takes at all. */
static void test_lengths(struct decoder *decoder)
{
    static const struct {
        const char *packet;
        uint32_t wire_length; /* 0: as built */
        bool header_known, length_known, flags_known, options_known, is_traced;
        uint32_t payload_length;
    } lengths[] = {
        /* segmentation offload: total length 0; the padding counts */
        {"4500 0000 0001 0000 4006 0000 0a000001 0a000002" TCP_HEADER "000000000000", 0, 1, 1, 1, 1,
         0, 6},
        /* padding behind the total length */
        {"4500 0028 0001 0000 4006 0000 0a000001 0a000002" TCP_HEADER "000000000000", 0, 1, 1, 1, 1,
         1, 0},
        /* total length beyond the frame */
        {"4500 03e8 0001 0000 4006 0000 0a000001 0a000002" TCP, 0, 1, 1, 1, 1, 1, 4},
        /* cut by the snap length */
        {"4500 03e8 0001 0000 4006 0000 0a000001 0a000002" TCP, 1500, 1, 1, 1, 1, 1, 960},
        {IPV4_HEADER("06") "0457 0050 00000064 000000c8 5018 03e8", 40, 1, 0, 1, 0, 0, 0},
        {"4500 0028 0001 0000 4006 0000 0a000001 0a000002 0457 0050 00000064 000000c8 5018 03e8",
         40, 1, 1, 1, 0, 0, 0},
        {IPV4_HEADER("06") "0457 0050 00000064 000000c8 5018 03", 0, 0, 0, 0, 0, 0, 0},
        /* data offsets 4, 0, and beyond the datagram */
        {IPV4_HEADER("06") "0457 0050 00000064 000000c8 4018 03e8 0000 0000 61626364", 0, 1, 1, 0,
         0, 1, 8},
        {IPV4_HEADER("06") "0457 0050 00000064 000000c8 0018 03e8 0000 0000 61626364", 0, 1, 1, 0,
         0, 1, 24},
        {IPV4_HEADER("06") "0457 0050 00000064 000000c8 f018 03e8 0000 0000 61626364", 0, 1, 0, 1,
         0, 1, 0},
    };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct segment segment;
        struct built built = build(lengths[i].packet);
        struct packet packet = packet_over(&built, 101);
        if (lengths[i].wire_length)
            packet.wire_length = lengths[i].wire_length;
        CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
        bool is_right = segment.header_known == lengths[i].header_known &&
                        segment.length_known == lengths[i].length_known &&
                        segment.flags_known == lengths[i].flags_known &&
                        segment.options_known == lengths[i].options_known &&
                        segment.is_traced == lengths[i].is_traced &&
                        segment.payload_length == lengths[i].payload_length;
        CHECK(is_right);
        if (!is_right)
            fprintf(stderr, "length case %zu: payload %u\n", i, segment.payload_length);
    }
}

/* What a link type has before the frame does not count to the frame; a card's own length does. */
static void test_frame_lengths(struct decoder *decoder)
{
    static const struct {
        const char *packet;
        uint32_t link_type, captured_length, wire_length;
    } frames[] = {
        {ETHERNET_IPV4 IPV4_TCP, 1, 58, 58},
        {"01 ff03 0021 | " IPV4_TCP, 204, 48, 48},
        {"02000010 | " LLC_SNAP IPV4_TCP, 123, 52, 52},
        {"0000000000000000 16 04 0000 0000 0100 | " IPV4_TCP, 197, 44, 256},
        {"0000000000000000 02 04 0000 0000 003a 0000" ETHERNET_IPV4 IPV4_TCP "00000000", 197, 58,
         58},
    };
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct segment segment;
        struct built built = build(frames[i].packet);
        struct packet packet = packet_over(&built, frames[i].link_type);
        CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
        CHECK_INT(segment.captured_length, frames[i].captured_length);
        CHECK_INT(segment.wire_length, frames[i].wire_length);
        CHECK_INT(segment.payload_length, 4);
    }
}

/* While segments are left in a routing header, its last address is the connection's end. */
static void test_routing_header(struct decoder *decoder)
{
    struct segment segment;
    struct built built =
        build(IPV6_HEADER("2b") "06020001 00000000 20090000000000000000000000000007 | " TCP);
    struct packet packet = packet_over(&built, 101);
    CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
    CHECK(memcmp(segment_destination(&segment), "\x20\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\7", 16) == 0);
}

/* RFC 6554: addresses without the bytes that they share with the destination, and padding. */
static void test_rpl_routing_header(struct decoder *decoder)
{
    static const struct {
        const char *hex;
        enum fate fate;
        unsigned changed; /* the last bytes of the destination, */
        uint8_t first;    /* the first of which becomes this */
    } headers[] = {
        {IPV6_HEADER("2b") "06010302 ff500000 0a0b0c0000000000 | " TCP, FATE_SEGMENT, 1, 0x0c},
        {IPV6_HEADER("2b") "06010301 fd500000 aabbcc0000000000 | " TCP, FATE_SEGMENT, 3, 0xaa},
        {IPV6_HEADER("2b") "06020301 00000000 20090000000000000000000000000007 | " TCP,
         FATE_SEGMENT, 16, 0x20},
        {IPV6_HEADER("2b") "06010300 ff500000 0a0b0c0000000000 | " TCP, FATE_SEGMENT, 0, 0},
        {IPV6_HEADER("2b") "06000301 00000000 | " TCP, FATE_SEGMENT, 0, 0},
        {IPV6_HEADER("2b") "06010301 00000000 0a0b0c0000000000 | " TCP, FATE_MALFORMED, 0, 0},
    };
    struct segment segment, plain;
    struct built built = build(IPV6_TCP);
    struct packet packet = packet_over(&built, 101);
    CHECK_INT(decode(decoder, &packet, &plain), FATE_SEGMENT);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        size_t kept = 16 - headers[i].changed;
        built = build(headers[i].hex);
        packet = packet_over(&built, 101);
        CHECK_INT(decode(decoder, &packet, &segment), headers[i].fate);
        const uint8_t *destination = segment_destination(&segment);
        CHECK(memcmp(segment.dst, plain.dst, 16) == 0);
        CHECK(memcmp(destination, plain.dst, kept) == 0);
        CHECK(kept == 16 || destination[kept] == headers[i].first);
    }
}

static void test_fragments(struct decoder *decoder)
{
    struct segment segment;
    struct built last = build(IPV4_FRAGMENT("0003") "61626364");
    struct built first = build(IPV4_FRAGMENT("2000") TCP_HEADER "30313233");
    struct packet packet = packet_over(&last, 101);
    CHECK_INT(decode(decoder, &packet, &segment), FATE_FRAGMENT);
    packet = packet_over(&first, 101);
    CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
    CHECK(segment.reassembled);
    CHECK_INT(segment.payload_length, 8);
    CHECK(memcmp(segment.payload.at, "0123abcd", 8) == 0);
    CHECK_INT(segment.wire_length, first.length);
    decoder_forget(decoder);

    /* Not captured in full: the first fragment as far as it goes, without a length. */
    packet.wire_length = packet.captured_length + 1;
    packet.bytes.left--;
    packet.captured_length--;
    packet.wire_length = packet.captured_length + 1;
    CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
    CHECK(!segment.length_known);
    packet = packet_over(&last, 101);
    CHECK_INT(decode(decoder, &packet, &segment), FATE_FRAGMENT);
    decoder_reset(decoder);
}

/* Layers without end. */
static void test_depth(struct decoder *decoder)
{
    struct built built = {0};
    struct segment segment;
    for (int i = 0; i < DECODE_LAYERS_MAX; i++, built.length += 20)
        memcpy(built.data + built.length, "\x45\0\0\0\0\1\0\0\x40\4\0\0\x0a\0\0\1\x0a\0\0\2", 20);
    struct packet packet = packet_over(&built, 101);
    CHECK_INT(decode(decoder, &packet, &segment), FATE_TOO_DEEP);
    memset(built.data, 0, sizeof built.data); /* labels, none of which is the last */
    packet = packet_over(&built, 219);
    CHECK_INT(decode(decoder, &packet, &segment), FATE_TOO_DEEP);
}

static void test_checksum(void)
{
    struct segment segment;
    struct decoder *decoder = decoder_open(DECODE_CHECKSUM, &memory, &fault);
    struct built built =
        build(IPV4_HEADER("06") "0457 0050 00000064 000000c8 5018 03e8 cd44 0000 61626364");
    struct packet packet = packet_over(&built, 101);
    CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
    CHECK_INT(segment.checksum, CHECKSUM_GOOD);
    built.data[built.length - 1] ^= 1;
    CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
    CHECK_INT(segment.checksum, CHECKSUM_BAD);
    packet.bytes.left--;
    packet.captured_length--;
    CHECK_INT(decode(decoder, &packet, &segment), FATE_SEGMENT);
    CHECK_INT(segment.checksum, CHECKSUM_UNKNOWN);
    decoder_close(decoder);
}

static void test_names(void)
{
    char text[LINK_TYPES_TEXT_SIZE];
    CHECK(strncmp(link_types_text(text), "EN10MB, LINUX_SLL, ", 19) == 0);
    CHECK(strlen(text) < LINK_TYPES_TEXT_SIZE - 100);
    CHECK(link_type_is_known(1) && !link_type_is_known(227));
    for (enum fate fate = FATE_SEGMENT; fate < FATE_COUNT; fate++)
        CHECK(fate_name(fate) != NULL);
}

static void test_no_memory(void)
{
    struct memory small = {.limit = 100};
    CHECK(!decoder_open(0, &small, &fault));
    CHECK_INT(fault.code, FAULT_MEMORY_LIMIT);
    CHECK_INT(small.used, 0);
}

int main(void)
{
    struct decoder *decoder = decoder_open(0, &memory, &fault);
    test_cases(decoder);
    test_prefixes(decoder);
    test_fields(decoder);
    test_lengths(decoder);
    test_frame_lengths(decoder);
    test_routing_header(decoder);
    test_rpl_routing_header(decoder);
    test_fragments(decoder);
    test_depth(decoder);
    decoder_close(decoder);
    test_checksum();
    test_names();
    test_no_memory();
    CHECK_INT(memory.used, 0);
    return check_done();
}
