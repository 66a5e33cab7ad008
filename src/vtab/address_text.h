/* IP addresses as text, in the form of inet_ntop. */
#ifndef VTAB_ADDRESS_TEXT_H
#define VTAB_ADDRESS_TEXT_H

#include <stdint.h>

enum { ADDRESS_TEXT_SIZE = 46 }; /* INET6_ADDRSTRLEN */

/* Writes the address and returns the length of the text.  IPv4 uses the first four bytes. */
int address_text(uint8_t ip_version, const uint8_t address[16], char text[ADDRESS_TEXT_SIZE]);

#endif
