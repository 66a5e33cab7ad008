/* A data set: the capture files that one argument names, in order of their first packet.
 *
 * The argument is a path, a glob (`ring*.pcap`), a directory (the capture files directly in it), or
 * several of these, one a line.  A path that exists is taken as it stands, even if it contains glob
 * characters or line breaks.  Files are opened one at a time. */
#ifndef CAPTURE_DATASET_H
#define CAPTURE_DATASET_H

#include "capture/fault.h"
#include "capture/memory.h"
#include "capture/source.h"

#include <stddef.h>

struct dataset {
    size_t count;
    char **paths;                     /* in order of first packet; files without any come first */
    struct file_identity *identities; /* of each path when the data set was made */
    struct listing *listing;          /* all files behind the argument, for dataset_is_current */
};

/* NULL with a fault: nothing matches, a file cannot be opened or is no capture. */
struct dataset *dataset_open(const char *pattern, struct memory *memory, struct fault *fault);
void dataset_close(struct dataset *dataset);

/* Bytes of all its files when it was made; a pipe counts as none. */
uint64_t dataset_size(const struct dataset *dataset);

/* Whether the files behind the pattern are still the same, unchanged files.  False, too, if `stop`
 * is wanted meanwhile. */
bool dataset_is_current(const struct dataset *dataset, const char *pattern,
                        const struct stop *stop);

#endif
