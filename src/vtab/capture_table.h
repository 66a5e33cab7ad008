/* What the tables over captures have in common: their arguments, their share of the connection's
 * state, and the poll for interruption. */
#ifndef VTAB_CAPTURE_TABLE_H
#define VTAB_CAPTURE_TABLE_H

#include "vtab/arguments.h"
#include "vtab/columns.h"
#include "vtab/poll.h"
#include "vtab/shared.h"

struct capture_table {
    sqlite3_vtab base;
    struct shared *shared;
    struct parameters parameters;
    struct poll poll;
};

/* xConnect of a table with this list of columns and this many parameters.  The table is zeroed and
 * has `size` bytes: those of a struct that begins with a struct capture_table. */
int capture_table_connect(sqlite3 *db, struct shared *shared, const struct column_list *list,
                          int parameter_count, size_t size, int argc, const char *const *argv,
                          sqlite3_vtab **table, char **error);

/* xDisconnect. */
int capture_table_disconnect(sqlite3_vtab *table);

/* Reads the argument on_damage: 'keep', 'error' or not given.  An error with the table's message
 * for anything else. */
int on_damage_read(sqlite3_vtab *table, const struct arguments *arguments, bool *keep);

#endif
