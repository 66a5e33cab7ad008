/* Runs *.test scripts: SQL, and below it what it must give.
 *
 *     sqllogictest [--override] [--extension FILE] [NAME=VALUE]... SCRIPT...
 *
 * A script is a list of records with blank lines between them; a line that starts with # is a
 * comment.
 *
 *     statement ok                          every statement of the SQL succeeds
 *     CREATE TABLE t(a); DROP TABLE t;
 *
 *     statement error [glob]                the SQL fails with exactly the text below ----,
 *     SELECT * FROM nowhere                 or with one that this SQLite GLOB pattern fits
 *     ----
 *     no such table: nowhere
 *
 *     query TIR [nosort|rowsort|valuesort] [label]
 *     SELECT status, packets, duration FROM tcp_connections('$CAPTURES/states/s2f2.pcap')
 *     ----
 *     S2F2  11  0.100000
 *
 * A row is a line; columns are two or more spaces apart, so that results can be aligned.  There is
 * a type for each column: T text (a BLOB is shown as x'6869'), I 64-bit integer, R real, printed by
 * "%.6f".  NULL is NULL, a text without characters (empty).  A value of another type than its
 * column's is shown with it: 5:text.  In a text, line breaks, tabs, backslashes and control
 * characters are \n, \t, \\, \x01, and so are spaces where they would be taken for layout: \x20.
 * There must be exactly the rows that are listed.  rowsort sorts them by their text, valuesort
 * sorts single values and lists one a line.  Equal labels must have equal results.
 *
 *     skipif | onlyif  sqlite >= 3.41.0     (or <) the version of SQLite that runs the script
 *     skipif | onlyif  root                 the user is root, who may read every file
 *     skipif | onlyif  exists $CAPTURES/x   there is such a file
 *         before a record, decides whether it runs
 *     connection [NAME [plain]]             goes on with another database, opened when first named;
 *                                           a plain one does not load the extension
 *     reopen                                closes all databases and goes on with a new one
 *     halt                                  ends the script here
 *
 * NAME=VALUE makes $NAME mean VALUE in SQL; in what comes back VALUE is written as $NAME again.
 * $SCRATCH is a folder for files that the scripts make; it is removed at the end.
 * --override writes what came into the script instead of comparing; someone must then read the
 * difference.
 *
 * A script that runs no record fails, and so does one after which SQLite still holds memory.  Each
 * failure is printed with file, line, SQL, what was expected and what came.  Exit status: 0 if all
 * passed, 1 if not. */
#ifdef SQLITE_CORE
#include "vtab/extension.h"
#else
#include <sqlite3.h>
#endif

#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WORDS_MAX = 5,       /* the longest line is `skipif sqlite >= 3.41.0` */
    VARIABLES_MAX = 8,   /* of the command line */
    CONNECTIONS_MAX = 8, /* of one script */
};

static const char results_mark[] = "----";

/* ---- small things ---- */

static _Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("sqllogictest: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void *must(void *block)
{
    if (!block)
        die("out of memory");
    return block;
}

/* A text that is written piece by piece. */
struct writer {
    FILE *stream;
    char *text;
    size_t size;
};

static void writer_open(struct writer *writer)
{
    writer->stream = must(open_memstream(&writer->text, &writer->size));
}

/* The whole text; the caller frees it. */
static char *writer_close(struct writer *writer)
{
    if (fclose(writer->stream) != 0)
        die("out of memory");
    return writer->text;
}

/* The text with every `from` replaced by `to`; frees the text it was given. */
static char *replace_all(char *text, const char *from, const char *to)
{
    struct writer out;
    writer_open(&out);
    const char *rest = text;
    for (const char *hit; (hit = strstr(rest, from)); rest = hit + strlen(from))
        fprintf(out.stream, "%.*s%s", (int)(hit - rest), rest, to);
    fputs(rest, out.stream);
    free(text);
    return writer_close(&out);
}

struct lines {
    char **line;
    size_t count;
};

/* Takes ownership of the line. */
static void lines_add(struct lines *lines, char *line)
{
    lines->line = must(realloc(lines->line, (lines->count + 1) * sizeof *lines->line));
    lines->line[lines->count++] = line;
}

static void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->line[i]);
    free(lines->line);
    *lines = (struct lines){0};
}

