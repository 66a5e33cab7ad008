/* The bundled views: the files of sql/, put into the program by cmake/embed_sql.cmake at build
 * time.
 *
 * sql/NAME.sql is one SELECT over the tables connections, packets and captures and nothing else.
 * The same text is the function tcp_NAME('f.cap'), the TEMP view of tcp_attach and the stored view
 * of tcp_import. */
#ifndef VTAB_BUNDLED_VIEWS_H
#define VTAB_BUNDLED_VIEWS_H

#include <stddef.h>

struct bundled_view {
    const char *name; /* "report": the file's name without .sql */
    const char *sql;  /* its text, without the semicolon and the blanks at its end */
};

extern const struct bundled_view bundled_views[]; /* by name */
extern const size_t bundled_view_count;

#endif
