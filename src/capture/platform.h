/* What is asked of the operating system, and differs from one to the next.
 *
 * platform_posix.c asks Linux, macOS and the BSDs, platform_windows.c asks Windows; everything else
 * in src/ keeps to C11 and POSIX threads (on Windows those of mingw-w64).
 *
 * Paths are UTF-8, as all text is in SQLite.  What fails says why in errno, with POSIX's numbers.
 */
#ifndef CAPTURE_PLATFORM_H
#define CAPTURE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- files ---- */

/* What identifies the content of a file for as long as nobody writes to it. */
struct file_identity {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t modified_ns;
    bool is_regular; /* false for pipes and devices, which can be read only once */
    bool is_directory;
};

/* What is at the path; false if that cannot be told. */
bool file_look_up(const char *path, struct file_identity *identity);

typedef intptr_t file_handle;
enum { NO_FILE = -1 };

/* Opens a file to be read from front to back, and tells what it is.  It never waits: a pipe without
 * a writer is open at once.  NO_FILE if it cannot be opened, or is a directory (EISDIR); on Windows
 * also if it is a pipe or a device (ENXIO). */
file_handle file_open(const char *path, struct file_identity *identity);
void file_close(file_handle file);

/* Reads up to `size` bytes at an offset of a regular file, or those that come next from another.
 * The number of bytes, 0 at the end; -1 with EINTR or EAGAIN if it is to be tried again. */
int64_t file_read(file_handle file, void *to, size_t size, uint64_t offset, bool is_regular);

/* Waits until a file that is not regular has bytes or has ended; false if `ms` passed before. */
bool file_wait(file_handle file, int ms);

/* ---- folders ---- */

/* The characters that may stand between the parts of a path, the usual one first. */
extern const char PATH_SEPARATORS[];

/* The names in a folder, in no order.  A name stays until the next is asked for; NULL with errno 0
 * is the end. */
struct folder;
struct folder *folder_open(const char *path);
const char *folder_next(struct folder *folder);
void folder_close(struct folder *folder);

/* ---- memory, processors, time ---- */

/* Zeroed pages, in huge ones where the system has such; `size` is a multiple of `unit`, theirs.
 * NULL if there is no memory. */
void *pages_map(size_t size, size_t unit);
void pages_unmap(void *pages, size_t size);

/* Bytes of memory that can be taken now without pushing other programs out.  Where the system does
 * not say, all of the machine's memory; where it does not say that either, MEMORY_IF_UNKNOWN: any
 * machine that analyses captures today has as much. */
#define MEMORY_IF_UNKNOWN (UINT64_C(2) << 30)
size_t available_memory(void);

/* Processors that this process may run on, at least 1. */
int available_processors(void);

/* A clock that never goes back. */
int64_t monotonic_ns(void);

/* ---- the module itself ---- */

/* Keeps the loadable module that this is part of in memory until the process ends, even if it is
 * unloaded.  False if there is no memory for that. */
bool stay_loaded(void);

/* ---- texts ---- */

/* The words for an errno, in the buffer or elsewhere. */
const char *error_text(int error, char *buffer, size_t size);

/* The address that a text is, as inet_pton reads it; IPv4 fills the first four bytes. */
bool address_from_text(const char *text, uint8_t ip_version, uint8_t address[16]);

/* Whether people read stderr, on a terminal that knows ECMA-48. */
bool stderr_is_terminal(void);

#endif
