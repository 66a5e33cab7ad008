/* A SQLite that is too old: loading ends with a text that says so, and touches nothing else.
 *
 *     old_sqlite EXTENSION
 *
 * There is no database and only what a refusal needs of SQLite's functions: anything more would
 * crash. */
#define SQLITE_CORE /* the names of sqlite3.h stay those of functions */
#include <sqlite3ext.h>

#include "unit/check.h"

#include <dlfcn.h>

static int version_number(void)
{
    return 3034001;
}

static const char *version(void)
{
    return "3.34.1";
}

static const sqlite3_api_routines old = {
    .libversion_number = version_number,
    .libversion = version,
    .vmprintf = sqlite3_vmprintf,
    .free = sqlite3_free,
};

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    int (*init)(sqlite3 *, char **, const sqlite3_api_routines *) = NULL;
    void *library = dlopen(arguments[1], RTLD_NOW);
    if (library)
        *(void **)&init = dlsym(library, "sqlite3_tcpvtab_init");
    CHECK(init);
    if (!init)
        return check_done();
    char *message = NULL;
    CHECK_INT(init(NULL, &message, &old), SQLITE_ERROR);
    CHECK_TEXT(message, "tcpvtab needs SQLite 3.35 or later, this is 3.34.1");
    sqlite3_free(message);
    CHECK_INT(init(NULL, NULL, &old), SQLITE_ERROR);
    dlclose(library);
    return check_done();
}
