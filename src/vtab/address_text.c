/* IPv4 is written here: a query over every packet spends most of its time on addresses, and
 * inet_ntop formats each byte with printf. */
#include "vtab/address_text.h"

#include <arpa/inet.h>
#include <string.h>

static char *write_byte(char *to, uint8_t byte)
{
    if (byte >= 100)
        *to++ = (char)('0' + byte / 100);
    if (byte >= 10)
        *to++ = (char)('0' + byte / 10 % 10);
    *to++ = (char)('0' + byte % 10);
    return to;
}

int address_text(uint8_t ip_version, const uint8_t address[16], char text[ADDRESS_TEXT_SIZE])
{
    if (ip_version != 4) {
        inet_ntop(AF_INET6, address, text, ADDRESS_TEXT_SIZE);
        return (int)strlen(text);
    }
    char *to = text;
    for (int i = 0; i < 4; i++) {
        to = write_byte(to, address[i]);
        *to++ = i < 3 ? '.' : '\0';
    }
    return (int)(to - text) - 1;
}
