#include "vtab/flags_text.h"

#include <stddef.h>

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
        for (const char *from = names[bit]; *from; from++)
            *end++ = *from;
    }
    *end = '\0';
    return (int)(end - text);
}
