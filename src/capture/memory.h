/* Allocation under a limit, and the wish to stop: what all parts of one analysis share.
 *
 * All memory that grows with what a capture contains (connections, rings, ranges, fragments,
 * buffers) is taken here, so that a hostile capture ends with an error that names the limit and not
 * with the host's death. One `struct memory` serves one analysis; two threads may use it at once.
 *
 * Whoever reads a file asks stop_is_wanted before every block, on the thread that reads, and so
 * ends soon even where gigabytes hold no packet or a pipe is silent. */
#ifndef CAPTURE_MEMORY_H
#define CAPTURE_MEMORY_H

#include "capture/fault.h"

#include <stdatomic.h>
#include <stddef.h>

/* Whom to ask whether to stop; without a function the answer is no. */
struct stop {
    bool (*is_wanted)(void *context);
    void *context;
};

static inline bool stop_is_wanted(const struct stop *stop)
{
    return stop->is_wanted && stop->is_wanted(stop->context);
}

struct memory {
    atomic_size_t used; /* bytes in use, margins included */
    size_t limit;       /* bytes that may be in use */
    struct stop stop;
};

/* Every block has a margin before and behind it, as long as the longest cache line there is.  What
 * one thread writes with every packet then never shares a line with what another one uses, SQLite's
 * own memory included: each write would make the other one wait.  AddressSanitizer has margins of
 * its own, and watches them. */
#if defined(__SANITIZE_ADDRESS__) /* gcc */
#define BLOCKS_ARE_WATCHED
#elif defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define BLOCKS_ARE_WATCHED
#endif
#endif
#ifdef BLOCKS_ARE_WATCHED
enum { MEMORY_MARGIN = 0 };
#else
enum { MEMORY_MARGIN = 128 };
#endif

/* A zeroed block of `size` bytes, or NULL with FAULT_MEMORY or FAULT_MEMORY_LIMIT. */
void *memory_allocate(struct memory *memory, size_t size, struct fault *fault);

/* The block with a new size, its new part zeroed; NULL with a fault, and the old block stays as it
 * was. */
void *memory_resize(struct memory *memory, void *block, size_t old_size, size_t new_size,
                    struct fault *fault);

/* Gives back a block of `size` bytes; NULL is allowed. */
void memory_release(struct memory *memory, void *block, size_t size);

/* A zeroed block for memory that is touched at random.  A multiple of MEMORY_PAGES comes straight
 * from the system, in huge pages where it has them, because such memory waits for the translation
 * of its addresses otherwise; any other size is as from memory_allocate. */
enum { MEMORY_PAGES = 2 << 20 };
void *memory_map(struct memory *memory, size_t size, struct fault *fault);
void memory_unmap(struct memory *memory, void *block, size_t size);

#endif
