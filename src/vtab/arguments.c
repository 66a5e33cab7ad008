/* The arguments of a table-valued function.
 *
 * The rules of planning are those that hold on every SQLite from 3.35 on; each was found by a query
 * that failed: a self-join adds unusable terms beside usable ones, an OR is planned branch by
 * branch without the outer terms, and a second `=` on the same parameter has to stay with SQLite,
 * which compares it with the hidden column. */
#include "vtab/arguments.h"

#include "vtab/errors.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

char *dequote(const char *argument)
{
    size_t length = strlen(argument);
    char *text = sqlite3_malloc64(length + 1);
    if (!text)
        return NULL;
    char quote = argument[0] == '[' ? ']' : argument[0];
    if (length < 2 || !strchr("'\"]`", quote) || argument[length - 1] != quote)
        return memcpy(text, argument, length + 1);
    char *to = text;
    for (const char *from = argument + 1; from < argument + length - 1; from++) {
        *to++ = *from;
        if (from[0] == quote && from[1] == quote)
            from++;
    }
    *to = '\0';
    return text;
}

/* The name of a parameter, as the user reads it in messages. */
static const char *parameter_name(int parameter)
{
    static const char *const names[PARAMETERS_MAX] = {"capture", "on_damage"};
    return parameter < PARAMETERS_MAX ? names[parameter] : "";
}

/* Takes the module's arguments; "" is what `USING tcp_packets()` gives. */
static int bind_arguments(struct parameters *parameters, int argc, const char *const *argv,
                          char **error)
{
    const char *module = parameters->module;
    if (sqlite3_stricmp(argv[1], "temp") != 0)
        return message_error(error, SQLITE_ERROR,
                             "%s: a table in schema \"%s\" would store the capture's path in the "
                             "database; write CREATE VIRTUAL TABLE temp.%s USING %s(…)",
                             module, argv[1], argv[2], module);
    if (argc < 4 || argv[3][0] == '\0')
        return message_error(error, SQLITE_ERROR,
                             "%s: which capture? CREATE VIRTUAL TABLE temp.%s USING "
                             "%s('file.pcap')",
                             module, argv[2], module);
    if (argc - 3 > parameters->count)
        return message_error(error, SQLITE_ERROR, "%s: %d arguments given, at most %d allowed",
                             module, argc - 3, parameters->count);
    parameters->is_bound = true;
    for (int i = 0; i < argc - 3; i++)
        if (!(parameters->bound[i] = dequote(argv[3 + i])))
            return SQLITE_NOMEM;
    return SQLITE_OK;
}

/* The call as a function connects a table in main that has the module's own name. */
static bool is_eponymous(int argc, const char *const *argv)
{
    return argc == 3 && strcmp(argv[1], "main") == 0 && sqlite3_stricmp(argv[2], argv[0]) == 0;
}

int parameters_connect(struct parameters *parameters, int first_column, int count, int argc,
                       const char *const *argv, char **error)
{
    *parameters = (struct parameters){.first_column = first_column, .count = count};
    parameters->module = sqlite3_mprintf("%s", argv[0]);
    if (!parameters->module)
        return SQLITE_NOMEM;
    int code = SQLITE_OK;
    if (!is_eponymous(argc, argv))
        code = bind_arguments(parameters, argc, argv, error);
    if (code != SQLITE_OK)
        parameters_release(parameters);
    return code;
}

void parameters_release(struct parameters *parameters)
{
    for (int i = 0; i < parameters->count; i++)
        sqlite3_free(parameters->bound[i]);
    sqlite3_free(parameters->module);
    *parameters = (struct parameters){0};
}

bool parameters_have_capture(const struct parameters *parameters, int given)
{
    return parameters->is_bound || (given & 1 << PARAMETER_CAPTURE);
}

/* The first usable `=` on a column, or -1; *exists tells whether there is any `=`, usable or not.
 */
static int find_equality(const sqlite3_index_info *info, int column, bool *exists)
{
    *exists = false;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != column ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        *exists = true;
        if (info->aConstraint[i].usable)
            return i;
    }
    return -1;
}

int parameters_plan(const struct parameters *parameters, sqlite3_index_info *info, int *given,
                    int *next_argv)
{
    *given = 0;
    *next_argv = 1;
    for (int i = 0; i < parameters->count && !parameters->is_bound; i++) {
        bool exists;
        int constraint = find_equality(info, parameters->first_column + i, &exists);
        if (constraint < 0 && exists)
            return SQLITE_CONSTRAINT;
        if (constraint < 0)
            continue;
        info->aConstraintUsage[constraint].argvIndex = (*next_argv)++;
        info->aConstraintUsage[constraint].omit = 1;
        *given |= 1 << i;
    }
    return SQLITE_OK;
}

/* Whether the text of a value ends at a zero byte inside, and so would silently name another file.
 */
static bool ends_early(const char *text, sqlite3_value *value)
{
    return strlen(text) != (size_t)sqlite3_value_bytes(value);
}

const char *function_text(sqlite3_context *context, sqlite3_value *value, const char *name)
{
    const char *text = (const char *)sqlite3_value_text(value);
    if (!text || !ends_early(text, value))
        return text;
    function_error(context, SQLITE_ERROR, "%s contains a zero byte", name);
    return NULL;
}

/* A copy of one SQL value as a C string. */
static int copy_value(char **text, sqlite3_vtab *table, const char *module, int parameter,
                      sqlite3_value *value)
{
    const char *bytes = (const char *)sqlite3_value_text(value);
    if (!bytes)
        return SQLITE_NOMEM;
    if (ends_early(bytes, value))
        return table_error(table, SQLITE_ERROR, "%s: %s contains a zero byte", module,
                           parameter_name(parameter));
    *text = sqlite3_mprintf("%s", bytes);
    return *text ? SQLITE_OK : SQLITE_NOMEM;
}

int arguments_read(struct arguments *arguments, sqlite3_vtab *table,
                   const struct parameters *parameters, int given, sqlite3_value **argv)
{
    arguments_release(arguments);
    if (!parameters_have_capture(parameters, given))
        return table_error(table, SQLITE_ERROR, "%s: which capture? Call %s('file.pcap')",
                           parameters->module, parameters->module);
    int code = SQLITE_OK;
    for (int i = 0; i < parameters->count && code == SQLITE_OK; i++) {
        if (parameters->bound[i]) {
            arguments->text[i] = sqlite3_mprintf("%s", parameters->bound[i]);
            code = arguments->text[i] ? SQLITE_OK : SQLITE_NOMEM;
        } else if (given & 1 << i) {
            sqlite3_value *value = *argv++;
            if (sqlite3_value_type(value) == SQLITE_NULL)
                arguments->is_null |= i == PARAMETER_CAPTURE;
            else
                code = copy_value(&arguments->text[i], table, parameters->module, i, value);
        }
    }
    return code;
}

void arguments_release(struct arguments *arguments)
{
    for (int i = 0; i < PARAMETERS_MAX; i++)
        sqlite3_free(arguments->text[i]);
    *arguments = (struct arguments){0};
}

void arguments_result(const struct arguments *arguments, const struct parameters *parameters,
                      int column, sqlite3_context *context)
{
    sqlite3_result_text(context, arguments->text[column - parameters->first_column], -1,
                        SQLITE_TRANSIENT);
}
