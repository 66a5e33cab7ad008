#include "vtab/platform.h"

#ifdef __linux__
#include <sched.h>
#endif
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Any machine that analyses captures today has as much. */
static const uint64_t MEMORY_IF_UNKNOWN = UINT64_C(2) << 30;

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
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
