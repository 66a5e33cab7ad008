#include "vtab/poll.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

struct poll poll_open(sqlite3 *db)
{
    struct poll poll = {NULL};
    sqlite3_prepare_v3(db, "SELECT 1", -1, SQLITE_PREPARE_PERSISTENT, &poll.statement, NULL);
    return poll;
}

void poll_close(struct poll *poll)
{
    sqlite3_finalize(poll->statement);
    poll->statement = NULL;
}

int poll_stop(struct poll *poll)
{
    if (!poll->statement)
        return SQLITE_OK;
    int code = sqlite3_step(poll->statement);
    sqlite3_reset(poll->statement);
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
