/* Zeek's view of all connections of a data set. */
#ifndef TCP_ZEEK_STATES_H
#define TCP_ZEEK_STATES_H

#include "tcp/grouping.h"
#include "tcp/zeek_state.h"

struct zeek_states;

struct zeek_states *zeek_states_open(struct memory *memory, struct fault *fault);
void zeek_states_close(struct zeek_states *states);

/* Takes a batch and what grouping said of it.  False with a fault. */
bool zeek_states_take(struct zeek_states *states, const struct segment_batch *batch,
                      const struct assignment *assignments, struct fault *fault);

const struct zeek_connection *zeek_states_connection(const struct zeek_states *states,
                                                     size_t index);

#endif