static struct lines lines_of_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        die("%s: %s", path, strerror(errno));
    struct lines lines = {0};
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        lines_add(&lines, must(strdup(line)));
    }
    if (ferror(file))
        die("%s: %s", path, strerror(errno));
    free(line);
    fclose(file);
    return lines;
}

/* ---- scripts and their records ---- */

struct variable {
    char *name; /* with its dollar sign */
    const char *value;
};

struct settings {
    bool override;
    const char *extension; /* or NULL */
    char *scratch;         /* folder for files that the scripts make */
    struct variable variables[VARIABLES_MAX];
    size_t variable_count;
};

struct connection {
    char *name;
    sqlite3 *db;
};

struct label {
    char *name;
    size_t line; /* index of the record that had it first */
    char *results;
    struct label *next;
};

struct script {
    const struct settings *settings;
    const char *path;
    struct lines lines;
    size_t at;              /* the next line to look at */
    bool skip_next, halted; /* what directives have said */
    unsigned ran, skipped, failed;
    struct connection connections[CONNECTIONS_MAX];
    size_t connection_count;
    sqlite3 *db; /* the current one of them */
    struct label *labels;
    struct writer rewritten; /* with --override: the new script, up to line `copied` */
    size_t copied;
};

/* Line numbers are indices into the script; an end is one past the last. */
struct record {
    size_t line;  /* of the header */
    char *header; /* the text of the words */
    char *words[WORDS_MAX];
    size_t word_count;
    char *sql; /* with variables expanded */
    size_t sql_end;
    bool has_results;
    size_t results_first, results_end;
};

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t")] == '\0';
}

static char *expand(const struct script *script, char *text)
{
    for (size_t i = 0; i < script->settings->variable_count; i++) {
        const struct variable *v = &script->settings->variables[i];
        text = replace_all(text, v->name, v->value);
    }
    return text;
}

static char *shrink(const struct script *script, char *text)
{
    for (size_t i = 0; i < script->settings->variable_count; i++) {
        const struct variable *v = &script->settings->variables[i];
        text = replace_all(text, v->value, v->name);
    }
    return text;
}

/* Lines first to end, each with a line break but the last. */
static char *join_lines(const struct script *script, size_t first, size_t end)
{
    struct writer out;
    writer_open(&out);
    for (size_t i = first; i < end; i++)
        fprintf(out.stream, "%s%s", i > first ? "\n" : "", script->lines.line[i]);
    return writer_close(&out);
}

static size_t end_of_block(const struct script *script, size_t from, bool stops_at_mark)
{
    const struct lines *lines = &script->lines;
    while (from < lines->count && !is_blank(lines->line[from]) &&
           !(stops_at_mark && strcmp(lines->line[from], results_mark) == 0))
        from++;
    return from;
}

static void split_words(struct record *record, const char *header)
{
    char *place = NULL;
    record->header = must(strdup(header));
    for (char *word = strtok_r(record->header, " \t", &place);
         word && record->word_count < WORDS_MAX; word = strtok_r(NULL, " \t", &place))
        record->words[record->word_count++] = word;
}

/* Reads the record whose header is the next line.  `has_body`: SQL and results follow the header.
 */
static void record_read(struct script *script, struct record *record, bool has_body)
{
    *record = (struct record){.line = script->at};
    split_words(record, script->lines.line[script->at++]);
    if (!has_body)
        return;
    record->sql_end = end_of_block(script, script->at, true);
    record->sql = expand(script, join_lines(script, script->at, record->sql_end));
    record->results_first = record->results_end = record->sql_end;
    if (record->sql_end < script->lines.count && !is_blank(script->lines.line[record->sql_end])) {
        record->has_results = true;
        record->results_first++;
        record->results_end = end_of_block(script, record->results_first, false);
    }
    script->at = record->results_end;
}

static void record_free(struct record *record)
{
    free(record->header);
    free(record->sql);
}

static bool word_is(const struct record *record, size_t index, const char *word)
{
    return index < record->word_count && strcmp(record->words[index], word) == 0;
}

/* ---- telling what went wrong ---- */

