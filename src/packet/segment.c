/* The text of a tunnel path. */
#include "packet/segment.h"

#include <stdio.h>

static const char *const layer_names[TUNNEL_COUNT] = {
    [TUNNEL_IPIP] = "ipip",       [TUNNEL_GRE] = "gre",     [TUNNEL_ERSPAN] = "erspan",
    [TUNNEL_TEREDO] = "teredo",   [TUNNEL_VXLAN] = "vxlan", [TUNNEL_GENEVE] = "geneve",
    [TUNNEL_GTPU] = "gtpu",       [TUNNEL_L2TP] = "l2tp",   [TUNNEL_CAPWAP] = "capwap",
    [TUNNEL_LISP] = "lisp",       [TUNNEL_AYIYA] = "ayiya", [TUNNEL_TZSP] = "tzsp",
    [TUNNEL_ETHERIP] = "etherip", [TUNNEL_SFLOW] = "sflow", [TUNNEL_LWAPP] = "lwapp",
    [TUNNEL_JMIRROR] = "jmirror",
};

const char *tunnel_text(uint64_t tunnel, char *text)
{
    size_t length = 0;
    for (; tunnel != 0; tunnel >>= 8) {
        const char *name = layer_names[(tunnel & 0xff) % TUNNEL_COUNT];
        const char *slash = length > 0 ? "/" : "";
        length += (size_t)snprintf(text + length, TUNNEL_TEXT_SIZE - length, "%s%s", slash, name);
    }
    return length > 0 ? text : NULL;
}
