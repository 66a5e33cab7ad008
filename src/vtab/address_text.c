/* IPv4 is written here: a query over every packet spends most of its time on addresses, and
 * inet_ntop formats each byte with printf. */
#include "vtab/address_text.h"

#include <arpa/inet.h>
#include <string.h>

/* Every byte as a number, with the dot that follows it: nobody can guess how many digits the next
 * byte has, a processor neither. */
#define TEN(tens)                                                                                  \
    tens "0.", tens "1.", tens "2.", tens "3.", tens "4.", tens "5.", tens "6.", tens "7.",        \
        tens "8.", tens "9."
static const char numbers[][sizeof "255."] = {
    TEN(""),   TEN("1"),  TEN("2"),  TEN("3"),  TEN("4"),  TEN("5"),  TEN("6"),
    TEN("7"),  TEN("8"),  TEN("9"),  TEN("10"), TEN("11"), TEN("12"), TEN("13"),
    TEN("14"), TEN("15"), TEN("16"), TEN("17"), TEN("18"), TEN("19"), TEN("20"),
    TEN("21"), TEN("22"), TEN("23"), TEN("24"), TEN("25"),
};

static char *write_number(char *to, uint8_t byte)
{
    memcpy(to, numbers[byte], sizeof "255." - 1);
    return to + sizeof "0." - 1 + (byte >= 10) + (byte >= 100);
}

int address_text(uint8_t ip_version, const uint8_t address[16], char text[ADDRESS_TEXT_SIZE])
{
    if (ip_version != 4) {
        inet_ntop(AF_INET6, address, text, ADDRESS_TEXT_SIZE);
        return (int)strlen(text);
    }
    char *to = text;
    for (int i = 0; i < 4; i++)
        to = write_number(to, address[i]);
    *--to = '\0';
    return (int)(to - text);
}
