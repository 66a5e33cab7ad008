#include "vtab/poll.h"

#include "capture/platform.h"

SQLITE_EXTENSION_INIT3

/* A query has to stop within 50 ms. */
enum { POLL_MS = 10, NS_PER_MS = 1000 * 1000 };

/* Some 6,000 instructions: a progress handler that is called every 1,000, as is usual, is called
 * in every poll, and one of every 20,000 still soon enough.  A join in memory: what costs least of
 * what takes so many. */
static const char many_instructions[] =
    "WITH n(i) AS (VALUES (1), (1), (1), (1), (1), (1), (1), (1), (1), (1), (1), (1), (1), (1))"
    " SELECT count(*) FROM n, n AS a, n AS b";

struct poll poll_open(sqlite3 *db)
{
    struct poll poll = {.statement = NULL};
    sqlite3_prepare_v3(db, many_instructions, -1, SQLITE_PREPARE_PERSISTENT, &poll.statement, NULL);
    return poll;
}

void poll_close(struct poll *poll)
{
    sqlite3_finalize(poll->statement);
    poll->statement = NULL;
}

/* Not inline: bench/run tells its instructions from the others. */
__attribute__((noinline)) int poll_stop(struct poll *poll)
{
    int64_t now_ns = monotonic_ns();
    if (!poll->statement || now_ns - poll->asked_ns < POLL_MS * NS_PER_MS)
        return SQLITE_OK;
    int code = sqlite3_step(poll->statement);
    sqlite3_reset(poll->statement);
    poll->asked_ns = now_ns;
    return code == SQLITE_INTERRUPT ? code : SQLITE_OK;
}

static bool is_wanted(void *poll)
{
    return poll_stop(poll) != SQLITE_OK;
}

struct stop poll_as_stop(struct poll *poll)
{
    return (struct stop){is_wanted, poll};
}
