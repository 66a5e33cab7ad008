/* cursor.h: nothing is read outside the bytes, whatever the offset. */
#include "capture/cursor.h"

#include "check.h"

int main(void)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct cursor c = cursor_over(bytes, sizeof bytes), part = {0};

    CHECK_INT(u8_at(&c, 7), 8);
    CHECK_INT(u8_at(&c, 8), 0);
    CHECK_INT(be16_at(&c, 0), 0x0102);
    CHECK_INT(le16_at(&c, 0), 0x0201);
    CHECK_INT(be16_at(&c, 7), 0);
    CHECK_INT(be32_at(&c, 4), 0x05060708);
    CHECK_INT(le32_at(&c, 4), 0x08070605);
    CHECK_INT(be32_at(&c, 5), 0);
    CHECK_INT(be32_at(&c, SIZE_MAX), 0);
    CHECK_INT(u16_at(&c, 0, BIG_ENDIAN_FILE), 0x0102);
    CHECK_INT(u32_at(&c, 0, LITTLE_ENDIAN_FILE), 0x04030201);
    CHECK_INT(u64_at(&c, 0, BIG_ENDIAN_FILE), 0x0102030405060708);
    CHECK_INT(u64_at(&c, 0, LITTLE_ENDIAN_FILE), 0x0807060504030201);

    uint8_t copy[4] = {0};
    CHECK(copy_at(&c, 4, copy, 4) && copy[3] == 8);
    CHECK(!copy_at(&c, 5, copy, 4) && copy[3] == 8);

    CHECK(cursor_take(&c, 3, &part));
    CHECK_INT(part.left, 3);
    CHECK_INT(c.left, 5);
    CHECK_INT(u8_at(&part, 3), 0);
    CHECK(!cursor_take(&c, 6, &part));
    CHECK_INT(c.left, 5);
    CHECK_INT(part.left, 3);
    CHECK(!cursor_skip(&c, SIZE_MAX));
    CHECK(cursor_skip(&c, 5));
    CHECK_INT(c.left, 0);
    CHECK(cursor_skip(&c, 0));

    c = cursor_over(bytes, sizeof bytes);
    CHECK_INT(cursor_first(&c, 9).left, 8);
    CHECK_INT(cursor_first(&c, 2).left, 2);
    CHECK_INT(cursor_after(&c, 9).left, 0);
    CHECK_INT(u8_at(&(struct cursor){cursor_after(&c, 2).at, 6}, 0), 3);
    return check_done();
}
