/* From an argument to an ordered list of capture files: see dataset.h.
 *
 * A `struct listing` is what the file system says is behind the argument, by name; the data set is
 * those of them that are captures, by time.  Comparing listings tells whether a data set is still
 * current. */
#include "capture/dataset.h"

#include "capture/capture.h"
#include "capture/name_pattern.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

struct listing {
    const struct stop *stop; /* who may end the listing; borrowed while it is made */
    size_t count, capacity;
    struct listed {
        char *path;
        struct file_identity identity;
        bool is_from_directory; /* which may hold files that are no captures */
        bool is_capture, has_packets;
        int64_t first_time_ns;
    } * files;
};

static void listing_close(struct listing *listing)
{
    if (!listing)
        return;
    for (size_t i = 0; i < listing->count; i++)
        free(listing->files[i].path);
    free(listing->files);
    free(listing);
}

/* Adds a file; of those in a directory only regular ones, and no directory. */
static bool add_file(struct listing *listing, const char *path, bool is_from_directory,
                     struct fault *fault)
{
    struct file_identity identity;
    if (!file_look_up(path, &identity))
        return errno == ENOENT || fault_system(fault, FAULT_CANNOT_OPEN, path, "cannot open");
    if (identity.is_directory || (is_from_directory && !identity.is_regular))
        return true;
    if (listing->count == listing->capacity) {
        size_t capacity = listing->capacity ? 2 * listing->capacity : 16;
        struct listed *files = realloc(listing->files, capacity * sizeof *files);
        if (!files)
            return fault_out_of_memory(fault);
        listing->files = files;
        listing->capacity = capacity;
    }
    char *copy = strdup(path);
    if (!copy)
        return fault_out_of_memory(fault);
    listing->files[listing->count++] = (struct listed){.path = copy,
                                                       .identity = identity,
                                                       .is_from_directory = is_from_directory,
                                                       .is_capture = true};
    return true;
}

/* The next name in a folder; NULL at the end, or with errno or a fault. */
static const char *next_name(struct listing *listing, struct folder *folder, bool *fine,
                             struct fault *fault)
{
    *fine = !stop_is_wanted(listing->stop) || fault_stopped(fault);
    return *fine ? folder_next(folder) : NULL;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct listed *)a)->path, ((const struct listed *)b)->path);
}

/* Files without packets first, then by time; by name where that says nothing. */
static int by_first_packet(const void *a, const void *b)
{
    const struct listed *first = a, *second = b;
    if (first->has_packets != second->has_packets)
        return first->has_packets ? 1 : -1;
    if (first->first_time_ns != second->first_time_ns)
        return first->first_time_ns < second->first_time_ns ? -1 : 1;
    return by_path(a, b);
}

static void sort(struct listing *listing, int (*compare)(const void *, const void *))
{
    if (listing->count > 1)
        qsort(listing->files, listing->count, sizeof *listing->files, compare);
}

/* What is to follow a directory's path: nothing, or the kind of separator that is in it. */
static const char *separator_behind(const char *path)
{
    const char *separator = PATH_SEPARATORS;
    for (const char *at = path; *at; at++)
        if (strchr(PATH_SEPARATORS, *at))
            separator = at[1] ? at : "";
    return separator;
}

static bool list_directory(struct listing *listing, const char *path, struct fault *fault)
{
    struct folder *directory = folder_open(path);
    if (!directory)
        return fault_system(fault, FAULT_CANNOT_OPEN, path, "cannot open");
    const char *separator = separator_behind(path);
    bool fine = true;
    const char *name;
    while (fine && (name = next_name(listing, directory, &fine, fault))) {
        if (name[0] == '.')
            continue;
        char *file = NULL;
        fine = asprintf(&file, "%s%.1s%s", path, separator, name) >= 0
                   ? add_file(listing, file, true, fault)
                   : fault_out_of_memory(fault);
        free(file);
    }
    if (fine && errno != 0)
        fine = fault_system(fault, FAULT_CANNOT_OPEN, path, "cannot read");
    folder_close(directory);
    return fine;
}

