#include "capture/name_pattern.h"

#include <stddef.h>
#include <stdint.h>

/* Takes a character: its bytes as a number, which are in the same order as the characters. */
static uint32_t take_character(const char **text)
{
    enum { MORE_BYTES_MAX = 3 };
    uint32_t character = (uint8_t) * (*text)++;
    for (int i = 0; i < MORE_BYTES_MAX && ((uint8_t) * *text & 0xc0) == 0x80; i++)
        character = character << 8 | (uint8_t) * (*text)++;
    return character;
}

static uint32_t take_escaped(const char **pattern)
{
    if ((*pattern)[0] == '\\' && (*pattern)[1])
        ++*pattern;
    return take_character(pattern);
}

/* Looks for a character in the set that begins behind `[`.  Returns what follows the set, NULL if
 * it has no end. */
static const char *look_into_set(const char *set, uint32_t character, bool *is_found)
{
    bool is_negated = *set == '!' || *set == '^', is_listed = false;
    set += is_negated;
    for (bool is_first = true; is_first || *set != ']'; is_first = false) {
        if (!*set)
            return NULL;
        uint32_t low = take_escaped(&set), high = low;
        if (set[0] == '-' && set[1] && set[1] != ']') {
            set++;
            high = take_escaped(&set);
        }
        is_listed |= low <= character && character <= high;
    }
    *is_found = is_listed != is_negated;
    return set + 1;
}

/* Takes a character of the name, and what it is to fit from the pattern. */
static bool take_one(const char **name, const char **pattern)
{
    if (!**name || !**pattern)
        return false;
    uint32_t character = take_character(name);
    if (**pattern == '?') {
        ++*pattern;
        return true;
    }
    bool is_found;
    const char *behind =
        **pattern == '[' ? look_into_set(*pattern + 1, character, &is_found) : NULL;
    if (!behind)
        return take_escaped(pattern) == character;
    *pattern = behind;
    return is_found;
}

/* Where the name does not fit any more, the last `*` takes one character more. */
bool name_fits(const char *name, const char *pattern)
{
    const char *behind_star = NULL, *name_there = name;
    if (*name == '.' && *pattern != '.')
        return false;
    while (*name || *pattern) {
        if (*pattern == '*') {
            behind_star = ++pattern;
            name_there = name;
        } else if (!take_one(&name, &pattern)) {
            if (!behind_star || !*name_there)
                return false;
            take_character(&name_there);
            name = name_there;
            pattern = behind_star;
        }
    }
    return true;
}
