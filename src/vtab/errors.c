/* Errors on their way to the user.
 *
 * Which code a fault becomes matters beyond its number: on SQLITE_IOERR, SQLITE_FULL and
 * SQLITE_NOMEM SQLite rolls back the transaction in which the query ran, and after SQLITE_CORRUPT
 * it forbids writing until the transaction ends.  That is right for trouble with the database and
 * wrong for trouble with a capture, so a read error is SQLITE_CANTOPEN, damage is
 * SQLITE_CORRUPT_VTAB, made for this, and the memory limit a plain SQLITE_ERROR. */
#include "vtab/errors.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

int fault_sqlite_code(enum fault_code code)
{
    static const int codes[] = {
        [FAULT_NONE] = SQLITE_OK,           [FAULT_CANNOT_OPEN] = SQLITE_CANTOPEN,
        [FAULT_READ] = SQLITE_CANTOPEN,     [FAULT_NOT_A_CAPTURE] = SQLITE_NOTADB,
        [FAULT_UNSUPPORTED] = SQLITE_ERROR, [FAULT_DAMAGE] = SQLITE_CORRUPT_VTAB,
        [FAULT_MEMORY] = SQLITE_NOMEM,      [FAULT_MEMORY_LIMIT] = SQLITE_ERROR,
        [FAULT_STOPPED] = SQLITE_INTERRUPT,
    };
    return codes[code];
}

static int replace_message(char **message, int code, const char *format, va_list arguments)
{
    sqlite3_free(*message);
    *message = code == SQLITE_NOMEM ? NULL : sqlite3_vmprintf(format, arguments);
    return *message ? code : SQLITE_NOMEM;
}

int message_error(char **message, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    code = replace_message(message, code, format, arguments);
    va_end(arguments);
    return code;
}

int table_error(sqlite3_vtab *table, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    code = replace_message(&table->zErrMsg, code, format, arguments);
    va_end(arguments);
    return code;
}

int table_fault(sqlite3_vtab *table, const struct fault *fault)
{
    return table_error(table, fault_sqlite_code(fault->code), "%s", fault->text);
}

void function_error(sqlite3_context *context, int code, const char *format, ...)
{
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    code = replace_message(&message, code, format, arguments);
    va_end(arguments);
    if (code == SQLITE_NOMEM) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_result_error(context, message, -1);
    sqlite3_result_error_code(context, code);
    sqlite3_free(message);
}

void function_fault(sqlite3_context *context, const struct fault *fault)
{
    function_error(context, fault_sqlite_code(fault->code), "%s", fault->text);
}
