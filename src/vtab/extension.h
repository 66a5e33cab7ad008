/* The entry point: what `.load ./tcpvtab` calls, and a program that links the extension statically:
 *
 *     sqlite3_tcpvtab_init(db, &message, NULL);                              one connection
 *     sqlite3_auto_extension((void (*)(void))sqlite3_tcpvtab_init);          every later one */
#ifndef VTAB_EXTENSION_H
#define VTAB_EXTENSION_H

#include <sqlite3ext.h>

#ifdef _WIN32
#define TCPVTAB_API __declspec(dllexport)
#else
#define TCPVTAB_API __attribute__((visibility("default")))
#endif

/* Registers everything on one connection.  SQLITE_OK, or a code with *error set, which sqlite3_free
 * frees. */
TCPVTAB_API int sqlite3_tcpvtab_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

#endif
