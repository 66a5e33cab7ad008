/* The one description of every column: name, type, unit, meaning, whose rule it follows, and where
 * its value is.
 *
 * From these lists come the declared schemas, the values of xColumn, the constraints that are
 * tested before a row is made, tcp_columns() and docs/columns.md. */
#ifndef VTAB_COLUMNS_H
#define VTAB_COLUMNS_H

#include <sqlite3ext.h>

#include <stdbool.h>
#include <stdint.h>

/* How a value is stored in the row, and so how it is shown. */
enum column_kind {
    COLUMN_U8,
    COLUMN_U16,
    COLUMN_U32,
    COLUMN_U64,
    COLUMN_I64,
    COLUMN_SMALL,   /* uint16_t declared INTEGER: a port, flags */
    COLUMN_BOOL,    /* bool, declared INTEGER */
    COLUMN_NUMBER,  /* uint32_t index, shown as the number from 1 */
    COLUMN_BIT,     /* one bit of a uint32_t, `aside` is its mask; declared INTEGER */
    COLUMN_SECONDS, /* int64_t nanoseconds, shown as REAL seconds */
    COLUMN_TIME,    /* int64_t Unix nanoseconds, shown as REAL Unix seconds */
    COLUMN_UTC,     /* int64_t Unix nanoseconds, shown as YYYY-MM-DD HH:MM:SS.SSS */
    COLUMN_ADDRESS, /* 16 bytes; `aside` is the offset of the IP version, uint8_t */
    COLUMN_SHORT,   /* shown by `get`, declared INTEGER: a port, 0/1 */
    COLUMN_INTEGER, /* shown by `get` */
    COLUMN_REAL,
    COLUMN_TEXT,
    COLUMN_BLOB,
};

/* A row is shown from up to COLUMN_OBJECTS structs; which ones, each table says. */
enum { COLUMN_OBJECTS = 3 };

struct column {
    const char *name;
    enum column_kind kind;
    uint8_t object;  /* index of the struct the value is in */
    uint16_t offset; /* of the value in it */
    uint16_t known; /* 1 + offset of a bool there that says whether the value is known; 0: always */
    uint32_t aside;
    uint16_t needs; /* what has to be computed for it, by the table's own bits */
    void (*get)(sqlite3_context *context, const void *value, const void *const *objects);
    const char *unit;
    const char *meaning;
    const char *rule; /* whose definition it is */
};

struct column_list {
    const char *table;
    const struct column *columns;
    int count;
    const char *hidden; /* declarations of the parameters: "capture TEXT HIDDEN, …" */
};

extern const struct column_list connection_columns; /* objects: connection, row */
extern const struct column_list packet_columns;     /* objects: segment, verdict, row */
extern const struct column_list capture_columns;    /* objects: file_account, row */

/* Objects of a connection's row. */
struct connection_row {
    uint64_t connection_id;
    const struct trace *trace;
};

/* What columns of tcp_packets need beyond the header. */
enum packet_needs {
    NEEDS_TRACKER = 1, /* the state of connections */
    NEEDS_CHECKSUM = 2,
    NEEDS_PAYLOAD = 4,
};

struct packet_row {
    const struct dataset *dataset;
    int64_t start_ns; /* of the data set's first packet */
};

struct capture_row {
    uint64_t connections;
};

/* The declared type: BIGINT, INTEGER, REAL, TEXT, TIMESTAMP or BLOB. */
const char *column_type(const struct column *column);

/* Declares the list as the table's schema. */
int columns_declare(sqlite3 *db, const struct column_list *list);

/* Shows a value. */
void column_result(sqlite3_context *context, const struct column *column,
                   const void *const *objects);

/* Shows a text that ends with a zero byte; NULL is NULL.  SQLite counts its length itself: it then
 * knows of the zero byte, and whoever reads the text does not have it copied to put one there. */
void column_text(sqlite3_context *context, const char *text);

/* Whether the value can be had as an integer without showing it: kinds U8 … BIT. */
static inline bool column_is_integer(const struct column *column)
{
    return column->kind <= COLUMN_BIT;
}

/* The Unix seconds of a value of kind TIME, as they are shown. */
double column_time(const struct column *column, const void *const *objects);

/* That integer; false if it is not known, which SQL shows as NULL. */
bool column_integer(const struct column *column, const void *const *objects, int64_t *value);

#endif
