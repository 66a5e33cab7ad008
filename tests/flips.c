/* Every prefix and every flipped bit of a capture, through every table: rows or a clear error, and
 * the same ones when asked again by another connection.
 *
 * usage: flips CAPTURE...
 *
 * The flips are those of the first FLIPPED_MAX bytes.  A capture longer than CAPTURE_MAX is
 * refused: the work grows with the square of the length. */
#include "fuzz/memory_file.h"
#include "fuzz/tables.h"

enum { CAPTURE_MAX = 4096, FLIPPED_MAX = 2048 };

struct run {
    struct tables first, second;
    unsigned variants;
};

static void try_variant(struct run *run, const char *name, const uint8_t *data, size_t size,
                        const char *what, size_t where)
{
    /* A new file each time, so that nothing known of an older one is used. */
    struct memory_file file = memory_file_open(data, size);
    uint64_t first = digest_tables(&run->first, file.path);
    uint64_t second = digest_tables(&run->second, file.path);
    memory_file_close(&file);
    run->variants++;
    if (first != second) {
        fprintf(stderr, "%s: with %s %zu two connections get different results\n", name, what,
                where);
        exit(1);
    }
}

static void try_capture(struct run *run, const char *path)
{
    uint8_t data[CAPTURE_MAX + 1];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    if (size > CAPTURE_MAX) {
        fprintf(stderr, "%s: longer than %d bytes\n", path, CAPTURE_MAX);
        exit(1);
    }
    for (size_t length = 0; length <= size; length++)
        try_variant(run, path, data, length, "length", length);
    for (size_t bit = 0; bit < 8 * size && bit < 8 * FLIPPED_MAX; bit++) {
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        try_variant(run, path, data, size, "bit", bit);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int main(int argc, char **argv)
{
    struct run run = {.first = tables_open(), .second = tables_open()};
    for (int i = 1; i < argc; i++)
        try_capture(&run, argv[i]);
    tables_close(&run.first);
    tables_close(&run.second);
    printf("%u variants\n", run.variants);
    return run.variants == 0;
}
