#include "vtab/capture_table.h"

#include "vtab/errors.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

int capture_table_connect(sqlite3 *db, struct shared *shared, const struct column_list *list,
                          int parameter_count, size_t size, int argc, const char *const *argv,
                          sqlite3_vtab **table, char **error)
{
    int code = columns_declare(db, list);
    if (code != SQLITE_OK)
        return code;
    struct capture_table *self = sqlite3_malloc64(size);
    if (!self)
        return SQLITE_NOMEM;
    memset(self, 0, size);
    code = parameters_connect(&self->parameters, list->count, parameter_count, argc, argv, error);
    if (code != SQLITE_OK) {
        sqlite3_free(self);
        return code;
    }
    /* A hostile schema must not be able to read files. */
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    self->shared = shared_retain(shared);
    self->poll = poll_open(db);
    *table = &self->base;
    return SQLITE_OK;
}

int capture_table_disconnect(sqlite3_vtab *table)
{
    struct capture_table *self = (struct capture_table *)table;
    poll_close(&self->poll);
    parameters_release(&self->parameters);
    shared_release(self->shared);
    sqlite3_free(self);
    return SQLITE_OK;
}

int on_damage_read(sqlite3_vtab *table, const struct arguments *arguments, bool *keep)
{
    const char *text = arguments->text[PARAMETER_ON_DAMAGE];
    *keep = text && strcmp(text, "keep") == 0;
    if (!text || *keep || strcmp(text, "error") == 0)
        return SQLITE_OK;
    const struct capture_table *self = (const struct capture_table *)table;
    return table_error(table, SQLITE_ERROR, "%s: on_damage is '%s'; allowed are 'error' and 'keep'",
                       self->parameters.module, text);
}
