/* Community ID version 1, seed 0: one text for a flow, the same in Zeek, Suricata, Arkime …
 * (https://github.com/corelight/community-id-spec). */
#ifndef TCP_COMMUNITY_ID_H
#define TCP_COMMUNITY_ID_H

#include "tcp/end_points.h"

enum { COMMUNITY_ID_LENGTH = 30 }; /* "1:" and 28 characters of base 64 */

void community_id(const struct flow_key *key, char text[COMMUNITY_ID_LENGTH + 1]);

#endif