static bool list_matches(struct listing *listing, const char *folder, const char *pattern,
                         struct fault *fault);

/* Goes on in the folder with a name that fits: it is a file to add, or what follows of the pattern,
 * `more`, is about what lies in it. */
static bool take_match(struct listing *listing, const char *folder, const char *name,
                       size_t name_length, const char *more, struct fault *fault)
{
    size_t separators = strspn(more, PATH_SEPARATORS);
    const char *rest = more + separators;
    if (strlen(folder) + name_length >= PATH_MAX)
        return true; /* there is no such file */
    char *path;
    if (asprintf(&path, "%s%.*s%.*s", folder, (int)name_length, name, (int)separators, more) < 0)
        return fault_out_of_memory(fault);
    struct file_identity ignored;
    bool fine = *rest ? list_matches(listing, path, rest, fault)
                      : !file_look_up(path, &ignored) || add_file(listing, path, false, fault);
    free(path);
    return fine;
}

/* Adds the files in the folder, "" or with a separator at its end, that fit the pattern.  A folder
 * that may not be read has none, as in a shell.  (glibc's own glob frees memory twice when it gets
 * no more of it.)  Calls itself once a folder: no deeper than a path is long. */
static bool list_matches(struct listing *listing, const char *folder, const char *pattern,
                         struct fault *fault)
{
    size_t length = strcspn(pattern, PATH_SEPARATORS);
    const char *more = pattern + length;
    if (strcspn(pattern, "*?[\\") >= length)
        return take_match(listing, folder, pattern, length, more, fault);
    char *component = NULL;
    if (asprintf(&component, "%.*s", (int)length, pattern) < 0)
        return fault_out_of_memory(fault);
    struct folder *directory = folder_open(*folder ? folder : ".");
    bool fine = directory || (errno != ENOMEM && errno != EMFILE && errno != ENFILE) ||
                fault_system(fault, FAULT_CANNOT_OPEN, pattern, "cannot open");
    const char *name;
    while (fine && directory && (name = next_name(listing, directory, &fine, fault)))
        if (name_fits(name, component))
            fine = take_match(listing, folder, name, strlen(name), more, fault);
    if (directory)
        folder_close(directory);
    free(component);
    return fine;
}

/* Adds what one path, glob or directory names. */
static bool list_one(struct listing *listing, const char *pattern, struct fault *fault)
{
    struct file_identity identity;
    size_t before = listing->count;
    int reason = ENOENT; /* of a file that goes away between two looks */
    bool is_there = file_look_up(pattern, &identity), fine;
    if (is_there && identity.is_directory)
        return list_directory(listing, pattern, fault);
    if (is_there) {
        fine = add_file(listing, pattern, false, fault);
    } else {
        reason = errno;
        fine = list_matches(listing, "", pattern, fault);
    }
    errno = reason;
    return fine && (listing->count > before ||
                    fault_system(fault, FAULT_CANNOT_OPEN, pattern, "cannot open"));
}

static bool list_lines(struct listing *listing, const char *lines, struct fault *fault)
{
    bool fine = true;
    while (fine && *lines) {
        size_t length = strcspn(lines, "\n");
        char *line;
        if (asprintf(&line, "%.*s", (int)length, lines) < 0)
            return fault_out_of_memory(fault);
        fine = list_one(listing, line, fault);
        free(line);
        lines += lines[length] ? length + 1 : length;
    }
    return fine;
}

/* What is behind the pattern now, by name; NULL with a fault. */
static struct listing *list_files(const char *pattern, const struct stop *stop, struct fault *fault)
{
    struct listing *listing = calloc(1, sizeof *listing);
    if (!listing) {
        fault_out_of_memory(fault);
        return NULL;
    }
    listing->stop = stop;
    struct file_identity ignored;
    bool is_list = strchr(pattern, '\n') && !file_look_up(pattern, &ignored);
    if (is_list ? list_lines(listing, pattern, fault) : list_one(listing, pattern, fault)) {
        sort(listing, by_path);
        return listing;
    }
    listing_close(listing);
    return NULL;
}

