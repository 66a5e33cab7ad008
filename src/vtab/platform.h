/* What differs from one operating system to the next. */
#ifndef VTAB_PLATFORM_H
#define VTAB_PLATFORM_H

#include <stddef.h>

/* Bytes of memory that can be taken now without pushing other programs out.  Where the system does
 * not say, all of the machine's memory; where it does not say that either, 2 GiB. */
size_t available_memory(void);

/* Processors that this process may run on, at least 1. */
int available_processors(void);

#endif
