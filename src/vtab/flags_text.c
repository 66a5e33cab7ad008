#include "vtab/flags_text.h"

#include <string.h>

int flags_text(uint16_t flags, char text[FLAGS_TEXT_SIZE])
{
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK",
                                        "URG", "ECE", "CWR", "AE"};
    char *end = text;
    for (size_t bit = 0; bit < sizeof names / sizeof *names; bit++) {
        if (!(flags >> bit & 1))
            continue;
        if (end > text)
            *end++ = ',';
        end = stpcpy(end, names[bit]);
    }
    *end = '\0';
    return (int)(end - text);
}
