/* TCP flags in words, as Wireshark writes them: "SYN,ACK". */
#ifndef VTAB_FLAGS_TEXT_H
#define VTAB_FLAGS_TEXT_H

#include <stdint.h>

/* FIN,SYN,RST,PSH,ACK,URG,ECE,CWR,AE and the end of the text. */
enum { FLAGS_TEXT_SIZE = 40 };

/* Writes the names of the flags that are set, in order from the lowest bit; "" if none is.  Returns
 * the length. The three reserved bits have no name. */
int flags_text(uint16_t flags, char text[FLAGS_TEXT_SIZE]);

#endif
