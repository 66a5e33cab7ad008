/* community_id.h: the example of the specification, IPv6, and both directions alike.  The values
 * are those of a computation with Python's hashlib. */
#include "tcp/community_id.h"

#include "check.h"
#include "tcp/flow_table.h"

#include <arpa/inet.h>

static const struct {
    const char *src, *dst;
    uint16_t src_port, dst_port;
    const char *id;
} flows[] = {
    {"128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {"66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {"fe80::202:b3ff:fe1e:8329", "fe80::200:f8ff:fe21:67cf", 2000, 80,
     "1:wmbJabD9IVrK9wi0qf5xW3G0y6E="},
    {"10.0.0.1", "10.0.0.1", 2000, 80, "1:ByI26LGJ0ky5wcyiu9FSNpB+ALc="},
    {"10.0.0.1", "10.0.0.1", 80, 2000, "1:ByI26LGJ0ky5wcyiu9FSNpB+ALc="},
};

int main(void)
{
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
        bool is_ipv6 = strchr(flows[i].src, ':'), sender_is_low;
        struct segment segment = {
            .ip_version = is_ipv6 ? 6 : 4,
            .src_port = flows[i].src_port,
            .dst_port = flows[i].dst_port,
        };
        CHECK_INT(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, flows[i].src, segment.src), 1);
        CHECK_INT(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, flows[i].dst, segment.dst), 1);
        struct flow_key key;
        char text[COMMUNITY_ID_LENGTH + 1];
        flow_key_of(&segment, &key, &sender_is_low);
        community_id(&key, text);
        CHECK_TEXT(text, flows[i].id);
    }
    return check_done();
}
