/* The machine misbehaves: files that change or vanish while they are read, reads and writes that
 * fail, no permission, no descriptor left.  A query then ends with what was there or with an error
 * that says what happened, an import is done as a whole or not at all, and the next query works.
 *
 *     machine EXTENSION MAKE_CAPTURES
 *
 * pread64 and pwrite64 are defined here, in front of the C library's: a mishap happens at a certain
 * call, so always at the same place. */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum {
    CONNECTIONS = 500,
    PACKETS = 60 * 1000, /* 7.6 MB, 30 blocks of the reader */
    BLOCK_SIZE = 256 << 10,
    MIDDLE = 10,   /* blocks read before a mishap: inside the first pass over the file */
    SECOND = 45,   /* inside the second pass: tcp_import reads the file again after its digest */
    NOBODY = 65534 /* a user who may read nothing */
};

/* What happens to the capture at the n-th block that is read; false: the read fails with errno. */
static struct mishap {
    bool (*strike)(const char *capture);
    const char *capture;
    int blocks;
    int writes; /* that succeed before the disk is full; -1: all */
} mishap = {.writes = -1};

ssize_t pread64(int file, void *to, size_t size, off64_t offset)
{
    if (mishap.strike && --mishap.blocks == 0 && !mishap.strike(mishap.capture))
        return -1;
    return syscall(SYS_pread64, file, to, size, offset);
}

ssize_t pwrite64(int file, const void *from, size_t size, off64_t offset)
{
    if (mishap.writes == 0) {
        errno = ENOSPC;
        return -1;
    }
    mishap.writes -= mishap.writes > 0;
    return syscall(SYS_pwrite64, file, from, size, offset);
}

static char *beside(const char *capture)
{
    return sqlite3_mprintf("%s.spare", capture);
}

static void copy(const char *from, const char *to)
{
    char *command = sqlite3_mprintf("cp '%s' '%s'", from, to);
    CHECK_INT(system(command), 0);
    sqlite3_free(command);
}

static bool shrink(const char *capture)
{
    return truncate(capture, 3 * BLOCK_SIZE) == 0;
}

static bool empty(const char *capture)
{
    return truncate(capture, 0) == 0;
}

static bool grow(const char *capture)
{
    static const char garbage[BLOCK_SIZE] = "garbage";
    int file = open(capture, O_WRONLY | O_APPEND);
    bool is_written = write(file, garbage, sizeof garbage) == sizeof garbage;
    close(file);
    return is_written;
}

static bool replace(const char *capture)
{
    char *other = sqlite3_mprintf("%s.other", capture);
    FILE *file = fopen(other, "w");
    fputs("no capture", file);
    fclose(file);
    bool is_replaced = rename(other, capture) == 0;
    sqlite3_free(other);
    return is_replaced;
}

static bool delete (const char *capture)
{
    return unlink(capture) == 0;
}

static bool fail(const char *capture)
{
    (void)capture;
    errno = EIO;
    return false;
}

/* What a query says if a mishap strikes while it runs. */
static const struct check {
    const char *name;
    bool (*strike)(const char *capture);
    int blocks;
    const char *sql;    /* %Q is the capture */
    const char *answer; /* % stands for anything, as in LIKE */
} checks_of_reading[] = {
    {"shrink", shrink, MIDDLE, "SELECT damage FROM tcp_captures(%Q)", "%cut short%"},
    {"shrink", shrink, MIDDLE, "SELECT count(*) BETWEEN 1000 AND 59000 FROM tcp_packets(%Q)", "1"},
    {"empty", empty, MIDDLE, "SELECT damage FROM tcp_captures(%Q)", "%cut short%"},
    {"empty", empty, 2, "SELECT count(*) < 59000 FROM tcp_packets(%Q)", "1"},
    {"grow", grow, MIDDLE, "SELECT count(*) FROM tcp_connections(%Q)", "500"},
    {"grow", grow, MIDDLE, "SELECT count(*) > 59000 FROM tcp_packets(%Q)", "1"},
    {"replace", replace, MIDDLE, "SELECT count(*) FROM tcp_connections(%Q)", "500"},
    {"delete", delete, MIDDLE, "SELECT count(*) FROM tcp_connections(%Q)", "500"},
    {"delete", delete, MIDDLE, "SELECT sum(frame > 0) > 59000 FROM tcp_packets(%Q)", "1"},
    {"fail", fail, MIDDLE, "SELECT count(*) FROM tcp_connections(%Q)",
     "error: %: cannot read: Input/output error"},
    {"fail", fail, MIDDLE, "SELECT count(*) FROM tcp_packets(%Q, 'keep')",
     "error: %: cannot read: Input/output error"},
    {"fail", fail, 1, "SELECT count(*) FROM tcp_captures(%Q)",
     "error: %: cannot read: Input/output error"},
    {"fail", fail, MIDDLE, "SELECT count(*) FROM tcp_report(%Q)",
     "error: %: cannot read: Input/output error"},
    {"fail", fail, MIDDLE, "SELECT tcp_import(%Q)", "error: %: cannot read: Input/output error"},
    {"fail", fail, SECOND, "SELECT tcp_import(%Q)", "error: %: cannot read: Input/output error"},
    {"shrink", shrink, SECOND, "SELECT tcp_import(%Q)", "error: %: changed while it was imported"},
    {"grow", grow, SECOND, "SELECT tcp_import(%Q)", "error: %: changed while it was imported"},
    {"replace", replace, SECOND, "SELECT tcp_import(%Q)", "error: %"},
    {"delete", delete, SECOND, "SELECT tcp_import(%Q)", "error: %"},
};

