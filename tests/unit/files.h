/* Small files for tests: bytes are put together in a `struct bytes` and written into a folder that
 * is removed at the end.
 *
 *     struct bytes b = {.order = LITTLE_ENDIAN_FILE};
 *     put32(&b, 0xa1b2c3d4);
 *     const char *path = write_file("a.pcap", &b);
 */
#ifndef UNIT_FILES_H
#define UNIT_FILES_H

#include "capture/cursor.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct bytes {
    enum byte_order order;
    size_t length;
    uint8_t data[1 << 20];
};

static char folder[] = "/tmp/tcpvtab-unit-XXXXXX";

static inline void put_bytes(struct bytes *b, const void *data, size_t length)
{
    if (length > sizeof b->data - b->length)
        abort();
    memcpy(b->data + b->length, data, length);
    b->length += length;
}

static inline void put_number(struct bytes *b, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        unsigned place = b->order == BIG_ENDIAN_FILE ? size - 1 - i : i;
        uint8_t byte = (uint8_t)(value >> 8 * place);
        put_bytes(b, &byte, 1);
    }
}

static inline void put16(struct bytes *b, uint16_t value)
{
    put_number(b, value, 2);
}

static inline void put32(struct bytes *b, uint32_t value)
{
    put_number(b, value, 4);
}

static inline void put64(struct bytes *b, uint64_t value)
{
    put_number(b, value, 8);
}

/* n bytes of the same value. */
static inline void put_fill(struct bytes *b, uint8_t value, size_t n)
{
    while (n-- > 0)
        put_bytes(b, &value, 1);
}

static inline void make_folder(void)
{
    if (!mkdtemp(folder))
        abort();
}

/* The path of a name in the folder; good until the eighth call after. */
static inline const char *path_of(const char *name)
{
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline const char *write_data(const char *name, const void *data, size_t length)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, length, file) != length || fclose(file) != 0)
        abort();
    return path;
}

static inline const char *write_file(const char *name, const struct bytes *b)
{
    return write_data(name, b->data, b->length);
}

static inline void remove_folder(void)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
            unlink(path_of(entry->d_name));
    closedir(directory);
    rmdir(folder);
}

/* The fault's text behind the path of the file that it must begin with; "" if it does not. */
static inline const char *after_path(const char *text, const char *path)
{
    size_t length = strlen(path);
    return strncmp(text, path, length) == 0 && text[length] == ':' ? text + length + 2 : "";
}

/* A little-endian pcap file header of version 2.4, and a record of `captured` bytes. */
static inline void put_pcap_header(struct bytes *b, uint32_t magic, uint32_t snaplen,
                                   uint32_t link_type)
{
    put32(b, magic);
    put16(b, 2);
    put16(b, 4);
    put64(b, 0);
    put32(b, snaplen);
    put32(b, link_type);
}

static inline void put_pcap_record(struct bytes *b, uint32_t seconds, uint32_t fraction,
                                   uint32_t captured, uint32_t original)
{
    put32(b, seconds);
    put32(b, fraction);
    put32(b, captured);
    put32(b, original);
    put_fill(b, (uint8_t)seconds, captured);
}

#endif
