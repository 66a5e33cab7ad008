/* ring.h: every operation leaves what it leaves in a plain array, and blocks are used again. */
#include "tcp/ring.h"

#include "check.h"
#include "random.h"

enum { RINGS = 3, COUNT_MAX = 1 << RING_CLASS_MAX };

struct element {
    uint64_t value;
    uint32_t copy; /* a second field, so that a torn element shows */
};

struct array {
    unsigned count;
    uint64_t values[COUNT_MAX];
};

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;
static struct array arrays[RINGS];

static void array_insert(struct array *array, unsigned i, uint64_t value)
{
    memmove(&array->values[i + 1], &array->values[i], (array->count - i) * sizeof value);
    array->values[i] = value;
    array->count++;
}

static void array_remove(struct array *array, unsigned i, unsigned n)
{
    array->count -= n;
    memmove(&array->values[i], &array->values[i + n], (array->count - i) * sizeof array->values[0]);
}

static bool is_equal(const struct ring *ring, const struct array *array)
{
    if (ring_count(ring) != array->count || !ring->block != !array->count)
        return false;
    for (unsigned i = 0; i < array->count; i++) {
        const struct element *element = ring_at(ring, i, sizeof *element);
        if (element->value != array->values[i] || element->copy != (uint32_t)element->value)
            return false;
    }
    return true;
}

static void set(struct element *element, uint64_t value)
{
    *element = (struct element){value, (uint32_t)value};
}

/* One random operation on both; `grows` favours those that add. */
static void change(struct random *random, struct ring *ring, struct array *array,
                   struct ring_pool *pool, bool grows)
{
    uint64_t value = random_next(random);
    unsigned i = random_below(random, array->count + 1);
    unsigned choice = random_below(random, grows ? 5 : 8);
    if (array->count == COUNT_MAX)
        choice = 7;
    if (choice <= 2) {
        set(ring_push(ring, pool, &fault), value);
        array_insert(array, array->count, value);
    } else if (choice == 3) {
        set(ring_insert(ring, i, pool, &fault), value);
        array_insert(array, i, value);
    } else if (choice <= 5 && i < array->count) {
        ring_remove(ring, i, pool);
        array_remove(array, i, 1);
    } else if (choice == 6 && array->count) {
        ring_drop(ring, i % 8 < array->count ? i % 8 : array->count, pool);
        array_remove(array, 0, i % 8 < array->count ? i % 8 : array->count);
    } else if (choice == 7 && array->count) {
        ring_truncate(ring, i, pool);
        array_remove(array, i, array->count - i);
    }
}

static void test_against_arrays(void)
{
    struct random random = {1};
    struct arena arena = arena_open(&memory);
    struct ring_pool pool = ring_pool_open(&arena, sizeof(struct element));
    struct ring rings[RINGS] = {0};
    unsigned wrong = 0;
    for (unsigned step = 0; step < 300000; step++) {
        unsigned which = random_below(&random, RINGS);
        change(&random, &rings[which], &arrays[which], &pool, step % 6000 < 3000);
        wrong += !is_equal(&rings[which], &arrays[which]);
    }
    CHECK_INT(wrong, 0);
    arena_close(&arena);
    CHECK_INT(memory.used, 0);
}

/* Rings that come and go need no more memory than one of them. */
static void test_reuse(void)
{
    struct arena arena = arena_open(&memory);
    struct ring_pool pool = ring_pool_open(&arena, sizeof(struct element));
    size_t used = 0;
    for (int round = 0; round < 100; round++) {
        struct ring ring = {0};
        for (unsigned i = 0; i < 10000; i++)
            set(ring_push(&ring, &pool, &fault), i);
        ring_drop(&ring, 10000, &pool);
        CHECK(!ring.block);
        if (round == 0)
            used = memory.used;
    }
    CHECK_INT(memory.used, used);
    arena_close(&arena);
}

static void test_largest(void)
{
    struct arena arena = arena_open(&memory);
    struct ring_pool pool = ring_pool_open(&arena, sizeof(struct element));
    struct ring ring = {0};
    for (unsigned i = 0; i < COUNT_MAX; i++)
        set(ring_push(&ring, &pool, &fault), i);
    CHECK_INT(ring_count(&ring), COUNT_MAX);
    CHECK_INT(((struct element *)ring_at(&ring, COUNT_MAX - 1, sizeof(struct element)))->value,
              COUNT_MAX - 1);
    arena_close(&arena);
}

/* Without memory an addition fails and the ring stays as it is. */
static void test_no_memory(void)
{
    struct memory little = {.limit = 100 << 10};
    struct arena arena = arena_open(&little);
    struct ring_pool pool = ring_pool_open(&arena, sizeof(struct element));
    struct ring ring = {0};
    struct array *array = &arrays[0];
    array->count = 0;
    struct element *element;
    while (array->count < COUNT_MAX && (element = ring_push(&ring, &pool, &fault))) {
        set(element, array->count);
        array_insert(array, array->count, array->count);
    }
    CHECK(array->count < COUNT_MAX);
    CHECK_INT(fault.code, FAULT_MEMORY_LIMIT);
    CHECK(!ring_insert(&ring, 1, &pool, &fault));
    CHECK(is_equal(&ring, array));
    arena_close(&arena);
    CHECK_INT(little.used, 0);
}

int main(void)
{
    test_against_arrays();
    test_reuse();
    test_largest();
    test_no_memory();
    return check_done();
}
