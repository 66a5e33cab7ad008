/* Which connections of an analysed capture a query's packets can be of: where they are few, it is
 * enough to read those again. */
#ifndef VTAB_CONNECTION_CHOICE_H
#define VTAB_CONNECTION_CHOICE_H

#include "tcp/trace.h"
#include "vtab/packet_filter.h"

struct connection_choice {
    uint32_t *numbers; /* indices, in order */
    size_t count, room;
    struct memory *memory;
};

/* Chooses from a trace, for a scan that follows connections or not.  False, without a fault, if it
 * is better, or necessary, to read the whole capture; nothing is to be released then. */
bool connection_choice_open(struct connection_choice *choice, const struct trace *trace,
                            const struct packet_filter *filter, bool is_tracked,
                            struct memory *memory);
void connection_choice_close(struct connection_choice *choice);

#endif