/* Whether the file is a capture, and when its first packet came.  Damage counts as no packets:
 * whoever reads the file will report it. */
static bool look_into(struct listed *file, struct memory *memory, struct fault *fault)
{
    if (!file->identity.is_regular)
        return true;
    struct capture *capture = capture_open(file->path, memory, fault);
    if (!capture) {
        file->is_capture = false;
        return file->is_from_directory && fault->code == FAULT_NOT_A_CAPTURE;
    }
    struct packet packet;
    enum capture_result result = capture_next(capture, &packet, fault);
    if (result == CAPTURE_PACKET) {
        file->has_packets = true;
        file->first_time_ns = packet.time_ns;
    }
    capture_close(capture);
    return result != CAPTURE_FAILED || fault->code == FAULT_DAMAGE;
}

static bool look_into_all(struct listing *listing, struct memory *memory, struct fault *fault)
{
    if (listing->count == 1 && !listing->files[0].is_from_directory)
        return true;
    for (size_t i = 0; i < listing->count; i++)
        if (!look_into(&listing->files[i], memory, fault))
            return false;
    return true;
}

/* Fills the data set with the captures of its listing, in order. */
static bool take_captures(struct dataset *dataset, struct fault *fault)
{
    struct listing *listing = dataset->listing;
    sort(listing, by_first_packet);
    dataset->paths = calloc(listing->count + 1, sizeof *dataset->paths);
    dataset->identities = calloc(listing->count + 1, sizeof *dataset->identities);
    if (!dataset->paths || !dataset->identities)
        return fault_out_of_memory(fault);
    for (size_t i = 0; i < listing->count; i++) {
        if (!listing->files[i].is_capture)
            continue;
        dataset->paths[dataset->count] = listing->files[i].path;
        dataset->identities[dataset->count++] = listing->files[i].identity;
    }
    sort(listing, by_path);
    return true;
}

struct dataset *dataset_open(const char *pattern, struct memory *memory, struct fault *fault)
{
    struct dataset *dataset = calloc(1, sizeof *dataset);
    if (!dataset) {
        fault_out_of_memory(fault);
        return NULL;
    }
    dataset->listing = list_files(pattern, &memory->stop, fault);
    if (!dataset->listing || !look_into_all(dataset->listing, memory, fault) ||
        !take_captures(dataset, fault))
        goto failed;
    if (dataset->count > 0)
        return dataset;
    fault_set(fault, FAULT_NOT_A_CAPTURE, "%s: is a directory without captures", pattern);
failed:
    dataset_close(dataset);
    return NULL;
}

void dataset_close(struct dataset *dataset)
{
    if (!dataset)
        return;
    listing_close(dataset->listing);
    free(dataset->paths);
    free(dataset->identities);
    free(dataset);
}

/* A pipe cannot be read again, so what was read of it stays valid. */
static bool is_same_file(const struct listed *before, const struct listed *now)
{
    const struct file_identity *a = &before->identity, *b = &now->identity;
    if (strcmp(before->path, now->path) != 0 || a->is_regular != b->is_regular)
        return false;
    return !a->is_regular || (a->device == b->device && a->inode == b->inode &&
                              a->size == b->size && a->modified_ns == b->modified_ns);
}

uint64_t dataset_size(const struct dataset *dataset)
{
    uint64_t size = 0;
    for (size_t i = 0; i < dataset->count; i++)
        size += dataset->identities[i].size;
    return size;
}

bool dataset_is_current(const struct dataset *dataset, const char *pattern, const struct stop *stop)
{
    struct fault fault;
    struct listing *before = dataset->listing, *now = list_files(pattern, stop, &fault);
    bool is_current = now && now->count == before->count;
    for (size_t i = 0; is_current && i < now->count; i++)
        is_current = is_same_file(&before->files[i], &now->files[i]);
    listing_close(now);
    return is_current;
}
