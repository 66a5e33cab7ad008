/* Interrupts: sqlite3_interrupt from another thread and a progress handler that says stop end every
 * long query soon, and the next query works.
 *
 *     interrupt EXTENSION MAKE_CAPTURES CAPTURES
 *
 * The long queries are over a folder of hard links to one capture: 1.1 GB to read, 38 MB on disk;
 * over files in which gigabytes hold no packet; over pipes that nobody writes to; and over a folder
 * that leads to itself in many ways. */
#include "host/host.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

enum {
    CONNECTIONS = 2000,
    PACKETS = 300 * 1000,
    LINKS = 30,
    WAYS = 8,  /* in the maze, at each of eight steps */
    TRIES = 5, /* on a busy machine any single one may be late */
#ifdef TCPVTAB_SANITIZED
    STOP_MS = 500,
#else
    STOP_MS = 50,
#endif
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* What a long query reads. */
enum over {
    FOLDER,
    ONE_CAPTURE,
    BOMB_GZIP,
    BOMB_ZSTD,
    BOMB_LZ4,
    NO_PACKETS,
    NO_WRITER,
    SILENT,
    MAZE,
    OVERS
};

static const char *const bombs[OVERS] = {
    [BOMB_GZIP] = "bombs/skipped.pcapng.gz",
    [BOMB_ZSTD] = "bombs/skipped.pcapng.zst",
    [BOMB_LZ4] = "bombs/skipped.pcapng.lz4",
    [NO_PACKETS] = "bombs/names.pcapng.gz",
};

/* A query that runs long, and for how long it is let run. */
struct long_query {
    const char *sql; /* %Q is the path of what it reads */
    int run_ms;
    enum over over;
};

/* A way to stop a query; it tells when it did. */
struct stop {
    sqlite3 *db;
    int run_ms;
    double begun_ms, asked_ms; /* asked_ms is 0 until it has asked */
};

static void *interrupt(void *context)
{
    struct stop *stop = context;
    nanosleep(&(struct timespec){.tv_nsec = stop->run_ms * 1000000L}, NULL);
    stop->asked_ms = now_ms();
    sqlite3_interrupt(stop->db);
    return NULL;
}

static int say_stop(void *context)
{
    struct stop *stop = context;
    if (now_ms() < stop->begun_ms + stop->run_ms)
        return 0;
    if (stop->asked_ms == 0)
        stop->asked_ms = now_ms();
    return 1;
}

/* Runs the query until it is stopped; the milliseconds that the stop took, or -1 if it was not what
 * ended it. */
static double stop_by_thread(sqlite3 *db, const char *sql, int run_ms)
{
    struct stop stop = {.db = db, .run_ms = run_ms};
    pthread_t thread;
    if (pthread_create(&thread, NULL, interrupt, &stop) != 0)
        return -1;
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    double ended_ms = now_ms();
    pthread_join(thread, NULL);
    return code == SQLITE_INTERRUPT ? ended_ms - stop.asked_ms : -1;
}

static double stop_by_handler(sqlite3 *db, const char *sql, int run_ms)
{
    struct stop stop = {.run_ms = run_ms, .begun_ms = now_ms()};
    sqlite3_progress_handler(db, 1000, say_stop, &stop);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    double ended_ms = now_ms();
    sqlite3_progress_handler(db, 0, NULL, NULL);
    return code == SQLITE_INTERRUPT ? ended_ms - stop.asked_ms : -1;
}

static void check_stop(sqlite3 *db, double (*run)(sqlite3 *, const char *, int), const char *sql,
                       int run_ms)
{
    double best_ms = 1e9;
    for (int i = 0; i < TRIES && best_ms > STOP_MS; i++) {
        double ms = run(db, sql, run_ms);
        if (ms < 0)
            fprintf(stderr, "%s: not interrupted: %s\n", sql, sqlite3_errmsg(db));
        else if (ms < best_ms)
            best_ms = ms;
    }
    printf("%6.1f ms  %s\n", best_ms, sql);
    CHECK(best_ms <= STOP_MS);
}

/* Stops the query in both ways; afterwards the connection works, and nothing has changed. */
static void check_query(sqlite3 *db, const struct long_query *query, char *const *paths)
{
    const char *capture = paths[ONE_CAPTURE];
    char *sql = sqlite3_mprintf(query->sql, paths[query->over]);
    check_stop(db, stop_by_thread, sql, query->run_ms);
    check_stop(db, stop_by_handler, sql, query->run_ms);
    CHECK_INT(host_number(db, "SELECT count(*) FROM tcp_packets(%Q) WHERE frame < 10", capture), 9);
    CHECK_INT(host_number(db, "SELECT count(*) FROM sqlite_schema"), 0);
    CHECK_INT(host_number(db, "SELECT count(*) FROM sqlite_temp_schema"), 0);
    CHECK(sqlite3_get_autocommit(db));
    sqlite3_free(sql);
}

static const struct long_query queries[] = {
    {"SELECT count(*) FROM tcp_connections(%Q)", 30, FOLDER},
    {"SELECT max(status) FROM tcp_connections(%Q) WHERE connection_id = 5", 30, FOLDER},
    {"SELECT sum(packets) FROM tcp_captures(%Q)", 30, FOLDER},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, FOLDER},
    {"SELECT sum(retransmission), max(payload) FROM tcp_packets(%Q)", 30, FOLDER},
    {"SELECT * FROM tcp_packets(%Q) WHERE src_ip = '192.0.2.1'", 30, FOLDER},
    {"SELECT * FROM tcp_report(%Q)", 30, FOLDER},
    {"SELECT * FROM tcp_timeline(%Q)", 30, FOLDER},
    {"SELECT tcp_attach(%Q)", 30, FOLDER},
    {"SELECT tcp_import(%Q)", 30, FOLDER},       /* while the files are hashed */
    {"SELECT tcp_import(%Q)", 700, ONE_CAPTURE}, /* while rows are copied */
    {"SELECT count(*) FROM tcp_connections(%Q)", 30, BOMB_GZIP},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, BOMB_GZIP},
    {"SELECT tcp_import(%Q)", 30, BOMB_GZIP},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, BOMB_ZSTD},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, BOMB_LZ4},
    {"SELECT count(*) FROM tcp_connections(%Q)", 30, NO_PACKETS},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, NO_PACKETS},
    {"SELECT count(*) FROM tcp_connections(%Q)", 30, NO_WRITER},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, NO_WRITER},
    {"SELECT count(*) FROM tcp_connections(%Q)", 30, SILENT},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, SILENT},
    {"SELECT count(*) FROM tcp_connections(%Q)", 30, MAZE},
    {"SELECT count(*) FROM tcp_packets(%Q)", 30, MAZE},
    {"SELECT tcp_import(%Q)", 30, MAZE},
};

