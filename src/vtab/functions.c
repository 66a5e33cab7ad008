/* Small SQL functions.
 *
 *     SELECT ip_in_cidr('10.1.2.3', '10.0.0.0/8');   1
 *     SELECT tcp_flags_text(18);                     SYN,ACK
 *     SELECT tcp_version();                          0.1.0
 *     SELECT tcp_memory_limit();                     4138762240
 *     SELECT tcp_memory_limit(1000000000);           1000000000, for all later queries of this
 * connection
 *     SELECT tcp_progress(1);                        1: long work shows a line on stderr, if that
 * is a terminal
 *
 * ip_in_cidr takes IPv4 and IPv6; an address of the other family is outside.  A network without a
 * prefix length is one address, and bits after the prefix are ignored ('10.1.2.3/8' is 10.0.0.0/8),
 * as ip(8) and iptables read them.  The network is the user's words, so a malformed one is an
 * error; the address is data, so a malformed one is unknown, NULL, and does not end a query over a
 * million others. */
#include "vtab/functions.h"

#include "capture/platform.h"
#include "vtab/address_text.h"
#include "vtab/errors.h"
#include "vtab/flags_text.h"
#include "vtab/shared.h"

#include <stdbool.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

/* An IP address, or with `bits` below its full length the network it lies in. */
struct network {
    uint8_t ip_version;
    int bits;          /* prefix length */
    uint8_t bytes[16]; /* network byte order */
};

static bool parse_address(const char *text, struct network *address)
{
    address->ip_version = strchr(text, ':') ? 6 : 4;
    address->bits = address->ip_version == 6 ? 128 : 32;
    return address_from_text(text, address->ip_version, address->bytes);
}

/* One to three digits and nothing else, up to the family's length. */
static bool parse_prefix_length(const char *text, int *bits)
{
    size_t digits = strspn(text, "0123456789");
    int value = 0;
    if (digits < 1 || digits > 3 || text[digits] != '\0')
        return false;
    for (; *text; text++)
        value = value * 10 + (*text - '0');
    if (value > *bits)
        return false;
    *bits = value;
    return true;
}

static bool parse_cidr(const char *text, struct network *network)
{
    char address[ADDRESS_TEXT_SIZE];
    size_t length = strcspn(text, "/");
    if (length >= sizeof address)
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    if (!parse_address(address, network))
        return false;
    return text[length] == '\0' || parse_prefix_length(text + length + 1, &network->bits);
}

static bool network_contains(const struct network *network, const struct network *address)
{
    size_t whole_bytes = (size_t)network->bits / 8;
    int rest = network->bits % 8;
    if (address->ip_version != network->ip_version ||
        memcmp(address->bytes, network->bytes, whole_bytes) != 0)
        return false;
    return rest == 0 ||
           (address->bytes[whole_bytes] ^ network->bytes[whole_bytes]) >> (8 - rest) == 0;
}

void ip_in_cidr(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    const char *ip = (const char *)sqlite3_value_text(argv[0]);
    const char *cidr = (const char *)sqlite3_value_text(argv[1]);
    struct network address, network;
    if (!cidr)
        return;
    if (!parse_cidr(cidr, &network))
        function_error(context, SQLITE_ERROR,
                       "ip_in_cidr: '%s' is no network; write '10.0.0.0/8' or '2001:db8::/32'",
                       cidr);
    else if (ip && parse_address(ip, &address))
        sqlite3_result_int(context, network_contains(&network, &address));
}

void tcp_flags_text(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    char text[FLAGS_TEXT_SIZE];
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    int length = flags_text((uint16_t)sqlite3_value_int64(argv[0]), text);
    sqlite3_result_text(context, text, length, SQLITE_TRANSIENT);
}

void tcp_version(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    sqlite3_result_text(context, TCPVTAB_VERSION, -1, SQLITE_STATIC);
}

void tcp_memory_limit(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct shared *shared = sqlite3_user_data(context);
    if (argc == 1) {
        sqlite3_int64 bytes = sqlite3_value_int64(argv[0]);
        if (sqlite3_value_numeric_type(argv[0]) != SQLITE_INTEGER || bytes <= 0 ||
            (uint64_t)bytes > SIZE_MAX) {
            function_error(context, SQLITE_ERROR,
                           "tcp_memory_limit: expected a whole number of bytes above 0");
            return;
        }
        shared->memory_limit = (size_t)bytes;
    }
    sqlite3_result_int64(context, (sqlite3_int64)shared->memory_limit);
}

void tcp_progress(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct shared *shared = sqlite3_user_data(context);
    if (argc == 1)
        shared->progress.is_on = sqlite3_value_int(argv[0]) != 0;
    sqlite3_result_int(context, shared->progress.is_on);
}