static void fail(struct script *script, const struct record *record, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct script *script, const struct record *record, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%s:%zu: ", script->path, record->line + 1);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    if (record->sql)
        printf("%s\n", record->sql);
    script->failed++;
}

static void fail_difference(struct script *script, const struct record *record,
                            const char *expected, const char *got)
{
    fail(script, record, "not what was expected");
    printf("expected:\n%s\ngot:\n%s\n\n", expected, got);
}

/* ---- databases ---- */

/* Loads the extension, or begins it where it is linked in. */
static int load_extension(sqlite3 *db, const char *file, char **message)
{
#ifdef SQLITE_CORE
    (void)file;
    return sqlite3_tcpvtab_init(db, message, NULL);
#else
    return sqlite3_load_extension(db, file, NULL, message);
#endif
}

/* A plain one may load the extension by SQL. */
static sqlite3 *open_database(const struct settings *settings, bool is_plain)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
    if (sqlite3_open_v2(":memory:", &db, flags, NULL) != SQLITE_OK)
        die("cannot open a database: %s", sqlite3_errmsg(db));
    sqlite3_enable_load_extension(db, is_plain);
    if (is_plain || !settings->extension)
        return db;
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    if (load_extension(db, settings->extension, &message) != SQLITE_OK)
        die("%s: %s", settings->extension, message);
    return db;
}

static void use_connection(struct script *script, const char *name, bool is_plain)
{
    for (size_t i = 0; i < script->connection_count; i++) {
        if (strcmp(script->connections[i].name, name) == 0) {
            script->db = script->connections[i].db;
            return;
        }
    }
    if (script->connection_count == CONNECTIONS_MAX)
        die("%s: more than %d connections", script->path, CONNECTIONS_MAX);
    script->db = open_database(script->settings, is_plain);
    script->connections[script->connection_count++] =
        (struct connection){must(strdup(name)), script->db};
}

static void close_connections(struct script *script)
{
    for (size_t i = 0; i < script->connection_count; i++) {
        struct connection *connection = &script->connections[i];
        if (sqlite3_close(connection->db) != SQLITE_OK) {
            printf("%s: cannot close the database: %s\n", script->path,
                   sqlite3_errmsg(connection->db));
            script->failed++;
        }
        free(connection->name);
    }
    script->connection_count = 0;
    sqlite3_int64 used = sqlite3_memory_used();
    if (used != 0) {
        printf("%s: %lld bytes of SQLite memory are still in use after closing\n", script->path,
               (long long)used);
        script->failed++;
    }
}

/* ---- statements ---- */

static char *error_text(const struct script *script)
{
    return shrink(script, must(strdup(sqlite3_errmsg(script->db))));
}

/* Runs all statements of the SQL.  NULL, or the error text of the one that failed, which the caller
 * frees. */
static char *run_all(const struct script *script, const char *sql)
{
    while (*sql) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(script->db, sql, -1, &statement, &sql) != SQLITE_OK)
            return error_text(script);
        int code = statement ? SQLITE_ROW : SQLITE_DONE;
        while (code == SQLITE_ROW)
            code = sqlite3_step(statement);
        char *error = code == SQLITE_DONE ? NULL : error_text(script);
        sqlite3_finalize(statement);
        if (error)
            return error;
    }
    return NULL;
}

/* Writes the script up to the record's results, then these results, one line break after each line.
 */
static void override_results(struct script *script, const struct record *record,
                             const char *results)
{
    for (; script->copied < record->sql_end; script->copied++)
        fprintf(script->rewritten.stream, "%s\n", script->lines.line[script->copied]);
    fprintf(script->rewritten.stream, "%s\n%s", results_mark, results);
    script->copied = record->results_end;
}

static void expect_error(struct script *script, const struct record *record, const char *got)
{
    bool is_glob = word_is(record, 2, "glob");
    if (!got) {
        fail(script, record, "succeeded, but an error is expected\n");
        return;
    }
    char *expected = join_lines(script, record->results_first, record->results_end);
    bool fits = is_glob ? sqlite3_strglob(expected, got) == 0 : strcmp(expected, got) == 0;
    if (!fits && script->settings->override && !is_glob) {
        char *lines = NULL;
        if (asprintf(&lines, "%s\n", got) < 0)
            die("out of memory");
        override_results(script, record, lines);
        free(lines);
    } else if (!fits) {
        fail_difference(script, record, expected, got);
    }
    free(expected);
}

