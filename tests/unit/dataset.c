/* dataset.c: what an argument names, in which order, and whether it is still the same. */
#include "capture/dataset.h"

#include "check.h"
#include "files.h"

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;

/* A capture whose first packet came at that second; 0 for a capture without packets. */
static const char *write_capture(const char *name, uint32_t seconds)
{
    static struct bytes b;
    b.length = 0;
    put_pcap_header(&b, 0xa1b2c3d4, 65535, 1);
    if (seconds)
        put_pcap_record(&b, seconds, 0, 10, 10);
    return write_file(name, &b);
}

static struct dataset *open_dataset(const char *pattern)
{
    struct dataset *dataset = dataset_open(pattern, &memory, &fault);
    CHECK(dataset != NULL);
    if (!dataset)
        fprintf(stderr, "%s\n", fault.text);
    CHECK_INT(memory.used, 0);
    return dataset;
}

/* The last parts of the paths, one behind the other. */
static const char *names_of(const struct dataset *dataset)
{
    static char names[200];
    names[0] = 0;
    for (size_t i = 0; i < dataset->count; i++) {
        strcat(names, i ? " " : "");
        strcat(names, strrchr(dataset->paths[i], '/') + 1);
    }
    return names;
}

static void check_names(const char *pattern, const char *names)
{
    struct dataset *dataset = open_dataset(pattern);
    CHECK_TEXT(names_of(dataset), names);
    CHECK(dataset_is_current(dataset, pattern, &memory.stop));
    dataset_close(dataset);
}

static void check_refused(const char *pattern, enum fault_code code, const char *text)
{
    CHECK(!dataset_open(pattern, &memory, &fault));
    CHECK_INT(fault.code, code);
    CHECK_TEXT(after_path(fault.text, pattern), text);
    CHECK_INT(memory.used, 0);
}

static void test_order(void)
{
    write_capture("a.pcap", 300);
    write_capture("b.pcap", 100);
    write_capture("c.pcap", 200);
    write_capture("d.pcap", 0);
    write_capture("e.pcap", 100);
    check_names(path_of("*.pcap"), "d.pcap b.pcap e.pcap c.pcap a.pcap");
    check_names(path_of("a.pcap"), "a.pcap");
    check_names(path_of("[ab].pcap"), "b.pcap a.pcap");
    /* A path that exists is no glob. */
    write_capture("[ab].pcap", 1);
    check_names(path_of("[ab].pcap"), "[ab].pcap");
    unlink(path_of("[ab].pcap"));
}

static void test_directory(void)
{
    write_data("notes.txt", "notes", 5);
    write_data(".hidden", "hidden", 6);
    CHECK_INT(mkfifo(path_of("pipe"), 0600), 0);
    check_names(folder, "d.pcap b.pcap e.pcap c.pcap a.pcap");
    check_refused(path_of("*"), FAULT_NOT_A_CAPTURE, "");
    CHECK(strstr(fault.text, "/notes.txt: is not a capture"));
    /* A pipe alone is not opened, which would wait for a writer. */
    check_names(path_of("pipe"), "pipe");
    check_names(path_of("[dp]*"), "d.pcap pipe");
}

static void test_refusals(void)
{
    check_refused(path_of("nothing.pcap"), FAULT_CANNOT_OPEN,
                  "cannot open: No such file or directory");
    check_refused(path_of("nothing*"), FAULT_CANNOT_OPEN, "cannot open: No such file or directory");
    check_refused("", FAULT_CANNOT_OPEN, "cannot open: No such file or directory");
    const char *directory = path_of("empty");
    CHECK_INT(mkdir(directory, 0700), 0);
    check_refused(directory, FAULT_NOT_A_CAPTURE, "is a directory without captures");
    rmdir(directory);
}

static void test_currency(void)
{
    const char *pattern = path_of("*.pcap");
    struct dataset *dataset = open_dataset(pattern);
    CHECK(dataset_is_current(dataset, pattern, &memory.stop));
    CHECK(!dataset_is_current(dataset, path_of("a.pcap"), &memory.stop));
    write_capture("f.pcap", 1);
    CHECK(!dataset_is_current(dataset, pattern, &memory.stop));
    unlink(path_of("f.pcap"));
    CHECK(dataset_is_current(dataset, pattern, &memory.stop));
    write_capture("d.pcap", 1);
    CHECK(!dataset_is_current(dataset, pattern, &memory.stop));
    dataset_close(dataset);
}

/* A ring of many files needs one descriptor. */
static void test_many_files(void)
{
    enum { FILES = 1100 };
    char name[32];
    for (uint32_t i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "ring%04u", FILES - i);
        write_capture(name, i + 1);
    }
    struct dataset *dataset = open_dataset(path_of("ring*"));
    CHECK_INT(dataset->count, FILES);
    for (uint32_t i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "ring%04u", FILES - i);
        CHECK_TEXT(strrchr(dataset->paths[i], '/') + 1, name);
    }
    dataset_close(dataset);
}

int main(void)
{
    make_folder();
    test_order();
    test_directory();
    test_refusals();
    test_currency();
    test_many_files();
    remove_folder();
    return check_done();
}
