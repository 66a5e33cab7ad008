/* The arguments of a table-valued function, from the SQL text to a C string.
 *
 * A function's parameters are the hidden, last columns of its table, the capture first.  The same
 * module serves
 *
 *     SELECT … FROM tcp_packets('f.cap')                         arguments come with each query,
 * through xFilter CREATE VIRTUAL TABLE temp.lab USING tcp_packets('f.cap')   arguments are bound
 * once, in xConnect
 *
 * A table keeps a `struct parameters`, a cursor a `struct arguments`:
 *
 *     xConnect     parameters_connect(&table->parameters, COLUMN_CAPTURE, 2, argc, argv, error)
 *     xBestIndex   parameters_plan(&table->parameters, info, &given, &next_argv)     given -> low
 * bits of idxNum xFilter      arguments_read(&cursor->arguments, table, parameters, given, argv)
 *     xColumn      arguments_result(&cursor->arguments, parameters, column, context)
 *     xClose       arguments_release(&cursor->arguments)
 *     xDisconnect  parameters_release(&table->parameters) */
#ifndef VTAB_ARGUMENTS_H
#define VTAB_ARGUMENTS_H

#include <sqlite3ext.h>

#include <stdbool.h>

enum {
    PARAMETERS_MAX = 2,                     /* capture, on_damage */
    GIVEN_BITS = (1 << PARAMETERS_MAX) - 1, /* the bits of `given` */
};

enum { PARAMETER_CAPTURE, PARAMETER_ON_DAMAGE };

struct parameters {
    char *module;                /* for messages: "tcp_packets" */
    int first_column;            /* number of the column that is the first parameter */
    int count;                   /* of parameters */
    bool is_bound;               /* a named table: its arguments are `bound` */
    char *bound[PARAMETERS_MAX]; /* NULL if not given */
};

struct arguments {
    char *text[PARAMETERS_MAX]; /* NULL if not given */
    bool is_null;               /* the capture is the SQL value NULL: the query has no rows */
};

/* From the argc and argv of xConnect.  SQLITE_OK, or a code with *error set: a named table in
 * another schema than temp (it would write a path into the user's file), without a capture, or with
 * too many arguments. */
int parameters_connect(struct parameters *parameters, int first_column, int count, int argc,
                       const char *const *argv, char **error);
void parameters_release(struct parameters *parameters);

/* First part of xBestIndex.  Takes the `=` terms on parameters: argv holds them first, in order of
 * parameter; bit i of *given says that parameter i is there; *next_argv is the first argvIndex that
 * is free. SQLITE_CONSTRAINT if a parameter has terms and none is usable: not this plan.  A missing
 * capture is no error here: *given lacks bit PARAMETER_CAPTURE, the caller returns SQLITE_OK and
 * leaves the cost at its huge initial value, and arguments_read has the words for the user.  (An
 * error here would break OR before SQLite 3.47.) */
int parameters_plan(const struct parameters *parameters, sqlite3_index_info *info, int *given,
                    int *next_argv);

/* Whether the plan knows its capture: it is bound or given.  Only then xBestIndex may set a cost.
 */
bool parameters_have_capture(const struct parameters *parameters, int given);

/* First part of xFilter: fills *arguments (freeing what it held) from argv or from the bound ones.
 * An error, with the table's message, if there is no capture.  Check is_null afterwards. */
int arguments_read(struct arguments *arguments, sqlite3_vtab *table,
                   const struct parameters *parameters, int given, sqlite3_value **argv);
void arguments_release(struct arguments *arguments);

/* The value of a hidden column: the argument as given. */
void arguments_result(const struct arguments *arguments, const struct parameters *parameters,
                      int column, sqlite3_context *context);

/* The text of an argument of an SQL function, which `name` calls by its name in messages.  NULL if
 * it is NULL, and, with the function's error, if it contains a zero byte. */
const char *function_text(sqlite3_context *context, sqlite3_value *value, const char *name);

/* Text of a module argument without its quotes ('…', "…", […], `…`); sqlite3_free it.  NULL without
 * memory. */
char *dequote(const char *argument);

#endif
