/* pipeline.c: batches read ahead by a second thread are those that one thread reads. */
#include "tcp/pipeline.h"

#include "check.h"
#include "files.h"
#include "packets.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* Enough for a reading thread that fills its queue. */
enum { PACKETS = PIPELINE_ALONE + 30 * SEGMENT_BATCH_MAX };

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;
static struct bytes file;

/* Packets of one flow, but each one from that number on is of its own. */
static void put_packets(uint32_t flows_from)
{
    enum { IDENTIFIED_BY = 12 }; /* the source address, in an IPv4 header */
    struct built built = build(IPV4_TCP);
    file.length = 0;
    put_pcap_header(&file, 0xa1b2c3d4, 65535, 101);
    for (uint32_t i = 0; i < PACKETS; i++) {
        if (i >= flows_from)
            memcpy(built.data + IDENTIFIED_BY, &i, sizeof i);
        put32(&file, i);
        put32(&file, 0);
        put32(&file, (uint32_t)built.length);
        put32(&file, (uint32_t)built.length);
        put_bytes(&file, built.data, built.length);
    }
}

/* What the work aside has seen. */
struct seen {
    atomic_long segments; /* in their order; the other thread may be at work on the next */
    long fails_from;      /* it fails at the batch with this segment; 0: never */
};

struct opened {
    struct dataset *dataset;
    struct grouping *grouping;
    struct seen *seen;
    struct segment_stream *stream;
    struct pipeline *pipeline;
    struct stop stop; /* that the memory had before */
    long taken;       /* segments, in their order */
};

static bool work_aside(void *context, const struct grouped_batch *batch, struct fault *of)
{
    struct seen *seen = context;
    for (size_t i = 0; i < batch->read.count; i++)
        seen->segments += batch->read.segments[i].frame == (uint64_t)seen->segments + 1;
    if (seen->fails_from && seen->segments >= seen->fails_from)
        return fault_set(of, FAULT_MEMORY, "enough");
    return true;
}

static struct opened open_pipeline(const char *path, bool two_threads)
{
    const struct segment_stream_options options = {.wants = 0};
    const uint64_t hash_key[2] = {7, 9};
    static struct seen seen;
    atomic_init(&seen.segments, 0);
    seen.fails_from = 0;
    struct opened opened = {
        .dataset = dataset_open(path, &memory, &fault), .stop = memory.stop, .seen = &seen};
    opened.stream = segment_stream_open(opened.dataset, &options, &memory, &fault);
    opened.grouping = grouping_open(hash_key, &memory, &fault);
    const struct pipeline_work work = {opened.grouping, work_aside, &seen};
    opened.pipeline = pipeline_open(opened.stream, &work, two_threads, &memory, &fault);
    CHECK(opened.pipeline != NULL);
    return opened;
}

static void close_pipeline(struct opened opened)
{
    pipeline_close(opened.pipeline);
    CHECK(memory.stop.is_wanted == opened.stop.is_wanted);
    grouping_close(opened.grouping);
    segment_stream_close(opened.stream);
    dataset_close(opened.dataset);
    CHECK_INT(memory.used, 0);
}

/* Takes batches until the end, a fault, or `enough` segments; how many came so far, each grouped
 * and seen aside before. */
static long take(struct opened *opened, long enough)
{
    const struct grouped_batch *batch;
    do {
        batch = pipeline_next(opened->pipeline, &fault);
        for (size_t i = 0; batch && i < batch->read.count; i++)
            opened->taken += batch->read.segments[i].frame == (uint64_t)opened->taken + 1 &&
                             batch->assignments[i].has_connection;
        CHECK(!batch || opened->seen->segments >= opened->taken);
    } while (batch && !batch->read.at_end && opened->taken < enough);
    return opened->taken;
}

static void test_same(const char *path)
{
    for (int two_threads = 0; two_threads < 2; two_threads++) {
        struct opened opened = open_pipeline(path, two_threads);
        CHECK_INT(take(&opened, PACKETS + 1), PACKETS);
        CHECK_INT(segment_stream_accounts(opened.stream)->packets, PACKETS);
        close_pipeline(opened);
    }
}

/* Who wants few packets starts no thread, and takes no memory for its queue. */
static void test_few(const char *path)
{
    struct opened opened = open_pipeline(path, true);
    CHECK_INT(take(&opened, 1), SEGMENT_BATCH_MAX);
    size_t used = memory.used;
    CHECK_INT(take(&opened, PIPELINE_ALONE), PIPELINE_ALONE);
    CHECK_INT(memory.used, used);
    close_pipeline(opened);
}

/* Closed while the thread reads, and while it waits for a place. */
static void test_early_close(const char *path)
{
    for (int i = 0; i < 20; i++) {
        struct opened opened = open_pipeline(path, true);
        size_t used = memory.used;
        CHECK_INT(take(&opened, PIPELINE_ALONE + 1), PIPELINE_ALONE + SEGMENT_BATCH_MAX);
        CHECK(memory.used > used);
        usleep((useconds_t)(i * 100));
        close_pipeline(opened);
    }
}

