#include "vtab/columns.h"

#include "vtab/address_text.h"
#include "vtab/time_text.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

static const double NS_PER_SECOND = 1e9;

const char *column_type(const struct column *column)
{
    switch (column->kind) {
    case COLUMN_SMALL:
    case COLUMN_BOOL:
    case COLUMN_BIT:
    case COLUMN_SHORT:
        return "INTEGER";
    case COLUMN_SECONDS:
    case COLUMN_TIME:
    case COLUMN_REAL:
        return "REAL";
    case COLUMN_UTC:
        return "TIMESTAMP";
    case COLUMN_ADDRESS:
    case COLUMN_TEXT:
        return "TEXT";
    case COLUMN_BLOB:
        return "BLOB";
    default:
        return "BIGINT";
    }
}

int columns_declare(sqlite3 *db, const struct column_list *list)
{
    sqlite3_str *text = sqlite3_str_new(db);
    sqlite3_str_appendall(text, "CREATE TABLE x(");
    for (int i = 0; i < list->count; i++)
        sqlite3_str_appendf(text, "%s%s %s", i ? ", " : "", list->columns[i].name,
                            column_type(&list->columns[i]));
    sqlite3_str_appendf(text, "%s%s)", list->hidden ? ", " : "", list->hidden ? list->hidden : "");
    char *declaration = sqlite3_str_finish(text);
    int code = declaration ? sqlite3_declare_vtab(db, declaration) : SQLITE_NOMEM;
    sqlite3_free(declaration);
    return code;
}

static const char *value_of(const struct column *column, const void *const *objects)
{
    return (const char *)objects[column->object] + column->offset;
}

static bool is_known(const struct column *column, const void *const *objects)
{
    if (!column->known)
        return true;
    bool known;
    memcpy(&known, (const char *)objects[column->object] + column->known - 1, sizeof known);
    return known;
}

#define READ(type, from)                                                                           \
    ({                                                                                             \
        type read_;                                                                                \
        memcpy(&read_, from, sizeof read_);                                                        \
        read_;                                                                                     \
    })

static int64_t read_integer(const struct column *column, const char *value)
{
    switch (column->kind) {
    case COLUMN_U8:
        return READ(uint8_t, value);
    case COLUMN_BOOL:
        return READ(bool, value);
    case COLUMN_U16:
    case COLUMN_SMALL:
        return READ(uint16_t, value);
    case COLUMN_U32:
        return READ(uint32_t, value);
    case COLUMN_NUMBER:
        return (int64_t)READ(uint32_t, value) + 1;
    case COLUMN_BIT:
        return (READ(uint32_t, value) & column->aside) != 0;
    default:
        return READ(int64_t, value);
    }
}

bool column_integer(const struct column *column, const void *const *objects, int64_t *value)
{
    if (!is_known(column, objects))
        return false;
    *value = read_integer(column, value_of(column, objects));
    return true;
}

/* Whole seconds and the rest are converted apart, so that no digit is lost in a double of 53 bits.
 */
static double unix_seconds(int64_t ns)
{
    /* NOLINTNEXTLINE(bugprone-integer-division): whole seconds are wanted */
    return (double)(ns / 1000000000) + (double)(ns % 1000000000) / NS_PER_SECOND;
}

double column_time(const struct column *column, const void *const *objects)
{
    return unix_seconds(READ(int64_t, value_of(column, objects)));
}

void column_text(sqlite3_context *context, const char *text)
{
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void show_utc(sqlite3_context *context, int64_t ns)
{
    char text[UTC_TEXT_SIZE];
    utc_text(ns, text);
    column_text(context, text);
}

static void show_address(sqlite3_context *context, const struct column *column, const char *value,
                         const void *const *objects)
{
    char text[ADDRESS_TEXT_SIZE];
    uint8_t version = READ(uint8_t, (const char *)objects[column->object] + column->aside);
    address_text(version, (const uint8_t *)value, text);
    column_text(context, text);
}

void column_result(sqlite3_context *context, const struct column *column,
                   const void *const *objects)
{
    if (!is_known(column, objects))
        return;
    const char *value = value_of(column, objects);
    if (column_is_integer(column)) {
        sqlite3_result_int64(context, read_integer(column, value));
        return;
    }
    switch (column->kind) {
    case COLUMN_SECONDS:
        sqlite3_result_double(context, (double)READ(int64_t, value) / NS_PER_SECOND);
        break;
    case COLUMN_TIME:
        sqlite3_result_double(context, unix_seconds(READ(int64_t, value)));
        break;
    case COLUMN_UTC:
        show_utc(context, READ(int64_t, value));
        break;
    case COLUMN_ADDRESS:
        show_address(context, column, value, objects);
        break;
    default:
        column->get(context, value, objects);
        break;
    }
}
