/* IP fragments that wait for the rest of their datagram.
 *
 * Fragments come in any order and may overlap.  Rules, all tshark's (4.0.17):
 *   - a datagram is told by its addresses, identification, protocol (IPv4) and VLAN;
 *   - its length is what the first fragment without "more fragments" says;
 *   - where fragments overlap, the bytes of the one with the lower offset count; at equal offsets,
 * of the earlier one;
 *   - bytes beyond the length are dropped;
 *   - a finished datagram is forgotten: the same fragments again start it anew. */
#ifndef PACKET_FRAGMENTS_H
#define PACKET_FRAGMENTS_H

#include "capture/cursor.h"
#include "capture/fault.h"
#include "capture/memory.h"

enum {
    /* What waits for lost fragments must not eat the host: as much as 64 datagrams of full size. */
    FRAGMENTS_BYTES_MAX = 4 << 20,
    FRAGMENTS_DATAGRAMS_MAX = 1024,
    /* 64 KiB in pieces of 64 bytes, below any link's MTU (RFC 791: 68); bounds the time of one
       insertion. */
    FRAGMENTS_PIECES_MAX = 1024,
    /* A datagram that is older is given up when another fragment comes: the upper end of RFC 1122
     * section 3.3.2's 60 to 120 seconds.  tshark waits for ever. */
    FRAGMENTS_AGE_MAX_SECONDS = 120,
};

struct fragment_key {
    uint8_t src[16], dst[16];
    uint32_t id;
    uint16_t vlan_id;
    uint8_t ip_version;
    uint8_t protocol; /* 0 in IPv6, where the identification alone tells */
};

struct fragment {
    struct fragment_key key;
    struct cursor bytes; /* all of its payload; need not outlive the call */
    uint32_t offset;     /* in bytes */
    bool more;           /* others follow it */
    int64_t time_ns;
};

struct fragments;

enum fragments_result {
    FRAGMENTS_WAIT,
    FRAGMENTS_COMPLETE,
    FRAGMENTS_FAILED, /* with a fault */
};

struct fragments *fragments_open(struct memory *memory, struct fault *fault);
void fragments_close(struct fragments *fragments);

/* Adds a fragment.  With FRAGMENTS_COMPLETE, *datagram is the payload put together, which stays
 * until fragments_forget. */
enum fragments_result fragments_add(struct fragments *fragments, const struct fragment *fragment,
                                    struct cursor *datagram, struct fault *fault);

/* Gives back the completed datagrams; those that wait stay. */
void fragments_forget(struct fragments *fragments);

/* Gives back all datagrams. */
void fragments_clear(struct fragments *fragments);

#endif
