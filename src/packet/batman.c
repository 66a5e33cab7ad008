/* B.A.T.M.A.N. advanced: a mesh that carries Ethernet frames.
 *
 * Source: the packet formats of the Linux module, compatibility versions 14 and 15; tshark. */
#include "packet/walk.h"

static const struct {
    uint8_t version, type;
    uint8_t header; /* its length */
} packets[] = {
    {15, 0x40, 10}, /* unicast */
    {15, 0x42, 18}, /* unicast with four addresses */
    {15, 0x01, 14}, /* broadcast */
    {14, 3, 10},    {14, 9, 18}, {14, 4, 14},
};

enum fate decode_batman(struct walk *walk, struct cursor bytes)
{
    uint8_t type = u8_at(&bytes, 0), version = u8_at(&bytes, 1);
    if (bytes.left < 2)
        return walk_cut(walk);
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        if (packets[i].version == version && packets[i].type == type)
            return cursor_skip(&bytes, packets[i].header) ? decode_ethernet(walk, bytes)
                                                          : walk_cut(walk);
    return FATE_NOT_IP;
}
