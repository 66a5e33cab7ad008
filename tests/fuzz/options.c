/* TCP options and checksum.  The input is the option bytes. */
#include "harness.h"

#include "packet/tcp_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tcp_options options = {0};
    tcp_read_options(cursor_over(data, size), &options);
    MUST(options.sack_count <= SACK_BLOCKS_MAX);
    struct segment segment = {.ip_version = size % 2 ? 4 : 6};
    tcp_checksum_is_good(&segment, cursor_over(data, size));
    return 0;
}
