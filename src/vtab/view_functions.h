/* One table-valued function for every bundled view: tcp_report('f.cap') for sql/report.sql. */
#ifndef VTAB_VIEW_FUNCTIONS_H
#define VTAB_VIEW_FUNCTIONS_H

#include "vtab/bundled_views.h"

#include <sqlite3ext.h>

/* Registers tcp_NAME.  The view must outlive the connection.  Returns SQLite's code. */
int view_function_register(sqlite3 *db, const struct bundled_view *view);

#endif
