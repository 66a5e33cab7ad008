/* name_pattern.c: which names fit. */
#include "capture/name_pattern.h"

#include "check.h"

static const struct {
    const char *pattern, *name;
    bool fits;
} cases[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "a", true},
    {"a", "ab", false},
    {"ab", "a", false},
    {"*", "", true},
    {"*", "any thing", true},
    {"a*", "a", true},
    {"*a", "ba", true},
    {"*a", "ab", false},
    {"a*b*c", "a-b-b-c", true},
    {"a*b*c", "a-c-b", false},
    {"*.pcap*", "x.pcap.gz", true},
    {"***x", "x", true},
    {"?", "a", true},
    {"?", "", false},
    {"?", "ab", false},
    {"a?c", "abc", true},
    {"[ab]c", "bc", true},
    {"[ab]c", "cc", false},
    {"[a-c]", "b", true},
    {"[a-c]", "d", false},
    {"[!a-c]", "d", true},
    {"[^a-c]", "b", false},
    {"[]a]", "]", true},
    {"[!]a]", "]", false},
    {"[a-]", "-", true},
    {"[-a]", "-", true},
    {"[\\]]", "]", true},
    {"[a", "[a", true},
    {"[a", "a", false},
    {"[", "[", true},
    {"*[0-9][0-9]", "ring017", true},
    {"\\*", "*", true},
    {"\\*", "a", false},
    {"\\", "\\", true},
    /* Hidden names. */
    {"*", ".hidden", false},
    {"?hidden", ".hidden", false},
    {"[.]hidden", ".hidden", false},
    {".*", ".hidden", true},
    {"a*", "a.b", true},
    /* Characters, not bytes. */
    {"?", "\u00e9", true},
    {"??", "\u00e9", false},
    {"[\u00e0-\u00ff]", "\u00e9", true},
    {"[a-z]", "\u00e9", false},
    {"*\u20ac", "5\u20ac", true},
    {"[!a]", "\U0001f40e", true},
    {"?", "\xe9", true}, /* Latin-1 */
};

/* It must not take time that doubles with each star. */
static void test_many_stars(void)
{
    char name[201], pattern[101];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i + 2 < sizeof pattern; i += 2)
        memcpy(pattern + i, "a*", 2);
    memcpy(pattern + sizeof pattern - 3, "*b", 3);
    CHECK(!name_fits(name, pattern));
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(name_fits(cases[i].name, cases[i].pattern), cases[i].fits);
        if (name_fits(cases[i].name, cases[i].pattern) != cases[i].fits)
            fprintf(stderr, "pattern %s, name %s\n", cases[i].pattern, cases[i].name);
    }
    test_many_stars();
    return check_done();
}
