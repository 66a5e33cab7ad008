#include "vtab/packet_filter.h"

#include "capture/platform.h"
#include "packet/preview.h"
#include "vtab/address_text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

/* A term of the plan is two characters: the column counted from FIRST_COLUMN, and the operator. */
enum { FIRST_COLUMN = ' ', TERM_SIZE = 2 };

/* The operator that stands for all values of an IN at once. */
enum { RELATION_IN = 'i' };

/* The first SQLite that hands them over. */
enum { SQLITE_WITH_VTAB_IN = 3038000 };

static char relation_of(unsigned char op)
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
        !relation_of(term->op))
        return false;
    const struct column *column = &packet_columns.columns[term->iColumn];
    if (column->kind == COLUMN_ADDRESS)
        return term->op == SQLITE_INDEX_CONSTRAINT_EQ &&
               sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
    return column_is_integer(column) || column->kind == COLUMN_TIME;
}

/* The relation of a testable term.  An IN on connection_id is taken whole: one pass for all of
 * them. */
static char plan_relation(sqlite3_index_info *info, int i)
{
    const struct sqlite3_index_constraint *term = &info->aConstraint[i];
    if (is_connection_id(&packet_columns.columns[term->iColumn]) &&
        term->op == SQLITE_INDEX_CONSTRAINT_EQ &&
        sqlite3_libversion_number() >= SQLITE_WITH_VTAB_IN && sqlite3_vtab_in(info, i, 1))
        return RELATION_IN;
    return relation_of(term->op);
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
        info->aConstraintUsage[i].argvIndex = next_argv++;
        plan[length++] = plan_relation(info, i);
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

/* What integers may be: all that stand in the relation to the value. */
static void bound_integers(struct packet_test *test, char relation, int64_t value)
{
    bool is_possible = true;
    test->least = strchr("=g", relation) ? value : INT64_MIN;
    test->most = strchr("=l", relation) ? value : INT64_MAX;
    if (relation == '<')
        is_possible = !__builtin_sub_overflow(value, 1, &test->most);
    if (relation == '>')
        is_possible = !__builtin_add_overflow(value, 1, &test->least);
    test->against = is_possible ? TEST_INTEGER : TEST_NEVER;
}

/* The same of doubles, whose neighbours are known, too. */
static void bound_reals(struct packet_test *test, char relation, double value)
{
    test->least_real = strchr("=g", relation) ? value : -INFINITY;
    test->most_real = strchr("=l", relation) ? value : INFINITY;
    if (relation == '<')
        test->most_real = nextafter(value, -INFINITY);
    if (relation == '>')
        test->least_real = nextafter(value, INFINITY);
    test->against = TEST_REAL;
}

static bool add_number(struct number_set *set, sqlite3_int64 number)
{
    if (set->count == set->room) {
        size_t room = set->room ? 2 * set->room : 64;
        sqlite3_int64 *numbers = sqlite3_realloc64(set->numbers, room * sizeof *numbers);
        if (!numbers)
            return false;
        set->numbers = numbers;
        set->room = room;
    }
    set->numbers[set->count++] = number;
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    sqlite3_int64 one = *(const sqlite3_int64 *)a, other = *(const sqlite3_int64 *)b;
    return (one > other) - (one < other);
}

/* Makes a test of all values of an IN; false if one is of a type that SQLite has to compare. */
static bool make_set_test(struct packet_test *test, sqlite3_value *values)
{
    struct number_set *set = &test->set;
    sqlite3_value *value;
    bool is_fine = true;
    int code = sqlite3_vtab_in_first(values, &value);
    for (; is_fine && code == SQLITE_OK; code = sqlite3_vtab_in_next(values, &value)) {
        int type = sqlite3_value_type(value);
        if (type == SQLITE_INTEGER)
            is_fine = add_number(set, sqlite3_value_int64(value));
        else
            is_fine = type == SQLITE_NULL;
    }
    if (!is_fine || code != SQLITE_DONE) {
        sqlite3_free(set->numbers);
        return false;
    }
    if (set->count > 1)
        qsort(set->numbers, set->count, sizeof *set->numbers, compare_numbers);
    test->against = TEST_SET;
    test->least = set->count ? set->numbers[0] : INT64_MAX;
    test->most = set->count ? set->numbers[set->count - 1] : INT64_MIN;
    return true;
}

/* Makes a test of a column and a value; false if SQLite has to decide alone. */
static bool make_test(struct packet_test *test, const struct column *column, char relation,
                      sqlite3_value *value)
{
    *test = (struct packet_test){.column = column};
    if (relation == RELATION_IN)
        return make_set_test(test, value);
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
        test->against = TEST_NEVER;
        return true;
    case SQLITE_INTEGER:
        if (column->kind == COLUMN_TIME)
            bound_reals(test, relation, (double)sqlite3_value_int64(value));
        else
            bound_integers(test, relation, sqlite3_value_int64(value));
        return column->kind != COLUMN_ADDRESS;
    case SQLITE_FLOAT:
        bound_reals(test, relation, sqlite3_value_double(value));
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

static void raise_to(int64_t *bound, int64_t value)
{
    if (*bound < value)
        *bound = value;
}

static void lower_to(int64_t *bound, int64_t value)
{
    if (*bound > value)
        *bound = value;
}

static void note_bounds(struct packet_filter *filter, const struct packet_test *test)
{
    if (test->against != TEST_INTEGER && test->against != TEST_SET)
        return;
    if (is_connection_id(test->column)) {
        raise_to(&filter->connection_id_min, test->least);
        lower_to(&filter->connection_id_max, test->most);
    }
    if (is_frame(test->column))
        lower_to(&filter->frame_max, test->most);
}

/* Whether a preview has all that a test of the column looks at.  The first object of a row is the
 * segment. */
static bool is_previewed(const struct column *column)
{
    return column->object == 0 && segment_is_previewed(column->offset) &&
           (!column->known || segment_is_previewed(column->known - 1u)) &&
           (column->kind != COLUMN_ADDRESS || segment_is_previewed(column->aside));
}

/* Whether a test of the column looks at nothing but the end points of a segment. */
static bool is_of_ends(const struct column *column)
{
    static const size_t ends[] = {
        offsetof(struct segment, src),        offsetof(struct segment, dst),
        offsetof(struct segment, src_port),   offsetof(struct segment, dst_port),
        offsetof(struct segment, ip_version),
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (column->object == 0 && column->offset == ends[i])
            return true;
    return false;
}

/* Puts the last test behind those that a preview is enough for. */
static void put_first(struct packet_filter *filter, struct packet_test *last)
{
    struct packet_test *place = &filter->tests[filter->previewed++];
    struct packet_test test = *last;
    *last = *place;
    *place = test;
}

void packet_filter_read(struct packet_filter *filter, const char *plan, sqlite3_value **values)
{
    *filter = (struct packet_filter){
        .frame_max = INT64_MAX,
        .connection_id_min = INT64_MIN,
        .connection_id_max = INT64_MAX,
    };
    for (; plan && plan[0]; plan += TERM_SIZE, values++) {
        struct packet_test *test = &filter->tests[filter->count];
        const struct column *column = &packet_columns.columns[plan[0] - FIRST_COLUMN];
        if (!make_test(test, column, plan[1], *values))
            continue;
        note_bounds(filter, test);
        filter->has_ends |= is_of_ends(column);
        filter->count++;
        if (is_previewed(column))
            put_first(filter, test);
    }
}

void packet_filter_release(struct packet_filter *filter)
{
    for (int i = 0; i < filter->count; i++)
        sqlite3_free(filter->tests[i].set.numbers);
    *filter = (struct packet_filter){.count = 0};
}

static bool is_in(const struct number_set *set, sqlite3_int64 number)
{
    return set->count && bsearch(&number, set->numbers, set->count, sizeof number, compare_numbers);
}

static bool fits(const struct packet_test *test, const void *const *objects)
{
    const struct column *column = test->column;
    int64_t integer;
    switch (test->against) {
    case TEST_ADDRESS: {
        const char *object = objects[column->object];
        return (uint8_t)object[column->aside] == test->ip_version &&
               memcmp(object + column->offset, test->address, sizeof test->address) == 0;
    }
    case TEST_REAL: {
        double seconds = column_time(column, objects);
        return seconds >= test->least_real && seconds <= test->most_real;
    }
    case TEST_INTEGER:
        return column_integer(column, objects, &integer) && integer >= test->least &&
               integer <= test->most;
    case TEST_SET:
        return column_integer(column, objects, &integer) && is_in(&test->set, integer);
    default:
        return false;
    }
}

/* Whether a segment fits the first tests. */
static bool fits_first(const struct packet_filter *filter, int count, const void *const *objects)
{
    for (int i = 0; i < count; i++)
        if (!fits(&filter->tests[i], objects))
            return false;
    return true;
}

bool packet_filter_test(const struct packet_filter *filter, const void *const *objects)
{
    return fits_first(filter, filter->count, objects);
}

bool packet_filter_may_fit(const struct packet_filter *filter, const struct segment *preview)
{
    const void *const objects[COLUMN_OBJECTS] = {preview};
    return fits_first(filter, filter->previewed, objects);
}

/* Only connection_id has tests that are a set. */
const struct number_set *packet_filter_connection_ids(const struct packet_filter *filter)
{
    for (int i = 0; i < filter->count; i++)
        if (filter->tests[i].against == TEST_SET)
            return &filter->tests[i].set;
    return NULL;
}

bool packet_filter_may_fit_ends(const struct packet_filter *filter, const struct segment *segment)
{
    const void *const objects[COLUMN_OBJECTS] = {segment};
    for (int i = 0; i < filter->count; i++)
        if (is_of_ends(filter->tests[i].column) && !fits(&filter->tests[i], objects))
            return false;
    return true;
}
