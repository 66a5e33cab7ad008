/* Asking for memory before it is needed, so that the waits for it overlap. */
#ifndef TCP_PREFETCH_H
#define TCP_PREFETCH_H

#include <stddef.h>

enum { CACHE_LINE = 64 };

/* gcc takes a function that does nothing but prefetch for one without effect and leaves its calls
 * out, unless it is inlined early. */
#define PREFETCH_FUNCTION static inline __attribute__((always_inline))

PREFETCH_FUNCTION void prefetch(const void *memory, size_t size)
{
    for (size_t line = 0; line < size; line += CACHE_LINE)
        __builtin_prefetch((const char *)memory + line);
}

#endif
