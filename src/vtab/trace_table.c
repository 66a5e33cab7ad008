#include "vtab/trace_table.h"

#include "vtab/errors.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

/* The plan, idxNum: the bits of parameters_plan, and above them */
enum { PLAN_BY_ID = GIVEN_BITS + 1 }; /* the argument after the parameters is the id looked for */

/* Rows are guessed: a capture is opened only when the query runs. */
static const double SCAN_COST = 1e5;
enum { SCAN_ROWS = 1000 };

struct trace_table {
    struct capture_table common;
    const struct trace_table_kind *kind;
};

struct trace_cursor {
    sqlite3_vtab_cursor base;
    struct arguments arguments;
    struct trace *trace;                 /* keeps the rows alive even if the cache drops it */
    size_t index, end;                   /* rows still to show */
    const void *objects[COLUMN_OBJECTS]; /* what the row is shown from */
    uint64_t row[TRACE_ROW_SIZE / sizeof(uint64_t)];
};

int trace_table_connect(const struct trace_table_kind *kind, sqlite3 *db, struct shared *shared,
                        int argc, const char *const *argv, sqlite3_vtab **table, char **error)
{
    int code = capture_table_connect(db, shared, kind->list, kind->parameter_count,
                                     sizeof(struct trace_table), argc, argv, table, error);
    if (code == SQLITE_OK)
        ((struct trace_table *)*table)->kind = kind;
    return code;
}

/* The usable `=` on the first column or the rowid, or -1. */
static int find_id(const sqlite3_index_info *info)
{
    for (int i = 0; i < info->nConstraint; i++)
        if (info->aConstraint[i].usable && info->aConstraint[i].iColumn <= 0 &&
            info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ)
            return i;
    return -1;
}

int trace_table_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    const struct trace_table_kind *kind = ((struct trace_table *)table)->kind;
    const struct parameters *parameters = &((struct trace_table *)table)->common.parameters;
    int next_argv;
    int code = parameters_plan(parameters, info, &info->idxNum, &next_argv);
    if (code != SQLITE_OK || !parameters_have_capture(parameters, info->idxNum))
        return code;
    int id = kind->has_id ? find_id(info) : -1;
    info->estimatedCost = id >= 0 ? 1 : SCAN_COST;
    info->estimatedRows = id >= 0 ? 1 : SCAN_ROWS;
    if (id >= 0) {
        info->idxNum |= PLAN_BY_ID;
        info->aConstraintUsage[id].argvIndex = next_argv;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    }
    if (kind->has_id && info->nOrderBy == 1 && info->aOrderBy[0].iColumn <= 0 &&
        !info->aOrderBy[0].desc)
        info->orderByConsumed = 1;
    return SQLITE_OK;
}

int trace_table_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    struct trace_cursor *self = sqlite3_malloc64(sizeof *self);
    if (!self)
        return SQLITE_NOMEM;
    *self = (struct trace_cursor){.trace = NULL};
    *cursor = &self->base;
    return SQLITE_OK;
}

static void let_go(struct trace_cursor *self)
{
    trace_release(self->trace);
    self->trace = NULL;
    self->index = self->end = 0;
}

int trace_table_close(sqlite3_vtab_cursor *cursor)
{
    struct trace_cursor *self = (struct trace_cursor *)cursor;
    let_go(self);
    arguments_release(&self->arguments);
    sqlite3_free(self);
    return SQLITE_OK;
}

static const struct trace_table_kind *kind_of(const struct trace_cursor *self)
{
    return ((const struct trace_table *)self->base.pVtab)->kind;
}

/* Points at what the row is shown from. */
static void point_at_row(struct trace_cursor *self)
{
    if (self->index < self->end)
        kind_of(self)->show(self->trace, self->index, self->objects, self->row);
}

/* Narrows the rows to the one with this id.  A value that is no whole number equals no id or is
 * compared by SQLite. */
static void look_up(struct trace_cursor *self, sqlite3_value *value)
{
    if (sqlite3_value_type(value) != SQLITE_INTEGER)
        return;
    sqlite3_int64 id = sqlite3_value_int64(value);
    bool is_there = id >= 1 && (uint64_t)id <= self->end;
    self->index = is_there ? (size_t)id - 1 : self->end;
    self->end = is_there ? self->index + 1 : self->end;
}

/* Reads the arguments.  The trace of the same capture stays: a statement sees one state of the
 * files, and a look-up in a join does not look at them. */
static int take_arguments(struct trace_cursor *self, int given, sqlite3_value **argv)
{
    struct capture_table *table = (struct capture_table *)self->base.pVtab;
    struct arguments before = self->arguments;
    self->arguments = (struct arguments){0};
    int code = arguments_read(&self->arguments, &table->base, &table->parameters, given, argv);
    const char *old = before.text[PARAMETER_CAPTURE];
    const char *new = self->arguments.text[PARAMETER_CAPTURE];
    if (!old || !new || strcmp(old, new) != 0)
        let_go(self);
    arguments_release(&before);
    return code;
}

int trace_table_filter(sqlite3_vtab_cursor *cursor, int plan, const char *text, int argc,
                       sqlite3_value **argv)
{
    (void)text;
    (void)argc;
    struct trace_cursor *self = (struct trace_cursor *)cursor;
    const struct trace_table_kind *kind = kind_of(self);
    struct capture_table *table = (struct capture_table *)cursor->pVtab;
    self->index = self->end = 0;
    int given = plan & GIVEN_BITS;
    int code = take_arguments(self, given, argv);
    if (code != SQLITE_OK || self->arguments.is_null)
        return code;
    bool keep;
    code = on_damage_read(&table->base, &self->arguments, &keep);
    if (code != SQLITE_OK)
        return code;
    struct fault fault;
    if (!self->trace)
        self->trace = cache_trace(table->shared, self->arguments.text[PARAMETER_CAPTURE],
                                  &table->poll, &fault);
    if (!self->trace)
        return table_fault(&table->base, &fault);
    if (kind->fails_on_damage && !keep && self->trace->damage.code != FAULT_NONE)
        return table_fault(&table->base, &self->trace->damage);
    self->end = kind->count(self->trace);
    if (plan & PLAN_BY_ID)
        look_up(self, argv[__builtin_popcount((unsigned)given)]);
    point_at_row(self);
    return SQLITE_OK;
}

int trace_table_next(sqlite3_vtab_cursor *cursor)
{
    struct trace_cursor *self = (struct trace_cursor *)cursor;
    self->index++;
    point_at_row(self);
    return SQLITE_OK;
}

int trace_table_eof(sqlite3_vtab_cursor *cursor)
{
    const struct trace_cursor *self = (const struct trace_cursor *)cursor;
    return self->index >= self->end;
}

int trace_table_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct trace_cursor *self = (const struct trace_cursor *)cursor;
    const struct column_list *list = kind_of(self)->list;
    if (column >= list->count) {
        const struct parameters *parameters = &((struct capture_table *)cursor->pVtab)->parameters;
        arguments_result(&self->arguments, parameters, column, context);
        return SQLITE_OK;
    }
    column_result(context, &list->columns[column], self->objects);
    return SQLITE_OK;
}

int trace_table_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((const struct trace_cursor *)cursor)->index + 1;
    return SQLITE_OK;
}
