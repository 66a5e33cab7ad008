/* Bytes as a file that has a path but no place on any disk. */
#ifndef FUZZ_MEMORY_FILE_H
#define FUZZ_MEMORY_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory_file {
    int descriptor;
    char path[32];
};

static inline struct memory_file memory_file_open(const uint8_t *data, size_t size)
{
    struct memory_file file = {.descriptor = memfd_create("capture", MFD_CLOEXEC)};
    for (size_t done = 0; done < size;) {
        ssize_t n = write(file.descriptor, data + done, size - done);
        if (n <= 0)
            abort();
        done += (size_t)n;
    }
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.descriptor);
    return file;
}

static inline void memory_file_close(const struct memory_file *file)
{
    close(file->descriptor);
}

#endif
