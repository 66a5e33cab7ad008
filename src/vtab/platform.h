/* What is asked of the operating system, and differs from one to the next. */
#ifndef VTAB_PLATFORM_H
#define VTAB_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of memory that can be taken now without pushing other programs out.  Where the system does
 * not say, all of the machine's memory; where it does not say that either, 2 GiB. */
size_t available_memory(void);

/* Processors that this process may run on, at least 1. */
int available_processors(void);

/* A clock that never goes back. */
int64_t monotonic_ns(void);

#endif
