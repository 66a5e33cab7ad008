/* What the analysis says of each segment: grouping and tracker, one after the other. */
#ifndef TCP_JUDGE_H
#define TCP_JUDGE_H

#include "tcp/tracker.h"

struct judge;

/* hash_key: as for grouping_open.  files: how many the data set has. */
struct judge *judge_open(const uint64_t hash_key[2], size_t files, struct memory *memory,
                         struct fault *fault);
void judge_close(struct judge *judge);

/* The first connection replaces one that was not seen. */
void judge_begin_with_reuse(struct judge *judge);

/* Takes a batch; verdicts[i] receives what is said of segment i.  False with a fault. */
bool judge_take(struct judge *judge, const struct segment_batch *batch, struct verdict *verdicts,
                struct fault *fault);

#endif
