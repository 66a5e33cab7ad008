/* Names against one part of a glob, the same on every system and in every locale. */
#ifndef CAPTURE_NAME_PATTERN_H
#define CAPTURE_NAME_PATTERN_H

#include <stdbool.h>

/* Whether a name fits a pattern: `*` is any text, `?` any character, `[a-z]` one of these, `[!a-z]`
 * one of all others, `\` takes the next character as it stands.  A name that begins with a period
 * is hidden from patterns that do not.  (POSIX 2.13.3, without classes such as [:digit:].)
 * Characters are UTF-8. */
bool name_fits(const char *name, const char *pattern);

#endif
