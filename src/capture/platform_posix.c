/* Linux, macOS, the BSDs: see platform.h.  What not all of them have stands in an #ifdef. */
#include "capture/platform.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif
#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

enum { NS_PER_SECOND = 1000 * 1000 * 1000 };

static struct file_identity identity_of(const struct stat *status)
{
    return (struct file_identity){
        .device = (uint64_t)status->st_dev,
        .inode = status->st_ino,
        .size = (uint64_t)status->st_size,
        .modified_ns = (int64_t)status->st_mtim.tv_sec * NS_PER_SECOND + status->st_mtim.tv_nsec,
        .is_regular = S_ISREG(status->st_mode),
        .is_directory = S_ISDIR(status->st_mode),
    };
}

bool file_look_up(const char *path, struct file_identity *identity)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    *identity = identity_of(&status);
    return true;
}

static bool identify(int descriptor, struct file_identity *identity)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return false;
    *identity = identity_of(&status);
    if (identity->is_directory)
        errno = EISDIR;
    return !identity->is_directory;
}

/* Tells the system that a file is read from front to back. */
static void announce_reading(int descriptor)
{
#if defined(POSIX_FADV_SEQUENTIAL)
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
#elif defined(F_RDAHEAD)
    fcntl(descriptor, F_RDAHEAD, 1);
#else
    (void)descriptor;
#endif
}

/* O_NONBLOCK because a FIFO would wait here for its writer, where nobody is asked. */
file_handle file_open(const char *path, struct file_identity *identity)
{
    int descriptor;
    do
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0)
        return NO_FILE;
    if (!identify(descriptor, identity)) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return NO_FILE;
    }
    if (identity->is_regular)
        announce_reading(descriptor);
    return descriptor;
}

void file_close(file_handle file)
{
    close((int)file);
}

int64_t file_read(file_handle file, void *to, size_t size, uint64_t offset, bool is_regular)
{
    return is_regular ? pread((int)file, to, size, (off_t)offset) : read((int)file, to, size);
}

bool file_wait(file_handle file, int ms)
{
    struct pollfd pipe = {.fd = (int)file, .events = POLLIN};
    return poll(&pipe, 1, ms) != 0;
}

const char PATH_SEPARATORS[] = "/";

/* A struct folder is the system's own DIR. */
struct folder *folder_open(const char *path)
{
    return (struct folder *)opendir(path);
}

const char *folder_next(struct folder *folder)
{
    errno = 0;
    const struct dirent *entry = readdir((DIR *)folder);
    return entry ? entry->d_name : NULL;
}

void folder_close(struct folder *folder)
{
    closedir((DIR *)folder);
}

/* A mapping is aligned to the unit by taking more and giving back what is outside. */
void *pages_map(size_t size, size_t unit)
{
    char *start =
        mmap(NULL, size + unit, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    size_t before = (size_t) - (uintptr_t)start % unit;
    if (before)
        munmap(start, before);
    if (before < unit)
        munmap(start + before + size, unit - before);
#ifdef MADV_HUGEPAGE
    madvise(start + before, size, MADV_HUGEPAGE);
#endif
    return start + before;
}

void pages_unmap(void *pages, size_t size)
{
    munmap(pages, size);
}

/* Linux 3.14 and later: free memory plus caches that can be dropped; 0 elsewhere. */
static uint64_t meminfo_available(void)
{
    char line[128];
    unsigned long long kibibytes = 0;
    FILE *meminfo = fopen("/proc/meminfo", "re");
    if (!meminfo)
        return 0;
    /* NOLINTNEXTLINE(cert-err34-c): the kernel writes numbers that fit */
    while (fgets(line, sizeof line, meminfo) && sscanf(line, "MemAvailable: %llu", &kibibytes) != 1)
        continue;
    fclose(meminfo);
    return (uint64_t)kibibytes * 1024;
}

static uint64_t physical_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_size = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_size > 0 ? (uint64_t)pages * (uint64_t)page_size : 0;
}

size_t available_memory(void)
{
    uint64_t bytes = meminfo_available();
    if (bytes == 0)
        bytes = physical_memory();
    if (bytes == 0)
        bytes = MEMORY_IF_UNKNOWN;
    return bytes < SIZE_MAX ? (size_t)bytes : SIZE_MAX;
}

int available_processors(void)
{
#ifdef __linux__
    cpu_set_t allowed; /* taskset and containers may allow fewer than there are */
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return CPU_COUNT(&allowed);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

bool stay_loaded(void)
{
    Dl_info module; /* the one that holds PATH_SEPARATORS, for example */
    void *handle = NULL;
    if (dladdr(PATH_SEPARATORS, &module))
        handle = dlopen(module.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    if (handle)
        dlclose(handle);
    return handle;
}

/* glibc's strerror_r returns the text, POSIX's fills the buffer. */
const char *error_text(int error, char *buffer, size_t size)
{
#ifdef __GLIBC__
    return strerror_r(error, buffer, size);
#else
    return strerror_r(error, buffer, size) == 0 ? buffer : "unknown error";
#endif
}

bool address_from_text(const char *text, uint8_t ip_version, uint8_t address[16])
{
    return inet_pton(ip_version == 6 ? AF_INET6 : AF_INET, text, address) == 1;
}

bool stderr_is_terminal(void)
{
    return isatty(STDERR_FILENO);
}
