/* The time between two packets.  A file may say any time, so that a difference may be larger than
 * its type. */
#ifndef CAPTURE_TIME_BETWEEN_H
#define CAPTURE_TIME_BETWEEN_H

#include <stdint.h>

/* Nanoseconds from one Unix time to another, below 0 if that is before it; what does not fit is the
 * least or the largest number. */
static inline int64_t time_between(int64_t from_ns, int64_t to_ns)
{
    int64_t difference;
    if (!__builtin_sub_overflow(to_ns, from_ns, &difference))
        return difference;
    return to_ns < from_ns ? INT64_MIN : INT64_MAX;
}

#endif
