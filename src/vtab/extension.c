/* What loading the extension registers: the modules and functions of the two tables below, and one
 * module for each bundled view.  Nothing is written to any schema, so loading works on every
 * database, read-only ones included. */
#include "vtab/extension.h"

#include "capture/platform.h"
#include "vtab/errors.h"
#include "vtab/functions.h"
#include "vtab/shared.h"
#include "vtab/tables.h"
#include "vtab/view_functions.h"

SQLITE_EXTENSION_INIT1

/* The first version with WITH … AS MATERIALIZED, which the bundled views use: 3.35.0. */
enum { OLDEST_SQLITE = 3035000 };

static const struct {
    const char *name;
    const sqlite3_module *module;
} modules[] = {
    {"tcp_connections", &connections_module},
    {"tcp_packets", &packets_module},
    {"tcp_captures", &captures_module},
    {"tcp_columns", &columns_module},
};

/* A pure function may stand in views, indexes and checks; one that reads files or changes settings
 * may be called by the user's own SQL only. */
enum {
    PURE = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
    USER_ONLY = SQLITE_UTF8 | SQLITE_DIRECTONLY,
};

static const struct {
    const char *name;
    int arguments;
    int flags;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"ip_in_cidr", 2, PURE, ip_in_cidr},
    {"tcp_flags_text", 1, PURE, tcp_flags_text},
    {"tcp_version", 0, PURE, tcp_version},
    {"tcp_memory_limit", 0, USER_ONLY, tcp_memory_limit},
    {"tcp_memory_limit", 1, USER_ONLY, tcp_memory_limit},
    {"tcp_progress", 0, USER_ONLY, tcp_progress},
    {"tcp_progress", 1, USER_ONLY, tcp_progress},
    {"tcp_attach", 1, USER_ONLY, tcp_attach},
    {"tcp_import", 1, USER_ONLY, tcp_import},
    {"tcp_import", 2, USER_ONLY, tcp_import},
};

static int refuse(char **error, int code, const char *kind, const char *name)
{
    return message_error(error, code, "tcpvtab: cannot register %s %s: %s", kind, name,
                         sqlite3_errstr(code));
}

/* SQLite releases the reference itself if it refuses the registration. */
static int register_modules(sqlite3 *db, struct shared *shared, char **error)
{
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        int code = sqlite3_create_module_v2(db, modules[i].name, modules[i].module,
                                            shared_retain(shared), shared_release);
        if (code != SQLITE_OK)
            return refuse(error, code, "table", modules[i].name);
    }
    return SQLITE_OK;
}

static int register_functions(sqlite3 *db, struct shared *shared, char **error)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        int code = sqlite3_create_function_v2(db, functions[i].name, functions[i].arguments,
                                              functions[i].flags, shared_retain(shared),
                                              functions[i].call, NULL, NULL, shared_release);
        if (code != SQLITE_OK)
            return refuse(error, code, "function", functions[i].name);
    }
    return SQLITE_OK;
}

static int register_views(sqlite3 *db, char **error)
{
    for (size_t i = 0; i < bundled_view_count; i++) {
        int code = view_function_register(db, &bundled_views[i]);
        if (code != SQLITE_OK)
            return refuse(error, code, "view", bundled_views[i].name);
    }
    return SQLITE_OK;
}

static int register_all(sqlite3 *db, char **error)
{
    struct shared *shared = shared_new();
    if (!shared)
        return SQLITE_NOMEM;
    int code = register_modules(db, shared, error);
    if (code == SQLITE_OK)
        code = register_functions(db, shared, error);
    if (code == SQLITE_OK)
        code = register_views(db, error);
    shared_release(shared);
    return code;
}

/* SQLITE_EXTENSION_INIT2 for hosts with threads: connections on other threads may be using the
 * table of SQLite's functions, so it is not written again where it is the same. */
static void keep_api(const sqlite3_api_routines *api)
{
#ifdef SQLITE_CORE
    (void)api;
#else
    if (__atomic_load_n(&sqlite3_api, __ATOMIC_ACQUIRE) != api)
        __atomic_store_n(&sqlite3_api, api, __ATOMIC_RELEASE);
#endif
}

/* SQLite unloads an extension whose loading failed half way, for lack of memory, but calls the
 * destructors of what was registered by then when the database is closed: so a module stays. */
static bool may_register(void)
{
#ifdef SQLITE_CORE
    return true;
#else
    return stay_loaded();
#endif
}

int sqlite3_tcpvtab_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
    keep_api(api);
    char *message = NULL;
    int code;
    if (!may_register())
        code = SQLITE_NOMEM;
    else if (sqlite3_libversion_number() < OLDEST_SQLITE)
        code = message_error(
            &message, SQLITE_ERROR, "tcpvtab needs SQLite %d.%d or later, this is %s",
            OLDEST_SQLITE / 1000000, OLDEST_SQLITE / 1000 % 1000, sqlite3_libversion());
    else
        code = register_all(db, &message);
    if (error)
        *error = message;
    else
        sqlite3_free(message);
    return code;
}
