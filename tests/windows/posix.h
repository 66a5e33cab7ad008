/* What sqllogictest.c uses of POSIX and mingw-w64 lacks, just enough for it: include it first. */
#ifndef TESTS_WINDOWS_POSIX_H
#define TESTS_WINDOWS_POSIX_H

#include <direct.h>
#include <io.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stream that becomes a text when it is closed.  Not more than this many are open at once. */
enum { TEXT_STREAMS_MAX = 8 };

static struct text_stream {
    FILE *file;
    char **text;
    size_t *size;
} text_streams[TEXT_STREAMS_MAX];

static inline FILE *open_memstream(char **text, size_t *size)
{
    for (int i = 0; i < TEXT_STREAMS_MAX; i++) {
        if (text_streams[i].file)
            continue;
        text_streams[i] = (struct text_stream){tmpfile(), text, size};
        return text_streams[i].file;
    }
    return NULL;
}

static inline int close_stream(FILE *file)
{
    for (int i = 0; i < TEXT_STREAMS_MAX; i++) {
        struct text_stream *stream = &text_streams[i];
        if (stream->file != file)
            continue;
        size_t size = (size_t)ftell(file);
        *stream->size = size;
        *stream->text = calloc(1, size + 1);
        rewind(file);
        if (!*stream->text || fread(*stream->text, 1, size, file) != size)
            return EOF;
        stream->file = NULL;
    }
    return fclose(file);
}
#define fclose close_stream

/* One buffer for all lines. */
static inline int getline(char **line, size_t *capacity, FILE *file)
{
    enum { LINE_LENGTH_MAX = 1 << 16 };
    if (!*line)
        *line = malloc(*capacity = LINE_LENGTH_MAX);
    return *line && fgets(*line, LINE_LENGTH_MAX, file) ? (int)strlen(*line) : -1;
}

static inline char *mkdtemp(char *name)
{
    char *digits = name + strlen(name) - strlen("XXXXXX");
    snprintf(digits, sizeof "XXXXXX", "%06d", _getpid() % 1000000);
    return mkdir(name) == 0 ? name : NULL;
}

/* Folders, too. */
static inline int remove_any(const char *path)
{
    return _rmdir(path) == 0 ? 0 : remove(path);
}
#define remove remove_any

static inline int geteuid(void)
{
    return 0; /* wine asks no file for permission */
}

#endif
