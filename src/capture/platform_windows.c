/* Windows 7 and later, built by mingw-w64: see platform.h.
 *
 * Paths are UTF-8 outside and UTF-16 inside.  Files are opened so that others may go on to write,
 * rename and delete them, as on POSIX.
 *
 * Limits: named pipes and devices are refused; a path has at most PATH_LENGTH_MAX characters. */
#include "capture/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Before windows.h, which would include an older one. */
#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

enum { PATH_LENGTH_MAX = 4096, NS_PER_SECOND = 1000 * 1000 * 1000 };

/* A FILETIME counts 100 ns from 1601 on. */
enum { NS_PER_FILE_TIME = 100 };
static const int64_t FILE_TIME_OF_1970 = INT64_C(116444736000000000);

/* What Windows says about files and memory in the words of POSIX; anything else is EIO. */
static const struct {
    DWORD error;
    int number;
} reasons[] = {
    {ERROR_FILE_NOT_FOUND, ENOENT},
    {ERROR_PATH_NOT_FOUND, ENOENT},
    {ERROR_INVALID_NAME, ENOENT},
    {ERROR_BAD_PATHNAME, ENOENT},
    {ERROR_INVALID_DRIVE, ENOENT},
    {ERROR_BAD_NETPATH, ENOENT},
    {ERROR_BAD_NET_NAME, ENOENT},
    {ERROR_DIRECTORY, ENOTDIR},
    {ERROR_ACCESS_DENIED, EACCES},
    {ERROR_SHARING_VIOLATION, EACCES},
    {ERROR_LOCK_VIOLATION, EACCES},
    {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
    {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
    {ERROR_OUTOFMEMORY, ENOMEM},
    {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
    {ERROR_NO_MORE_FILES, 0},
};

static void note_reason(DWORD error)
{
    errno = EIO;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].error == error)
            errno = reasons[i].number;
}

static bool widen(const char *text, wchar_t wide[PATH_LENGTH_MAX])
{
    if (MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, PATH_LENGTH_MAX) > 0)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

/* FILE_FLAG_BACKUP_SEMANTICS because without it a directory has no handle. */
static HANDLE open_path(const char *path, DWORD access)
{
    wchar_t wide[PATH_LENGTH_MAX];
    if (!widen(path, wide))
        return INVALID_HANDLE_VALUE;
    HANDLE file =
        CreateFileW(wide, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (file == INVALID_HANDLE_VALUE)
        note_reason(GetLastError());
    return file;
}

static uint64_t from_halves(DWORD high, DWORD low)
{
    return (uint64_t)high << 32 | low;
}

static bool identify(HANDLE file, struct file_identity *identity)
{
    BY_HANDLE_FILE_INFORMATION about;
    if (GetFileType(file) != FILE_TYPE_DISK) {
        *identity = (struct file_identity){.is_regular = false};
        return true;
    }
    if (!GetFileInformationByHandle(file, &about)) {
        note_reason(GetLastError());
        return false;
    }
    int64_t modified = (int64_t)from_halves(about.ftLastWriteTime.dwHighDateTime,
                                            about.ftLastWriteTime.dwLowDateTime);
    bool is_directory = about.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
    *identity = (struct file_identity){
        .device = about.dwVolumeSerialNumber,
        .inode = from_halves(about.nFileIndexHigh, about.nFileIndexLow),
        .size = from_halves(about.nFileSizeHigh, about.nFileSizeLow),
        .modified_ns = (modified - FILE_TIME_OF_1970) * NS_PER_FILE_TIME,
        .is_regular = !is_directory,
        .is_directory = is_directory,
    };
    return true;
}

/* Closes the handle and keeps the reason why that is done. */
static void give_up(HANDLE file)
{
    int reason = errno;
    CloseHandle(file);
    errno = reason;
}

bool file_look_up(const char *path, struct file_identity *identity)
{
    HANDLE file = open_path(path, FILE_READ_ATTRIBUTES);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool is_known = identify(file, identity);
    give_up(file);
    return is_known;
}

file_handle file_open(const char *path, struct file_identity *identity)
{
    HANDLE file = open_path(path, GENERIC_READ);
    if (file == INVALID_HANDLE_VALUE)
        return NO_FILE;
    bool is_known = identify(file, identity);
    if (is_known && identity->is_regular)
        return (file_handle)file;
    if (is_known)
        errno = identity->is_directory ? EISDIR : ENXIO;
    give_up(file);
    return NO_FILE;
}

void file_close(file_handle file)
{
    CloseHandle((HANDLE)file);
}

int64_t file_read(file_handle file, void *to, size_t size, uint64_t offset, bool is_regular)
{
    (void)is_regular; /* all are */
    OVERLAPPED place = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
    DWORD wanted = size < MAXDWORD ? (DWORD)size : MAXDWORD, got = 0;
    if (ReadFile((HANDLE)file, to, wanted, &got, &place) || GetLastError() == ERROR_HANDLE_EOF)
        return got;
    note_reason(GetLastError());
    return -1;
}

bool file_wait(file_handle file, int ms)
{
    (void)file;
    (void)ms;
    return true; /* a regular file has its bytes */
}

const char PATH_SEPARATORS[] = "/\\";

struct folder {
    HANDLE search;
    bool is_begun; /* the first name comes with the search */
    WIN32_FIND_DATAW entry;
    char name[MAX_PATH * 3]; /* a character of UTF-16 takes up to three bytes in UTF-8 */
};

struct folder *folder_open(const char *path)
{
    wchar_t wide[PATH_LENGTH_MAX];
    if (!widen(path, wide))
        return NULL;
    size_t length = wcslen(wide);
    if (length + sizeof "/*" > PATH_LENGTH_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    wmemcpy(wide + length, L"/*", sizeof "/*");
    struct folder *folder = calloc(1, sizeof *folder);
    if (!folder)
        return NULL;
    folder->search = FindFirstFileW(wide, &folder->entry);
    if (folder->search != INVALID_HANDLE_VALUE)
        return folder;
    note_reason(GetLastError());
    free(folder);
    return NULL;
}

const char *folder_next(struct folder *folder)
{
    if (folder->is_begun && !FindNextFileW(folder->search, &folder->entry)) {
        note_reason(GetLastError());
        return NULL;
    }
    folder->is_begun = true;
    WideCharToMultiByte(CP_UTF8, 0, folder->entry.cFileName, -1, folder->name, sizeof folder->name,
                        NULL, NULL);
    return folder->name;
}

void folder_close(struct folder *folder)
{
    FindClose(folder->search);
    free(folder);
}

/* Huge pages need a privilege that users do not have. */
void *pages_map(size_t size, size_t unit)
{
    (void)unit;
    return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

void pages_unmap(void *pages, size_t size)
{
    (void)size;
    VirtualFree(pages, 0, MEM_RELEASE);
}

size_t available_memory(void)
{
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    uint64_t bytes = GlobalMemoryStatusEx(&status) ? status.ullAvailPhys : MEMORY_IF_UNKNOWN;
    return bytes < SIZE_MAX ? (size_t)bytes : SIZE_MAX;
}

int available_processors(void)
{
    DWORD_PTR allowed, all;
    if (!GetProcessAffinityMask(GetCurrentProcess(), &allowed, &all) || !allowed)
        return 1;
    return __builtin_popcountll(allowed);
}

int64_t monotonic_ns(void)
{
    LARGE_INTEGER ticks, per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&per_second);
    return ticks.QuadPart / per_second.QuadPart * NS_PER_SECOND +
           ticks.QuadPart % per_second.QuadPart * NS_PER_SECOND / per_second.QuadPart;
}

bool stay_loaded(void)
{
    HMODULE module; /* the one that holds PATH_SEPARATORS, for example */
    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
                                  GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                              (const wchar_t *)(const void *)PATH_SEPARATORS, &module);
}

const char *error_text(int error, char *buffer, size_t size)
{
    return strerror_s(buffer, size, error) == 0 ? buffer : "unknown error";
}

bool address_from_text(const char *text, uint8_t ip_version, uint8_t address[16])
{
    return inet_pton(ip_version == 6 ? AF_INET6 : AF_INET, text, address) == 1;
}

bool stderr_is_terminal(void)
{
    DWORD mode;
    return GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) &&
           (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}
