/* Zeek's view of a connection: conn_state and history.
 *
 * A second, independent state machine beside Wireshark's judgements: each side is INACTIVE,
 * SYN_SENT, … CLOSED or RESET, and a letter is written down for what each side did first.  Rules:
 * Zeek 6 TCPSessionAdapter.cc, TCP_Endpoint.cc, TCP_Reassembler.cc and Reassem.cc, as `zeek -C`
 * runs them (checksums are ignored), over Wireshark's grouping of segments and without Zeek's
 * timeouts; docs/analysis.md. */
#ifndef TCP_ZEEK_STATE_H
#define TCP_ZEEK_STATE_H

#include "packet/segment.h"
#include "tcp/ring.h"

enum zeek_endpoint_state {
    ZEEK_INACTIVE,
    ZEEK_SYN_SENT,
    ZEEK_SYN_ACK_SENT,
    ZEEK_PARTIAL,
    ZEEK_ESTABLISHED,
    ZEEK_CLOSED,
    ZEEK_RESET,
};

/* What few endpoints need. */
struct zeek_oddities {
    uint32_t gaps, repeats, zero_windows; /* events behind the letters G, T and W */
    uint32_t last_syn, last_rst;          /* relative numbers of the latest of each kind */
    struct ring waiting;                  /* struct zeek_block: data beyond a hole, sorted */
};

struct zeek_endpoint {
    uint8_t state, previous; /* enum zeek_endpoint_state */
    uint8_t letters;         /* which of S/H F R D A I Q are written */
    bool sent_fin;
    uint32_t start;     /* initial sequence number */
    uint32_t last;      /* highest end of what was sent */
    uint32_t acked;     /* highest ACK from the peer */
    uint32_t fin_end;   /* end of the latest FIN, relative to start */
    uint32_t last_fin;  /* where the letter F was due last, relative to start */
    uint32_t delivered; /* up to here the data is whole, or known to be missing */
    uint32_t trimmed;   /* up to here ACKs were looked at */
};

/* Numbers of data that was seen beyond a hole, first inclusive, end exclusive. */
struct zeek_block {
    uint32_t first, end;
};

/* Enough for the histories of nearly all connections; longer ones move to a block of their own. */
enum { ZEEK_HISTORY_INLINE = 14 };

struct zeek_long_history {
    uint32_t length, capacity;
    char text[];
};

struct zeek_history {
    char text[ZEEK_HISTORY_INLINE]; /* or, if is_large, the address of a struct zeek_long_history */
    uint8_t length : 7;             /* of the text in place */
    bool is_large : 1;
};

struct zeek_connection {
    struct zeek_endpoint side[2]; /* CLIENT and SERVER of grouping.h */
    struct zeek_oddities *odd;    /* of both sides; NULL if there were none */
    struct zeek_history history;
    bool originator : 1;                          /* index of Zeek's originator in side */
    bool originator_seen : 1, responder_seen : 1; /* its first segment was looked at */
    bool is_started : 1;
    bool is_partial : 1; /* Zeek's is_partial */
};

/* The memory of the connections' rare parts. */
struct zeek_memory {
    struct arena arena;
    struct ring_pool blocks; /* of struct zeek_block */
};

/* Takes one segment; `side` is the index of its sender.  False with a fault. */
bool zeek_take(struct zeek_connection *zeek, const struct segment *segment, unsigned side,
               struct zeek_memory *memory, struct fault *fault);

/* "SF", "S0", "RSTO" … */
const char *zeek_conn_state(const struct zeek_connection *zeek);

/* The history and its length; not terminated. */
const char *zeek_history_text(const struct zeek_history *history, size_t *length);

#endif
