/* Times for people. */
#ifndef VTAB_TIME_TEXT_H
#define VTAB_TIME_TEXT_H

#include <stdint.h>

enum { UTC_TEXT_SIZE = 40 };

/* Unix nanoseconds as "YYYY-MM-DD HH:MM:SS.SSS", rounded down; exactly three digits, because six
 * are misread by JDBC.  Returns the length. */
int utc_text(int64_t ns, char text[UTC_TEXT_SIZE]);

#endif
