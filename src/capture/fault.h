/* What went wrong, in words for the user.
 *
 * Every function that can fail takes a `struct fault *` (never NULL) and returns false or NULL
 * after filling it. The text names the file, where in it, what was found and what was allowed. */
#ifndef CAPTURE_FAULT_H
#define CAPTURE_FAULT_H

#include <stdbool.h>

enum fault_code {
    FAULT_NONE,
    FAULT_CANNOT_OPEN,   /* the operating system refused; the text has its reason */
    FAULT_READ,          /* reading an open file failed */
    FAULT_NOT_A_CAPTURE, /* no known magic number */
    FAULT_UNSUPPORTED,  /* a known format, version, link type or compression that is not built in */
    FAULT_DAMAGE,       /* a corrupt record; everything before it was served */
    FAULT_MEMORY,       /* an allocation failed */
    FAULT_MEMORY_LIMIT, /* the limit set by the user was reached */
    FAULT_STOPPED,      /* the caller asked to stop */
};

struct fault {
    enum fault_code code;
    char text[1024];
};

/* Sets the fault and returns false, so that `return fault_set(...)` ends a function.
 * A text longer than the buffer is cut. */
bool fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As fault_set with the text "path: action: reason", where the reason is errno's in words. */
bool fault_system(struct fault *fault, enum fault_code code, const char *path, const char *action);

/* FAULT_MEMORY and FAULT_STOPPED with their standard texts. */
bool fault_out_of_memory(struct fault *fault);
bool fault_stopped(struct fault *fault);

#endif