static void run_statement(struct script *script, const struct record *record)
{
    char *error = run_all(script, record->sql);
    if (word_is(record, 1, "error") && (record->has_results || script->settings->override))
        expect_error(script, record, error);
    else if (word_is(record, 1, "error"))
        fail(script, record, "an expected error needs its text below %s\n", results_mark);
    else if (!word_is(record, 1, "ok"))
        fail(script, record, "a statement is `ok` or `error`\n");
    else if (error)
        fail(script, record, "%s\n", error);
    free(error);
}

/* ---- queries ---- */

static bool is_layout_space(const char *text, const char *at)
{
    return *at == ' ' && (at == text || at[-1] == ' ' || at[1] == '\0');
}

static void print_text(FILE *out, const char *text)
{
    if (*text == '\0')
        fputs("(empty)", out);
    for (const char *at = text; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '\n')
            fputs("\\n", out);
        else if (byte == '\t')
            fputs("\\t", out);
        else if (byte == '\\')
            fputs("\\\\", out);
        else if (byte < ' ' || byte == 0x7f || is_layout_space(text, at))
            fprintf(out, "\\x%02x", byte);
        else
            fputc(byte, out);
    }
}

static void print_blob(FILE *out, sqlite3_stmt *statement, int column)
{
    const unsigned char *bytes = sqlite3_column_blob(statement, column);
    int size = sqlite3_column_bytes(statement, column);
    fputs("x'", out);
    for (int i = 0; i < size; i++)
        fprintf(out, "%02x", bytes[i]);
    fputs("'", out);
}

static bool type_fits(char wanted, int type)
{
    switch (wanted) {
    case 'I':
        return type == SQLITE_INTEGER;
    case 'R':
        return type == SQLITE_FLOAT;
    default:
        return type == SQLITE_TEXT || type == SQLITE_BLOB;
    }
}

static void print_value(const struct script *script, FILE *out, sqlite3_stmt *statement, int column,
                        char wanted)
{
    static const char *const type_names[] = {
        [SQLITE_INTEGER] = "integer",
        [SQLITE_FLOAT] = "real",
        [SQLITE_TEXT] = "text",
        [SQLITE_BLOB] = "blob",
    };
    int type = sqlite3_column_type(statement, column);
    switch (type) {
    case SQLITE_NULL:
        fputs("NULL", out);
        return;
    case SQLITE_INTEGER:
        fprintf(out, "%lld", (long long)sqlite3_column_int64(statement, column));
        break;
    case SQLITE_FLOAT:
        fprintf(out, "%.6f", sqlite3_column_double(statement, column));
        break;
    case SQLITE_BLOB:
        print_blob(out, statement, column);
        break;
    default: {
        char *text = strdup((const char *)must((void *)sqlite3_column_text(statement, column)));
        text = shrink(script, must(text));
        print_text(out, text);
        free(text);
    }
    }
    if (!type_fits(wanted, type))
        fprintf(out, ":%s", type_names[type]);
}

/* Rows are kept as lines with a tab between columns: no value contains one, and no layout is lost.
 */
