#include "tcp/judge.h"

struct judge {
    struct memory *memory;
    struct grouping *grouping;
    struct tracker *tracker;
    struct assignment assignments[SEGMENT_BATCH_MAX];
};

struct judge *judge_open(const uint64_t hash_key[2], size_t files, struct memory *memory,
                         struct fault *fault)
{
    struct judge *judge = memory_allocate(memory, sizeof *judge, fault);
    if (!judge)
        return NULL;
    judge->memory = memory;
    judge->grouping = grouping_open(hash_key, memory, fault);
    judge->tracker = judge->grouping ? tracker_open(files, memory, fault) : NULL;
    if (judge->tracker)
        return judge;
    judge_close(judge);
    return NULL;
}

void judge_close(struct judge *judge)
{
    if (!judge)
        return;
    tracker_close(judge->tracker);
    grouping_close(judge->grouping);
    memory_release(judge->memory, judge, sizeof *judge);
}

void judge_begin_with_reuse(struct judge *judge)
{
    grouping_begin_with_reuse(judge->grouping);
}

bool judge_take(struct judge *judge, const struct segment_batch *batch, struct verdict *verdicts,
                struct fault *fault)
{
    return grouping_take(judge->grouping, batch, judge->assignments, fault) &&
           tracker_take(judge->tracker, batch, judge->assignments, verdicts, fault);
}
