/*
 * Keeps account of what a process has forced to its disk, below one folder. Loaded before the C library (LD_PRELOAD);
 * PowerLossDisk compiles it, and reads what it writes:
 *
 *   STATE/journal       one line per change of a directory and per fsync, in their order
 *   STATE/synced/INODE  the content of a file as it was when it was last forced
 *   STATE/kept/INODE    another name of every file, so that its inode is not given to another file
 *   STATE/halt          512 bytes: what to halt at, and whether a thread is halted there
 *
 * No system call is made to do anything else than it does, but for two: fsync and fdatasync do not wait for the real
 * disk. They are done when the content has been copied. With POWER_LOSS_LIES they do nothing at all.
 *
 * Changes of a file's content are not intercepted: on a power loss, PowerLossDisk compares what was forced with what is
 * there. So it does not matter by which call, or mapping, a file was written.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define HALT_BYTES 512
#define HALTED_AT 500 /* the byte that says that a thread is halted */

static char root[PATH_MAX]; /* with a slash at its end; empty: nothing is accounted for */
static char state[PATH_MAX];
static int journal = -1;
static int lies;
static volatile char *halt_at;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* orders the changes like the lines of the journal */

struct place {
    char path[PATH_MAX];
    char name[NAME_MAX + 1];
    ino_t directory;
    int inside;
};

/* The next function of that name: the one of the C library. */
#define NEXT(result, name, ...)                                                                                        \
    static result (*next)(__VA_ARGS__);                                                                                \
    if (next == NULL) {                                                                                                \
        *(void **) &next = dlsym(RTLD_NEXT, name);                                                                     \
    }

static int next_open(const char *path, int flags, mode_t mode) {
    NEXT(int, "open64", const char *, int, ...)
    return next(path, flags, mode);
}

static ssize_t next_write(int fd, const void *bytes, size_t count) {
    NEXT(ssize_t, "write", int, const void *, size_t)
    return next(fd, bytes, count);
}

static int next_link(const char *from, const char *to) {
    NEXT(int, "link", const char *, const char *)
    return next(from, to);
}

static void fail(const char *what) {
    perror(what);
    abort(); /* a run whose account is not complete proves nothing */
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("POWER_LOSS_ROOT");
    const char *where = getenv("POWER_LOSS_STATE");
    if (folder == NULL || where == NULL) {
        return;
    }
    char path[PATH_MAX + 32];
    lies = getenv("POWER_LOSS_LIES") != NULL;
    snprintf(state, sizeof state, "%s", where);
    snprintf(path, sizeof path, "%s/journal", where);
    journal = next_open(path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    snprintf(path, sizeof path, "%s/halt", where);
    int halt = next_open(path, O_RDWR | O_CLOEXEC, 0);
    if (journal < 0 || halt < 0) {
        fail(where);
    }
    halt_at = mmap(NULL, HALT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, halt, 0);
    close(halt);
    if (halt_at == MAP_FAILED || realpath(folder, root) == NULL) {
        fail(folder);
    }
    strcat(root, "/");
}

static int below_root(const char *path) {
    return root[0] != 0 && strncmp(path, root, strlen(root)) == 0;
}

/* Where that name is, if it is below the root. */
static void locate(int directory, const char *path, struct place *place) {
    char given[PATH_MAX];
    char parent[PATH_MAX];
    struct stat status;
    int saved = errno;
    place->inside = 0;
    if (root[0] == 0 || path == NULL) {
        return;
    }
    if (directory != AT_FDCWD && path[0] != '/') {
        snprintf(given, sizeof given, "/proc/self/fd/%d/%s", directory, path);
    } else {
        snprintf(given, sizeof given, "%s", path);
    }
    size_t length = strlen(given);
    while (length > 1 && given[length - 1] == '/') {
        given[--length] = 0;
    }
    char *slash = strrchr(given, '/');
    const char *name = slash == NULL ? given : slash + 1;
    if (slash == given || strlen(name) > NAME_MAX) {
        return;
    }
    strcpy(place->name, name);
    if (slash != NULL) {
        *slash = 0;
    }
    if (realpath(slash == NULL ? "." : given, parent) != NULL && stat(parent, &status) == 0
            && strlen(parent) + strlen(place->name) + 2 < PATH_MAX) {
        strcpy(place->path, parent);
        strcat(place->path, "/");
        if (below_root(place->path)) {
            strcat(place->path, place->name);
            place->directory = status.st_ino;
            place->inside = 1;
        }
    }
    errno = saved;
}

static void record(const char *format, ...) {
    char line[2 * NAME_MAX + 128];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length >= (int) sizeof line || next_write(journal, line, length) != length) {
        fail("journal");
    }
}