static void add_row(const struct script *script, struct lines *rows, sqlite3_stmt *statement,
                    const char *types, bool one_value_a_line)
{
    struct writer out;
    writer_open(&out);
    for (int i = 0; types[i]; i++) {
        print_value(script, out.stream, statement, i, types[i]);
        if (types[i + 1] && !one_value_a_line) {
            fputc('\t', out.stream);
        } else if (types[i + 1]) {
            lines_add(rows, writer_close(&out));
            writer_open(&out);
        }
    }
    lines_add(rows, writer_close(&out));
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A line of the script as a row: layout becomes tabs. */
static char *row_of_line(const char *line)
{
    struct writer out;
    writer_open(&out);
    line += strspn(line, " ");
    while (*line) {
        size_t text = strcspn(line, " "), spaces = strspn(line + text, " ");
        fwrite(line, 1, text, out.stream);
        line += text + spaces;
        if (*line)
            fputc(spaces > 1 ? '\t' : ' ', out.stream);
    }
    return writer_close(&out);
}

static size_t text_width(const char *text, size_t bytes)
{
    size_t width = 0;
    for (size_t i = 0; i < bytes; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80; /* not a UTF-8 continuation byte */
    return width;
}

static size_t column_width(const struct lines *rows, size_t column)
{
    size_t widest = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const char *cell = rows->line[i];
        for (size_t c = 0; c < column && *cell; c++) {
            cell += strcspn(cell, "\t");
            cell += *cell == '\t';
        }
        size_t width = text_width(cell, strcspn(cell, "\t"));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void print_aligned_row(FILE *out, const char *row, const char *types, const size_t *widths)
{
    for (size_t c = 0; *row; c++) {
        size_t bytes = strcspn(row, "\t");
        bool is_last = row[bytes] == '\0';
        int blanks = (int)(widths[c] - text_width(row, bytes));
        bool is_text = types[c] == 'T';
        fprintf(out, "%*s%.*s%*s%s", is_text ? 0 : blanks, "", (int)bytes, row,
                is_text && !is_last ? blanks : 0, "", is_last ? "" : "  ");
        row += bytes + !is_last;
    }
    fputc('\n', out);
}

/* Rows as text, aligned: numbers to the right, text to the left. */
static char *rows_text(const struct lines *rows, const char *types)
{
    size_t columns = strlen(types);
    size_t *widths = must(calloc(columns, sizeof *widths));
    for (size_t c = 0; c < columns; c++)
        widths[c] = column_width(rows, c);
    struct writer out;
    writer_open(&out);
    for (size_t i = 0; i < rows->count; i++)
        print_aligned_row(out.stream, rows->line[i], types, widths);
    free(widths);
    return writer_close(&out);
}

static bool rows_are_expected(const struct script *script, const struct record *record,
                              const struct lines *rows)
{
    if (record->results_end - record->results_first != rows->count)
        return false;
    bool equal = true;
    for (size_t i = 0; i < rows->count && equal; i++) {
        char *expected = row_of_line(script->lines.line[record->results_first + i]);
        equal = strcmp(expected, rows->line[i]) == 0;
        free(expected);
    }
    return equal;
}

static void check_label(struct script *script, const struct record *record, const char *results)
{
    if (record->word_count < 4)
        return;
    for (struct label *label = script->labels; label; label = label->next) {
        if (strcmp(label->name, record->words[3]) != 0)
            continue;
        if (strcmp(label->results, results) != 0) {
            fail(script, record, "not the results of line %zu, which has the same label `%s`",
                 label->line + 1, label->name);
            printf("there:\n%shere:\n%s\n", label->results, results);
        }
        return;
    }
    struct label *label = must(malloc(sizeof *label));
    *label = (struct label){must(strdup(record->words[3])), record->line, must(strdup(results)),
                            script->labels};
    script->labels = label;
}

static void check_rows(struct script *script, const struct record *record, const struct lines *rows,
                       const char *types)
{
    char *got = rows_text(rows, types);
    if (!rows_are_expected(script, record, rows)) {
        if (script->settings->override) {
            override_results(script, record, got);
        } else {
            char *expected = join_lines(script, record->results_first, record->results_end);
            fail_difference(script, record, expected, got);
            free(expected);
        }
    }
    check_label(script, record, got);
    free(got);
}

/* The one statement of a query; NULL if it was reported as a failure. */
static sqlite3_stmt *prepare_query(struct script *script, const struct record *record)
{
    sqlite3_stmt *statement = NULL, *second = NULL;
    const char *tail = NULL;
    if (sqlite3_prepare_v2(script->db, record->sql, -1, &statement, &tail) != SQLITE_OK)
        fail(script, record, "%s\n", sqlite3_errmsg(script->db));
    else if (!statement)
        fail(script, record, "a query needs SQL\n");
    else if (sqlite3_prepare_v2(script->db, tail, -1, &second, NULL) != SQLITE_OK || second)
        fail(script, record, "a query is one statement\n");
    else if (sqlite3_column_count(statement) != (int)strlen(record->words[1]))
        fail(script, record, "%d columns, but types `%s`\n", sqlite3_column_count(statement),
             record->words[1]);
    else
        return statement;
    sqlite3_finalize(statement);
    sqlite3_finalize(second);
    return NULL;
}

static bool query_is_well_formed(struct script *script, const struct record *record)
{
    bool has_types =
        record->word_count > 1 && record->words[1][strspn(record->words[1], "TIR")] == '\0';
    bool has_order = record->word_count == 2 || word_is(record, 2, "nosort") ||
                     word_is(record, 2, "rowsort") || word_is(record, 2, "valuesort");
    if (!has_types)
        fail(script, record, "a query needs the types of its columns, T, I or R\n");
    else if (!has_order)
        fail(script, record, "the order is nosort, rowsort or valuesort\n");
    return has_types && has_order;
}

static void run_query(struct script *script, const struct record *record)
{
    if (!query_is_well_formed(script, record))
        return;
    sqlite3_stmt *statement = prepare_query(script, record);
    if (!statement)
        return;
    bool is_valuesort = word_is(record, 2, "valuesort");
    const char *types = record->words[1];
    struct lines rows = {0};
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        add_row(script, &rows, statement, types, is_valuesort);
    if ((is_valuesort || word_is(record, 2, "rowsort")) && rows.count > 0)
        qsort(rows.line, rows.count, sizeof *rows.line, compare_lines);
    if (code == SQLITE_DONE)
        check_rows(script, record, &rows, is_valuesort ? "T" : types);
    else
        fail(script, record, "%s\n", sqlite3_errmsg(script->db));
    lines_free(&rows);
    sqlite3_finalize(statement);
}

/* ---- directives ---- */

static int version_number(const char *text)
{
    int major = 0, minor = 0, patch = 0;
    sscanf(text, "%d.%d.%d", &major, &minor, &patch);
    return major * 1000000 + minor * 1000 + patch; /* as SQLITE_VERSION_NUMBER */
}

static bool condition_holds(struct script *script, const struct record *record)
{
    if (word_is(record, 1, "root") && record->word_count == 2)
        return geteuid() == 0;
    if (word_is(record, 1, "exists") && record->word_count == 3) {
        char *path = expand(script, must(strdup(record->words[2])));
        bool exists = access(path, F_OK) == 0;
        free(path);
        return exists;
    }
    if (word_is(record, 1, "sqlite") && record->word_count == 4) {
        bool is_older = sqlite3_libversion_number() < version_number(record->words[3]);
        if (word_is(record, 2, "<") || word_is(record, 2, ">="))
            return is_older == word_is(record, 2, "<");
    }
    fail(script, record,
         "a condition is `sqlite >= VERSION`, `sqlite < VERSION`, `root` or "
         "`exists FILE`\n");
    return false;
}

static void run_condition(struct script *script, const struct record *record)
{
    if (condition_holds(script, record) == word_is(record, 0, "skipif"))
        script->skip_next = true;
}

static void run_connection(struct script *script, const struct record *record)
{
    const char *name = record->word_count > 1 ? record->words[1] : "";
    use_connection(script, name, word_is(record, 2, "plain"));
}

static void run_reopen(struct script *script, const struct record *record)
{
    (void)record;
    close_connections(script);
    use_connection(script, "", false);
}

static void run_halt(struct script *script, const struct record *record)
{
    (void)record;
    script->halted = true;
}

struct directive {
    const char *word;
    bool has_body; /* SQL and results follow, up to a blank line; such a record counts */
    void (*run)(struct script *script, const struct record *record);
};

static const struct directive directives[] = {
    {"statement", true, run_statement},
    {"query", true, run_query},
    {"skipif", false, run_condition},
    {"onlyif", false, run_condition},
    {"connection", false, run_connection},
    {"reopen", false, run_reopen},
    {"halt", false, run_halt},
};

static const struct directive *find_directive(const char *line)
{
    size_t length = strcspn(line, " \t");
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        const char *word = directives[i].word;
        if (strlen(word) == length && strncmp(word, line, length) == 0)
            return &directives[i];
    }
    return NULL;
}

static void run_record(struct script *script)
{
    struct record record;
    const struct directive *directive = find_directive(script->lines.line[script->at]);
    record_read(script, &record, !directive || directive->has_body);
    bool is_condition = directive && directive->run == run_condition;
    if (!directive) {
        fail(script, &record, "unknown record `%s`\n", record.words[0]);
    } else if (script->skip_next && !is_condition) {
        script->skipped++;
        script->skip_next = false;
    } else {
        directive->run(script, &record);
        script->ran += directive->has_body;
    }
    record_free(&record);
}

/* ---- scripts ---- */

static void write_rewritten(struct script *script)
{
    for (; script->copied < script->lines.count; script->copied++)
        fprintf(script->rewritten.stream, "%s\n", script->lines.line[script->copied]);
    char *text = writer_close(&script->rewritten);
    FILE *file = fopen(script->path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        die("%s: %s", script->path, strerror(errno));
    free(text);
}

static void script_free(struct script *script)
{
    lines_free(&script->lines);
    for (struct label *label = script->labels, *next; label; label = next) {
        next = label->next;
        free(label->name);
        free(label->results);
        free(label);
    }
}

/* Whether all of the script passed. */
static bool run_script(const struct settings *settings, const char *path)
{
    struct script script = {.settings = settings, .path = path, .lines = lines_of_file(path)};
    if (settings->override)
        writer_open(&script.rewritten);
    use_connection(&script, "", false);
    while (script.at < script.lines.count && !script.halted) {
        const char *line = script.lines.line[script.at];
        if (is_blank(line) || *line == '#')
            script.at++;
        else
            run_record(&script);
    }
    close_connections(&script);
    if (script.ran == 0) {
        printf("%s: no record was run\n", path);
        script.failed++;
    }
    if (settings->override)
        write_rewritten(&script);
    printf("%s: %u records, %u skipped, %u failures\n", path, script.ran, script.skipped,
           script.failed);
    script_free(&script);
    return script.failed == 0;
}

static void add_variable(struct settings *settings, const char *assignment, const char *equals)
{
    if (settings->variable_count == VARIABLES_MAX)
        die("more than %d variables", VARIABLES_MAX);
    struct variable *variable = &settings->variables[settings->variable_count++];
    variable->value = equals + 1;
    if (asprintf(&variable->name, "$%.*s", (int)(equals - assignment), assignment) < 0)
        die("out of memory");
    if (*variable->value == '\0' || equals == assignment)
        die("a variable is NAME=VALUE, not `%s`", assignment);
}

/* ---- the scratch folder ---- */

static void make_scratch_folder(struct settings *settings)
{
    const char *parent = getenv("TMPDIR");
    if (asprintf(&settings->scratch, "%s/sqllogictest-XXXXXX", parent ? parent : "/tmp") < 0)
        die("out of memory");
    if (!mkdtemp(settings->scratch))
        die("%s: %s", settings->scratch, strerror(errno));
    settings->variables[settings->variable_count++] =
        (struct variable){must(strdup("$SCRATCH")), settings->scratch};
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_scratch_folder(struct settings *settings)
{
    if (nftw(settings->scratch, remove_entry, 8, FTW_DEPTH | FTW_PHYS) != 0)
        die("%s: %s", settings->scratch, strerror(errno));
    free(settings->scratch);
}

int main(int count, char **arguments)
{
    struct settings settings = {0};
    unsigned scripts = 0, passed = 0;
    make_scratch_folder(&settings);
    for (int i = 1; i < count; i++) {
        const char *argument = arguments[i], *equals = strchr(argument, '=');
        if (strcmp(argument, "--override") == 0) {
            settings.override = true;
        } else if (strcmp(argument, "--extension") == 0 && i + 1 < count) {
            settings.extension = arguments[++i];
        } else if (equals && isupper((unsigned char)*argument)) {
            add_variable(&settings, argument, equals);
        } else {
            scripts++;
            passed += run_script(&settings, argument);
        }
    }
    for (size_t i = 0; i < settings.variable_count; i++)
        free(settings.variables[i].name);
    remove_scratch_folder(&settings);
    if (scripts == 0)
        die("usage: sqllogictest [--override] [--extension FILE] [NAME=VALUE]... SCRIPT...");
    return passed == scripts ? 0 : 1;
}