/* A folder beside the capture that holds links 0, 1, 2 … to a file. */
static char *make_links(const char *capture, const char *name, int count,
                        int (*make)(const char *file, const char *path), const char *file)
{
    char *folder = sqlite3_mprintf("%s-%s", capture, name);
    CHECK_INT(mkdir(folder, 0700), 0);
    for (int i = 0; i < count; i++) {
        char *path = sqlite3_mprintf("%s/%d", folder, i);
        CHECK_INT(make(file, path), 0);
        sqlite3_free(path);
    }
    return folder;
}

static void remove_links(char *folder, int count)
{
    for (int i = 0; i < count; i++) {
        char *path = sqlite3_mprintf("%s/%d", folder, i);
        unlink(path);
        sqlite3_free(path);
    }
    rmdir(folder);
    sqlite3_free(folder);
}

static char *make_pipe(const char *capture, const char *name)
{
    char *path = sqlite3_mprintf("%s-%s", capture, name);
    CHECK_INT(mkfifo(path, 0600), 0);
    return path;
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    char *paths[OVERS];
    paths[ONE_CAPTURE] = host_make_capture(arguments[2], "chat", CONNECTIONS, PACKETS);
    paths[FOLDER] = make_links(paths[ONE_CAPTURE], "links", LINKS, link, paths[ONE_CAPTURE]);
    paths[NO_WRITER] = make_pipe(paths[ONE_CAPTURE], "no-writer");
    paths[SILENT] = make_pipe(paths[ONE_CAPTURE], "silent");
    for (int i = 0; i < OVERS; i++)
        if (bombs[i])
            paths[i] = sqlite3_mprintf("%s/%s", arguments[3], bombs[i]);
    char *maze = make_links(paths[ONE_CAPTURE], "maze", WAYS, symlink, ".");
    paths[MAZE] = sqlite3_mprintf("%s/*/*/*/*/*/*/*/*.pcap", maze);
    int silent_writer = open(paths[SILENT], O_RDWR);
    sqlite3 *db = host_open(arguments[1]);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        check_query(db, &queries[i], paths);
    host_close(db);
    close(silent_writer);
    remove_links(paths[FOLDER], LINKS);
    remove_links(maze, WAYS);
    unlink(paths[NO_WRITER]);
    unlink(paths[SILENT]);
    unlink(paths[ONE_CAPTURE]);
    for (int i = 0; i < OVERS; i++)
        if (i != FOLDER)
            sqlite3_free(paths[i]);
    return check_done();
}
