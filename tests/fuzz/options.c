/* TCP options and checksum.  The input is the option bytes; the last tells how many were cut. */
#include "harness.h"

#include "packet/tcp_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tcp_options options = {0};
    size_t missing = size ? data[size - 1] % 41 : 0;
    tcp_read_options(cursor_over(data, size), size + missing, &options);
    MUST(options.sack_count <= SACK_BLOCKS_MAX);
    struct segment segment = {.ip_version = size % 2 ? 4 : 6};
    tcp_checksum_is_good(&segment, cursor_over(data, size));
    return 0;
}
