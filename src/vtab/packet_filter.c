#include "vtab/packet_filter.h"

#include "capture/platform.h"
#include "vtab/address_text.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

/* A term of the plan is two characters: the column counted from FIRST_COLUMN, and the operator. */
enum { FIRST_COLUMN = ' ', TERM_SIZE = 2 };

static char operator_of(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return '=';
    case SQLITE_INDEX_CONSTRAINT_LT:
        return '<';
    case SQLITE_INDEX_CONSTRAINT_LE:
        return 'l';
    case SQLITE_INDEX_CONSTRAINT_GT:
        return '>';
    case SQLITE_INDEX_CONSTRAINT_GE:
        return 'g';
    default:
        return 0;
    }
}

static bool is_connection_id(const struct column *column)
{
    return strcmp(column->name, "connection_id") == 0;
}

static bool is_frame(const struct column *column)
{
    return strcmp(column->name, "frame") == 0;
}

/* Whether a term can become a test. */
static bool is_testable(sqlite3_index_info *info, int i)
{
    const struct sqlite3_index_constraint *term = &info->aConstraint[i];
    if (!term->usable || term->iColumn < 0 || term->iColumn >= packet_columns.count ||
        !operator_of(term->op))
        return false;
    const struct column *column = &packet_columns.columns[term->iColumn];
    if (column->kind == COLUMN_ADDRESS)
        return term->op == SQLITE_INDEX_CONSTRAINT_EQ &&
               sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
    return column_is_integer(column) || column->kind == COLUMN_TIME;
}

int packet_filter_plan(sqlite3_index_info *info, int next_argv, unsigned *needs)
{
    char *plan = sqlite3_malloc64(PACKET_TESTS_MAX * TERM_SIZE + 1);
    if (!plan)
        return SQLITE_NOMEM;
    int length = 0;
    for (int i = 0; i < info->nConstraint && length < PACKET_TESTS_MAX * TERM_SIZE; i++) {
        if (!is_testable(info, i))
            continue;
        int column = info->aConstraint[i].iColumn;
        plan[length++] = (char)(FIRST_COLUMN + column);
        plan[length++] = operator_of(info->aConstraint[i].op);
        info->aConstraintUsage[i].argvIndex = next_argv++;
        *needs |= packet_columns.columns[column].needs;
    }
    plan[length] = '\0';
    info->idxStr = plan;
    info->needToFreeIdxStr = 1;
    return SQLITE_OK;
}

/* The address that a text is, if it is the canonical text of one: only that is ever shown. */
static bool read_address(const char *text, struct packet_test *test)
{
    char canonical[ADDRESS_TEXT_SIZE];
    memset(test->address, 0, sizeof test->address);
    test->ip_version = strchr(text, ':') ? 6 : 4;
    if (!address_from_text(text, test->ip_version, test->address))
        return false;
    address_text(test->ip_version, test->address, canonical);
    return strcmp(canonical, text) == 0;
}

/* Makes a test of a column and a value; false if SQLite has to decide alone. */
static bool make_test(struct packet_test *test, const struct column *column, char operator,
                      sqlite3_value * value)
{
    *test = (struct packet_test){.column = column, .operator= operator};
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
        test->against = TEST_NEVER;
        return true;
    case SQLITE_INTEGER:
        test->integer = sqlite3_value_int64(value);
        test->real = (double)test->integer;
        test->against = column->kind == COLUMN_TIME ? TEST_REAL : TEST_INTEGER;
        return column->kind != COLUMN_ADDRESS;
    case SQLITE_FLOAT:
        test->real = sqlite3_value_double(value);
        test->against = TEST_REAL;
        return column->kind == COLUMN_TIME;
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_value_text(value);
        if (!text || column->kind != COLUMN_ADDRESS)
            return false;
        test->against = read_address(text, test) ? TEST_ADDRESS : TEST_NEVER;
        return true;
    }
    default:
        return false;
    }
}

static void note_bounds(struct packet_filter *filter, const struct packet_test *test)
{
    int64_t value = test->integer;
    if (test->against != TEST_INTEGER)
        return;
    if (is_connection_id(test->column) && test->operator== '=')
        filter->connection_id = value;
    if (!is_frame(test->column))
        return;
    if (strchr("=>g", test->operator) && value > 0 && (uint64_t)value > filter->frame_min)
        filter->frame_min = (uint64_t)value;
    if (strchr("=<l", test->operator))
        if (value < 0 || (uint64_t)value < filter->frame_max)
            filter->frame_max = value < 0 ? 0 : (uint64_t)value;
}

void packet_filter_read(struct packet_filter *filter, const char *plan, sqlite3_value **values)
{
    *filter = (struct packet_filter){.frame_max = UINT64_MAX};
    for (; plan && plan[0]; plan += TERM_SIZE, values++) {
        struct packet_test *test = &filter->tests[filter->count];
        const struct column *column = &packet_columns.columns[plan[0] - FIRST_COLUMN];
        if (!make_test(test, column, plan[1], *values))
            continue;
        note_bounds(filter, test);
        filter->count++;
    }
}

static bool compare(int order, char operator)
{
    switch (operator) {
    case '=':
        return order == 0;
    case '<':
        return order < 0;
    case 'l':
        return order <= 0;
    case '>':
        return order > 0;
    default:
        return order >= 0;
    }
}

static bool fits(const struct packet_test *test, const void *const *objects)
{
    const struct column *column = test->column;
    const char *value = (const char *)objects[column->object] + column->offset;
    int64_t integer;
    switch (test->against) {
    case TEST_ADDRESS: {
        uint8_t version = *((const uint8_t *)objects[column->object] + column->aside);
        return version == test->ip_version && memcmp(value, test->address, 16) == 0;
    }
    case TEST_REAL: {
        double seconds = column_time(column, objects);
        return compare((seconds > test->real) - (seconds < test->real), test->operator);
    }
    case TEST_INTEGER:
        if (!column_integer(column, objects, &integer))
            return false;
        return compare((integer > test->integer) - (integer < test->integer), test->operator);
    default:
        return false;
    }
}

bool packet_filter_fits(const struct packet_filter *filter, const void *const *objects)
{
    for (int i = 0; i < filter->count; i++)
        if (!fits(&filter->tests[i], objects))
            return false;
    return true;
}