/* A forked child that closes what it inherited does not wait for a thread that it has not. */
static void test_fork(const char *path)
{
    enum { FULL_US = 100 * 1000 }; /* by then the thread waits for a place */
    struct opened opened = open_pipeline(path, true);
    take(&opened, PIPELINE_ALONE + 1);
    usleep(FULL_US);
    pid_t child = fork();
    if (child == 0) {
        alarm(10);
        pipeline_close(opened.pipeline);
        _exit(0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    close_pipeline(opened);
}

/* A fault comes after the segments before it, and again. */
static void test_fault(void)
{
    put_fill(&file, 0xff, 64); /* a record of 4 GiB */
    const char *path = write_file("corrupt.pcap", &file);
    for (int two_threads = 0; two_threads < 2; two_threads++) {
        struct opened opened = open_pipeline(path, two_threads);
        CHECK_INT(take(&opened, PACKETS + 1), PACKETS);
        for (int i = 0; i < 2; i++) {
            fault.code = FAULT_NONE;
            CHECK(!pipeline_next(opened.pipeline, &fault));
            CHECK_INT(fault.code, FAULT_DAMAGE);
        }
        close_pipeline(opened);
    }
}

/* When the work aside fails, its fault comes instead of the batch. */
static void test_work_fault(const char *path)
{
    for (int two_threads = 0; two_threads < 2; two_threads++) {
        struct opened opened = open_pipeline(path, two_threads);
        long fails_from = PACKETS - 5 * SEGMENT_BATCH_MAX;
        opened.seen->fails_from = fails_from;
        CHECK(take(&opened, PACKETS + 1) < fails_from);
        CHECK_INT(fault.code, FAULT_MEMORY);
        CHECK(!pipeline_next(opened.pipeline, &fault));
        close_pipeline(opened);
    }
}

/* When there is no memory for grouping, the fault comes after the batches that were grouped. */
static void test_grouping_fault(const char *path)
{
    size_t limit = memory.limit;
    put_packets(PIPELINE_ALONE);
    const char *flows = write_file("flows.pcap", &file);
    for (int two_threads = 0; two_threads < 2; two_threads++) {
        struct opened opened = open_pipeline(path, two_threads);
        take(&opened, PACKETS);
        memory.limit = memory.used + (100 << 10);
        close_pipeline(opened);
        opened = open_pipeline(flows, two_threads);
        long taken = take(&opened, PACKETS + 1);
        CHECK(taken > PIPELINE_ALONE && taken < PACKETS);
        for (int i = 0; i < 2; i++) {
            CHECK_INT(fault.code, FAULT_MEMORY_LIMIT);
            fault.code = FAULT_NONE;
            CHECK(!pipeline_next(opened.pipeline, &fault));
        }
        close_pipeline(opened);
        memory.limit = limit;
    }
}

/* ---- a pipe that falls silent ---- */

static const char *pipe_path;

/* Writes all there is and does not close; the descriptor is what the thread returns. */
static void *write_pipe(void *context)
{
    (void)context;
    int descriptor = open(pipe_path, O_WRONLY);
    for (size_t done = 0; done < file.length;) {
        ssize_t count = write(descriptor, file.data + done, file.length - done);
        if (count < 0)
            break;
        done += (size_t)count;
    }
    return (void *)(intptr_t)descriptor;
}

struct patience {
    pthread_t asked_on; /* the only thread that may ask */
    int questions;
    bool is_over;
};

static bool has_waited(void *context)
{
    struct patience *patience = context;
    CHECK(pthread_equal(pthread_self(), patience->asked_on));
    return patience->is_over && ++patience->questions >= 3;
}

/* The caller's thread is asked while it waits, and the reading thread ends with it. */
static void test_stop(void)
{
    struct patience patience = {.asked_on = pthread_self()};
    pthread_t writer;
    void *descriptor;
    pipe_path = path_of("silent");
    CHECK_INT(mkfifo(pipe_path, 0600), 0);
    CHECK_INT(pthread_create(&writer, NULL, write_pipe, NULL), 0);
    memory.stop = (struct stop){has_waited, &patience};
    struct opened opened = open_pipeline(pipe_path, true);
    patience.is_over = take(&opened, PIPELINE_ALONE + 1) > 0;
    CHECK(take(&opened, PACKETS + 1) > PIPELINE_ALONE);
    CHECK_INT(fault.code, FAULT_STOPPED);
    CHECK(patience.questions >= 3);
    pthread_join(writer, &descriptor);
    close_pipeline(opened);
    close((int)(intptr_t)descriptor);
}

int main(void)
{
    make_folder();
    put_packets(PACKETS);
    const char *path = write_file("packets.pcap", &file);
    test_same(path);
    test_few(path);
    test_early_close(path);
    test_fork(path);
    test_work_fault(path);
    test_fault();
    test_grouping_fault(path);
    put_packets(PACKETS);
    test_stop();
    remove_folder();
    return check_done();
}
