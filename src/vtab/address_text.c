/* Addresses are written here: a query over every packet spends most of its time on them, and
 * inet_ntop formats each part with printf; nor do all systems' inet_ntop agree on IPv6. */
#include "vtab/address_text.h"

#include <stdbool.h>
#include <string.h>

enum { WORDS = 8 }; /* of 16 bits, in an IPv6 address */

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

static char *write_ipv4(char *to, const uint8_t bytes[4])
{
    for (int i = 0; i < 4; i++)
        to = write_number(to, bytes[i]);
    return to - 1;
}

static char *write_word(char *to, unsigned word)
{
    for (int shift = word > 0xfff  ? 12
                     : word > 0xff ? 8
                     : word > 0xf  ? 4
                                   : 0;
         shift >= 0; shift -= 4)
        *to++ = "0123456789abcdef"[word >> shift & 15];
    return to;
}

/* Where `::` stands for the longest run of zero words, the first of equals; one alone is no run. */
static int find_zeros(const unsigned words[WORDS], int *length)
{
    int first = -1;
    *length = 1;
    for (int i = 0, run = 0; i < WORDS; i++) {
        run = words[i] ? 0 : run + 1;
        if (run > *length) {
            *length = run;
            first = i + 1 - run;
        }
    }
    return first;
}

/* RFC 5952, with the end of IPv4-mapped and IPv4-compatible addresses as IPv4. */
static char *write_ipv6(char *to, const uint8_t address[16])
{
    unsigned words[WORDS];
    for (int i = 0; i < WORDS; i++)
        words[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
    int length, zeros = find_zeros(words, &length);
    bool ends_as_ipv4 = zeros == 0 && (length == 6 || (length == 5 && words[5] == 0xffff));
    for (int i = 0; i < WORDS;) {
        if (i == zeros || i > 0)
            *to++ = ':';
        if (i == zeros) {
            i += length;
            if (i == WORDS)
                *to++ = ':';
        } else if (i == 6 && ends_as_ipv4) {
            return write_ipv4(to, address + 12);
        } else {
            to = write_word(to, words[i++]);
        }
    }
    return to;
}

int address_text(uint8_t ip_version, const uint8_t address[16], char text[ADDRESS_TEXT_SIZE])
{
    char *end = ip_version == 4 ? write_ipv4(text, address) : write_ipv6(text, address);
    *end = '\0';
    return (int)(end - text);
}