/* The harness looks for a moment between two system calls: here the thread waits to be killed, or to go on. */
static void halt(const char *step, const char *path) {
    if (halt_at == NULL || halt_at[0] == 0 || !below_root(path)) {
        return;
    }
    char wanted[HALT_BYTES];
    const char *slash = strrchr(path, '/');
    memcpy(wanted, (const char *) halt_at, HALTED_AT);
    wanted[HALTED_AT] = 0;
    char *pattern = strchr(wanted, ' ');
    if (pattern == NULL) {
        return;
    }
    *pattern++ = 0;
    if (strcmp(wanted, step) != 0 || fnmatch(pattern, slash + 1, 0) != 0) {
        return;
    }
    struct timespec pause = {0, 5000000};
    halt_at[HALTED_AT] = 1;
    while (halt_at[0] != 0) {
        nanosleep(&pause, NULL);
    }
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0 && below_root(path);
}

static void created(const struct place *place, int fd) {
    struct stat status;
    char kept[PATH_MAX + 64];
    if (fstat(fd, &status) != 0) {
        fail(place->path);
    }
    snprintf(kept, sizeof kept, "%s/kept/%lu", state, (unsigned long) status.st_ino);
    if (next_link(place->path, kept) != 0) {
        fail(kept);
    }
    record("L\t%lu\t%s\t%lu\n", (unsigned long) place->directory, place->name, (unsigned long) status.st_ino);
}

static int opened(int directory, const char *path, int flags, mode_t mode) {
    NEXT(int, "openat64", int, const char *, int, ...)
    if (root[0] == 0 || (flags & O_CREAT) == 0) {
        return next(directory, path, flags, mode);
    }
    struct place place;
    struct stat status;
    locate(directory, path, &place);
    if (!place.inside) {
        return next(directory, path, flags, mode);
    }
    halt("before-create", place.path);
    pthread_mutex_lock(&lock);
    int existed = lstat(place.path, &status) == 0;
    int fd = next(directory, path, flags, mode);
    int failed = errno;
    if (fd >= 0 && !existed) {
        created(&place, fd);
    }
    pthread_mutex_unlock(&lock);
    halt("after-create", place.path);
    errno = failed;
    return fd;
}

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode_t mode = mode_of(flags, arguments);                                                                       \
        va_end(arguments);                                                                                             \
        return opened(AT_FDCWD, path, flags, mode);                                                                    \
    }

#define OPENAT(name)                                                                                                   \
    int name(int directory, const char *path, int flags, ...) {                                                        \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode_t mode = mode_of(flags, arguments);                                                                       \
        va_end(arguments);                                                                                             \
        return opened(directory, path, flags, mode);                                                                   \
    }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) {
    return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode) {
    return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int mkdirat(int directory, const char *path, mode_t mode) {
    NEXT(int, "mkdirat", int, const char *, mode_t)
    struct place place;
    struct stat status;
    locate(directory, path, &place);
    if (!place.inside) {
        return next(directory, path, mode);
    }
    pthread_mutex_lock(&lock);
    int result = next(directory, path, mode);
    int failed = errno;
    if (result == 0) {
        if (stat(place.path, &status) != 0) {
            fail(place.path);
        }
        record("D\t%lu\t%s\t%lu\n", (unsigned long) place.directory, place.name, (unsigned long) status.st_ino);
    }
    pthread_mutex_unlock(&lock);
    errno = failed;
    return result;
}

int mkdir(const char *path, mode_t mode) {
    return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int directory, const char *path, int flags) {
    NEXT(int, "unlinkat", int, const char *, int)
    struct place place;
    locate(directory, path, &place);
    if (!place.inside) {
        return next(directory, path, flags);
    }
    halt("before-delete", place.path);
    pthread_mutex_lock(&lock);
    int result = next(directory, path, flags);
    int failed = errno;
    if (result == 0) {
        record("U\t%lu\t%s\n", (unsigned long) place.directory, place.name);
    }
    pthread_mutex_unlock(&lock);
    halt("after-delete", place.path);
    errno = failed;
    return result;
}

int unlink(const char *path) {
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path) {
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) ? rmdir(path) : unlink(path);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    NEXT(int, "renameat", int, const char *, int, const char *)
    struct place source;
    struct place target;
    struct stat status;
    locate(from_directory, from, &source);
    locate(to_directory, to, &target);
    if (!source.inside && !target.inside) {
        return next(from_directory, from, to_directory, to);
    }
    if (!source.inside || !target.inside) {
        fail("a rename over the edge of the disk");
    }
    halt("before-rename", target.path);
    pthread_mutex_lock(&lock);
    int result = next(from_directory, from, to_directory, to);
    int failed = errno;
    if (result == 0) {
        if (lstat(target.path, &status) != 0) {
            fail(target.path);
        }
        record(
                "M\t%lu\t%s\t%lu\t%s\t%lu\n",
                (unsigned long) source.directory,
                source.name,
                (unsigned long) target.directory,
                target.name,
                (unsigned long) status.st_ino);
    }
    pthread_mutex_unlock(&lock);
    halt("after-rename", target.path);
    errno = failed;
    return result;
}

