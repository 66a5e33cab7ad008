/* Packets for tests, written as hexadecimal layers from the outermost to the innermost:
 *
 *     build("020000000002 020000000001 0800 | 4500 LLLL 0001 0000 4006 0000 0a000001 0a000002 | …")
 *
 * Blanks do not matter.  "LLLL" is the length of its layer with all that follows, "llll" that of
 * what follows only. */
#ifndef UNIT_PACKETS_H
#define UNIT_PACKETS_H

#include "packet/decode.h"

#include <stdio.h>
#include <stdlib.h>

#define ETHERNET "020000000002 020000000001 "
#define ETHERNET_IPV4 ETHERNET "0800 | "
#define IPV4_HEADER(protocol) "4500 LLLL 0001 0000 40" protocol "0000 0a000001 0a000002 | "
#define IPV4_FRAGMENT(offset) "4500 LLLL 0001" offset "40 06 0000 0a000001 0a000002 | "
#define IPV6_HEADER(next)                                                                          \
    "60000000 llll" next "3c 20010000000000000000000000000001 20010000000000000000000000000002 | "
#define TCP_HEADER "0457 0050 00000064 000000c8 5018 03e8 0000 0000 | "
#define TCP TCP_HEADER "61626364"
#define IPV4_TCP IPV4_HEADER("06") TCP
#define IPV6_TCP IPV6_HEADER("06") TCP
#define UDP(port) "9c40" port "LLLL 0000 | "

struct built {
    size_t length;
    uint8_t data[4096];
};

/* Bytes that the part of the text takes when built. */
static inline size_t built_length(const char *from, const char *end)
{
    size_t digits = 0;
    for (; from < end; from++)
        digits += *from != ' ' && *from != '|';
    return digits / 2;
}

static inline unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static inline struct built build(const char *text)
{
    struct built built = {0};
    const char *end = text + strlen(text), *layer_end = text;
    size_t whole = 0, rest = 0;
    for (const char *at = text; at < end; at++) {
        if (at >= layer_end) {
            whole = built_length(at, end);
            layer_end = at + strcspn(at, "|");
            rest = built_length(layer_end, end);
        }
        if (*at == ' ' || *at == '|')
            continue;
        if (built.length + 2 > sizeof built.data)
            abort();
        bool is_length = *at == 'L' || *at == 'l';
        size_t value = *at == 'L'  ? whole
                       : is_length ? rest
                                   : 0x10 * hex_digit(at[0]) + hex_digit(at[1]);
        if (is_length)
            built.data[built.length++] = (uint8_t)(value >> 8);
        built.data[built.length++] = (uint8_t)value;
        at += is_length ? 3 : 1;
    }
    return built;
}

static inline struct packet packet_over(const struct built *built, uint32_t link_type)
{
    return (struct packet){
        .frame = 1,
        .captured_length = (uint32_t)built->length,
        .wire_length = (uint32_t)built->length,
        .link_type = link_type,
        .bytes = cursor_over(built->data, built->length),
    };
}

#endif