static void check_like(sqlite3 *db, const char *name, const char *text, const char *pattern)
{
    bool is_like = host_number(db, "SELECT ifnull(%Q LIKE %Q, 0)", text, pattern) == 1;
    if (!is_like)
        fprintf(stderr, "%s: %s, expected %s\n", name, text ? text : "NULL", pattern);
    CHECK(is_like);
}

/* The connection works, and nothing half-done is left. */
static void check_after(sqlite3 *db, const char *capture)
{
    CHECK_INT(host_number(db, "SELECT count(*) FROM tcp_connections(%Q)", capture), CONNECTIONS);
    CHECK_INT(host_number(db, "SELECT count(*) FROM sqlite_schema"), 0);
    CHECK(sqlite3_get_autocommit(db));
}

static void check_reading(const char *extension, const struct check *check, const char *capture)
{
    char *spare = beside(capture);
    copy(capture, spare);
    sqlite3 *db = host_open(extension);
    mishap.capture = capture;
    mishap.blocks = check->blocks;
    mishap.strike = check->strike;
    char *text = host_text(db, check->sql, capture);
    mishap.strike = NULL;
    CHECK(mishap.blocks <= 0); /* it happened */
    check_like(db, check->name, text, check->answer);
    CHECK_INT(rename(spare, capture), 0);
    check_after(db, capture);
    host_close(db);
    sqlite3_free(text);
    sqlite3_free(spare);
}

/* The disk is full after some writes: the import is undone, and the database is whole. */
static void check_full_disk(const char *extension, const char *capture)
{
    char *path = sqlite3_mprintf("%s.db", capture);
    for (int writes = 0; writes <= 4096; writes = 2 * writes + 1) {
        sqlite3 *db = host_open(extension);
        host_run(db, "ATTACH %Q AS disk; PRAGMA disk.cache_size = 100", path);
        mishap.writes = writes;
        char *text = host_text(db, "SELECT tcp_import(%Q, 'disk')", capture);
        mishap.writes = -1;
        check_like(db, "full disk", text, "error: database or disk is full");
        CHECK_INT(host_number(db, "SELECT count(*) FROM disk.sqlite_schema"), 0);
        host_close(db);
        db = host_open(extension);
        host_run(db, "ATTACH %Q AS disk", path);
        CHECK_INT(host_number(db, "SELECT count(*) FROM disk.sqlite_schema"), 0);
        char *whole = host_text(db, "PRAGMA disk.integrity_check");
        CHECK_TEXT(whole, "ok");
        check_after(db, capture);
        host_close(db);
        sqlite3_free(whole);
        sqlite3_free(text);
    }
    unlink(path);
    sqlite3_free(path);
}

/* Every table, the report and the import end with the same error. */
static void check_refused(sqlite3 *db, const char *capture, const char *error)
{
    static const char *const queries[] = {
        "SELECT count(*) FROM tcp_connections(%Q)",
        "SELECT count(*) FROM tcp_packets(%Q)",
        "SELECT count(*) FROM tcp_captures(%Q)",
        "SELECT count(*) FROM tcp_report(%Q)",
        "SELECT tcp_attach(%Q)",
        "SELECT tcp_import(%Q)",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char *text = host_text(db, queries[i], capture);
        check_like(db, queries[i], text, error);
        sqlite3_free(text);
    }
}

static void check_devices(const char *extension)
{
    sqlite3 *db = host_open(extension);
    check_refused(db, "/dev/zero", "error: /dev/zero: %");
    check_refused(db, "/dev/null", "error: /dev/null: %");
    check_refused(db, "/", "error: %");
    host_close(db);
}

/* Root becomes somebody who may not. */
static void check_permission(const char *extension, const char *capture)
{
    sqlite3 *db = host_open(extension);
    CHECK_INT(chmod(capture, 0), 0);
    if (getuid() == 0)
        CHECK_INT(seteuid(NOBODY), 0);
    check_refused(db, capture, "error: %cannot open: Permission denied");
    if (getuid() == 0)
        CHECK_INT(seteuid(0), 0);
    CHECK_INT(chmod(capture, 0600), 0);
    check_after(db, capture);
    host_close(db);
}

static void check_descriptors(const char *extension, const char *capture)
{
    sqlite3 *db = host_open(extension);
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
    check_refused(db, capture, "error: %cannot open: Too many open files");
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    check_after(db, capture);
    host_close(db);
}

/* A writer that is killed in the middle of a record. */
static void check_dead_writer(const char *extension, const char *capture)
{
    char *pipe = sqlite3_mprintf("%s.pipe", capture);
    CHECK_INT(mkfifo(pipe, 0600), 0);
    pid_t writer = fork();
    if (writer == 0) {
        static char bytes[BLOCK_SIZE - 3];
        int from = open(capture, O_RDONLY), to = open(pipe, O_WRONLY);
        if (read(from, bytes, sizeof bytes) == sizeof bytes &&
            write(to, bytes, sizeof bytes) == sizeof bytes)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    sqlite3 *db = host_open(extension);
    char *text = host_text(db, "SELECT damage FROM tcp_captures(%Q)", pipe);
    check_like(db, "dead writer", text, "cut short in record%");
    waitpid(writer, NULL, 0);
    check_after(db, capture);
    host_close(db);
    unlink(pipe);
    sqlite3_free(text);
    sqlite3_free(pipe);
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    const char *extension = arguments[1];
    char *capture = host_make_capture(arguments[2], "chat", CONNECTIONS, PACKETS);
    for (size_t i = 0; i < sizeof checks_of_reading / sizeof *checks_of_reading; i++)
        check_reading(extension, &checks_of_reading[i], capture);
    check_full_disk(extension, capture);
    check_devices(extension);
    check_permission(extension, capture);
    check_descriptors(extension, capture);
    check_dead_writer(extension, capture);
    unlink(capture);
    sqlite3_free(capture);
    return check_done();
}