int rename(const char *from, const char *to) {
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* weldr makes no links. */
int link(const char *from, const char *to) {
    struct place target;
    locate(AT_FDCWD, to, &target);
    if (target.inside) {
        fail("a link on the disk");
    }
    return next_link(from, to);
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    NEXT(int, "linkat", int, const char *, int, const char *, int)
    struct place target;
    locate(to_directory, to, &target);
    if (target.inside) {
        fail("a link on the disk");
    }
    return next(from_directory, from, to_directory, to, flags);
}

static void copy(int from, int to, off_t size) {
    char buffer[65536];
    off_t at = 0;
    while (at < size) {
        ssize_t count = pread(from, buffer, sizeof buffer, at);
        if (count <= 0) {
            break;
        }
        char before[sizeof buffer];
        ssize_t known = pread(to, before, count, at);
        if (known != count || memcmp(buffer, before, count) != 0) {
            if (pwrite(to, buffer, count, at) != count) {
                fail("synced");
            }
        }
        at += count;
    }
    if (ftruncate(to, at) != 0) {
        fail("synced");
    }
}

/* Returns whether it was for this disk. */
static int forced(int fd) {
    char path[PATH_MAX + 64];
    struct stat status;
    if (root[0] == 0 || fstat(fd, &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) {
        return 0;
    }
    if (!path_of(fd, path) && strncmp(path, root, strlen(root) - 1) != 0) {
        return 0;
    }
    if (lies) {
        return 1;
    }
    halt("before-sync", path);
    pthread_mutex_lock(&lock);
    if (S_ISDIR(status.st_mode)) {
        record("S\t%lu\n", (unsigned long) status.st_ino);
    } else {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* this one may be open for writing alone */
        int from = next_open(path, O_RDONLY | O_CLOEXEC, 0);
        snprintf(path, sizeof path, "%s/synced/%lu", state, (unsigned long) status.st_ino);
        int to = next_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (from < 0 || to < 0 || fstat(from, &status) != 0) {
            fail(path);
        }
        copy(from, to, status.st_size);
        close(from);
        close(to);
        record("F\t%lu\n", (unsigned long) status.st_ino);
    }
    pthread_mutex_unlock(&lock);
    if (path_of(fd, path)) {
        halt("after-sync", path);
    }
    return 1;
}

int fsync(int fd) {
    NEXT(int, "fsync", int)
    return forced(fd) ? 0 : next(fd);
}

int fdatasync(int fd) {
    NEXT(int, "fdatasync", int)
    return forced(fd) ? 0 : next(fd);
}

int msync(void *address, size_t length, int flags) {
    NEXT(int, "msync", void *, size_t, int)
    if (root[0] != 0 && (flags & MS_SYNC) != 0) {
        fail("msync is not accounted for");
    }
    return next(address, length, flags);
}

/* Half of what a write was to write, for a moment in the middle of it. */
static size_t half(int fd, size_t count) {
    char path[PATH_MAX];
    if (halt_at == NULL || halt_at[0] == 0 || strncmp((const char *) halt_at, "half-write ", 11) != 0 || count < 2
            || !path_of(fd, path)) {
        return count;
    }
    const char *pattern = (const char *) halt_at + 11;
    return fnmatch(pattern, strrchr(path, '/') + 1, 0) == 0 ? count / 2 : count;
}

static void half_written(int fd) {
    char path[PATH_MAX];
    if (path_of(fd, path)) {
        halt("half-write", path);
    }
}

ssize_t write(int fd, const void *bytes, size_t count) {
    size_t now = half(fd, count);
    ssize_t result = next_write(fd, bytes, now);
    if (now < count) {
        half_written(fd);
    }
    return result;
}

static ssize_t written_at(int fd, const void *bytes, size_t count, off_t where) {
    NEXT(ssize_t, "pwrite64", int, const void *, size_t, off_t)
    size_t now = half(fd, count);
    ssize_t result = next(fd, bytes, now, where);
    if (now < count) {
        half_written(fd);
    }
    return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t where) {
    return written_at(fd, bytes, count, where);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t where) {
    return written_at(fd, bytes, count, where);
}
