#include "capture/fault.h"

#include "capture/platform.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fault->code = code;
    vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
    return false;
}

bool fault_system(struct fault *fault, enum fault_code code, const char *path, const char *action)
{
    char buffer[128]; /* the longest of glibc's reasons has 49 bytes */
    return fault_set(fault, code, "%s: %s: %s", path, action,
                     error_text(errno, buffer, sizeof buffer));
}

bool fault_out_of_memory(struct fault *fault)
{
    return fault_set(fault, FAULT_MEMORY, "out of memory");
}

bool fault_stopped(struct fault *fault)
{
    return fault_set(fault, FAULT_STOPPED, "interrupted");
}
