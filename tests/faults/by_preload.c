/* The boundary between a process and the operating system, as LD_PRELOAD: every call that concerns one
 * folder is numbered and written down; one of them fails, is cut short, or is the last of its process. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOTHING, KILL, ERROR, SHORT, TORN, STOP };
enum { READS = 1, WRITES = 2, TAKES_SPACE = 4, CHANGES = 8 }; /* kinds of calls */
enum { MOST = 4096 };

/* Shared with Python, see by_preload.py. */
struct plan {
    int kind, error, times, log, calls;
    long at, count, fired;
    char folder[512];
};
struct record {
    char call[16];
    long inode, offset, size;
    int flags, first, second; /* how many bytes of names follow, and then `size` bytes of data */
};

static struct plan *plan;
static int left; /* how often it still happens */
enum { OURS = 1, APPENDED = 2, WRITABLE = 4 };
static char ours[MOST]; /* by descriptor: what it is */

/* Begin, in this process and those that it forks; with NULL, end. */
void boundary_use(struct plan *shared) {
    plan = shared;
    left = plan ? plan->times : 0;
}

static int about(const char *path) {
    size_t length = plan ? strlen(plan->folder) : 0;
    return plan && path && !strncmp(path, plan->folder, length) && (path[length] == '/' || !path[length]);
}

static int held(int descriptor) {
    return plan && descriptor >= 0 && descriptor < MOST && ours[descriptor];
}

static long inode(int descriptor) {
    struct stat found;
    return fstat(descriptor, &found) ? -1 : (long)found.st_ino;
}

static void put(const void *data, size_t size) {
    while (size) {
        long done = syscall(SYS_write, plan->log, data, size);
        if (done <= 0)
            return;
        data = (const char *)data + done;
        size -= done;
    }
}

static void note(const char *call, int descriptor, const char *first, const char *second, int flags,
                 const void *data, long size, long offset) {
    int before = errno;
    if (plan && plan->log >= 0) {
        struct record record = {.inode = descriptor >= 0 ? inode(descriptor) : -1, .offset = offset,
                                .size = size, .flags = flags, .first = first ? strlen(first) : 0,
                                .second = second ? strlen(second) : 0};
        strncpy(record.call, call, sizeof record.call - 1);
        put(&record, sizeof record);
        put(first, record.first);
        put(second, record.second);
        if (data)
            put(data, size);
    }
    errno = before;
}

/* What is to happen at this call: NOTHING, ERROR (errno is set), SHORT, TORN. KILL does not return, STOP later. */
static int fate(int call) {
    long number = ++plan->count;
    if (plan->kind == NOTHING || number < plan->at || (plan->kind != KILL && plan->kind != STOP && !(call & plan->calls)) ||
        (plan->times && !left))
        return NOTHING;
    left--;
    plan->fired++;
    if (plan->kind == KILL)
        kill(getpid(), SIGKILL);
    if (plan->kind == STOP) {
        kill(getpid(), SIGSTOP);
        return NOTHING;
    }
    errno = plan->error;
    return plan->kind;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)

static int opened(const char *path, int flags, mode_t mode) {
    if (!about(path))
        return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    int new = (flags & O_CREAT) && access(path, F_OK);
    if (fate(new ? TAKES_SPACE : flags & (O_WRONLY | O_RDWR | O_CREAT) ? CHANGES : READS) >= ERROR) {
        note("open!", -1, path, 0, flags, 0, 0, 0);
        return -1;
    }
    int descriptor = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (descriptor >= 0 && descriptor < MOST)
        ours[descriptor] = OURS | (flags & O_APPEND ? APPENDED : 0) | (flags & (O_WRONLY | O_RDWR) ? WRITABLE : 0);
    note(new && descriptor >= 0 ? "create" : "open", descriptor, path, 0, flags, 0, 0, 0);
    return descriptor;
}

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        return opened(path, flags, mode); \
    }
OPENS(open)
OPENS(open64)

int close(int descriptor) {
    REAL(close);
    if (!held(descriptor)) {
        if (descriptor >= 0 && descriptor < MOST)
            ours[descriptor] = 0;
        return real(descriptor);
    }
    int writable = ours[descriptor] & WRITABLE; /* one that was only read has nothing to fail at */
    int what = fate(writable ? CHANGES : 0);
    note("close", descriptor, 0, 0, writable, 0, 0, 0);
    ours[descriptor] = 0;
    int problem = errno, done = real(descriptor); /* also one that fails lets the descriptor go */
    errno = problem;
    return what >= ERROR ? -1 : done;
}

static long written(const char *call, int descriptor, const void *data, size_t size, long offset) {
    int what = fate(WRITES);
    struct stat found;
    if (what == ERROR) {
        note("write!", descriptor, 0, 0, 0, 0, 0, 0);
        return -1;
    }
    if (what != NOTHING)
        size = size > 1 ? size / 2 : size;
    long place = offset >= 0 ? offset : ours[descriptor] & APPENDED && !fstat(descriptor, &found)
        ? found.st_size : lseek(descriptor, 0, SEEK_CUR);
    long done = offset >= 0 ? syscall(SYS_pwrite64, descriptor, data, size, offset)
                            : syscall(SYS_write, descriptor, data, size);
    note(call, descriptor, 0, 0, 0, data, done > 0 ? done : 0, place);
    if (what == TORN)
        kill(getpid(), SIGKILL);
    return done;
}

ssize_t write(int descriptor, const void *data, size_t size) {
    if (!held(descriptor))
        return syscall(SYS_write, descriptor, data, size);
    return written("write", descriptor, data, size, -1);
}

#define PWRITES(name, type) \
    ssize_t name(int descriptor, const void *data, size_t size, type offset) { \
        if (!held(descriptor)) \
            return syscall(SYS_pwrite64, descriptor, data, size, offset); \
        return written("pwrite64", descriptor, data, size, offset); \
    }
PWRITES(pwrite, off_t)
PWRITES(pwrite64, off64_t)

/* The rest have a result of 0, or bytes, and nothing to be cut short. */
#define CALL(kind, name, type, take, give, concerned, label, ...) \
    type name take { \
        REAL(name); \
        if (!(concerned)) \
            return real give; \
        if (fate(kind) >= ERROR) { \
            note(label "!", __VA_ARGS__); \
            return -1; \
        } \
        type done = real give; \
        note(done < 0 ? label "-" : label, __VA_ARGS__); \
        return done; \
    }
#define OF_FILE(kind, name, type, take, give, label, more) \
    CALL(kind, name, type, take, give, held(descriptor), label, descriptor, 0, 0, 0, 0, 0, more)
#define OF_NAME(kind, name, take, give) \
    CALL(kind, name, int, take, give, about(path), #name, -1, path, 0, 0, 0, 0, 0)
#define TWICE(define, kind, name, ...) /* for both names that the C library has for it */ \
    define(kind, name, __VA_ARGS__) \
    define(kind, name##64, __VA_ARGS__)

OF_FILE(TAKES_SPACE, fsync, int, (int descriptor), (descriptor), "fsync", 0)
OF_FILE(TAKES_SPACE, fdatasync, int, (int descriptor), (descriptor), "fdatasync", 0)
TWICE(OF_FILE, CHANGES, ftruncate, int, (int descriptor, off64_t size), (descriptor, size), "ftruncate", size)
TWICE(OF_FILE, TAKES_SPACE, fallocate, int, (int descriptor, int mode, off64_t offset, off64_t size),
      (descriptor, mode, offset, size), "fallocate", 0)
OF_FILE(CHANGES, fchmod, int, (int descriptor, mode_t mode), (descriptor, mode), "fchmod", 0)
OF_FILE(READS, flock, int, (int descriptor, int how), (descriptor, how), "flock", 0)
OF_FILE(READS, read, ssize_t, (int descriptor, void *data, size_t size), (descriptor, data, size), "read", 0)
TWICE(OF_FILE, READS, pread, ssize_t, (int descriptor, void *data, size_t size, off64_t offset),
      (descriptor, data, size, offset), "pread64", 0)
CALL(TAKES_SPACE, rename, int, (const char *path, const char *new), (path, new), about(path) || about(new), "rename",
     -1, path, new, 0, 0, 0, 0)
OF_NAME(CHANGES, unlink, (const char *path), (path))
OF_NAME(CHANGES, rmdir, (const char *path), (path))
OF_NAME(TAKES_SPACE, mkdir, (const char *path, mode_t mode), (path, mode))
OF_NAME(CHANGES, chmod, (const char *path, mode_t mode), (path, mode))

/* Names in a folder that is open. */
static const char *joined(int folder, const char *name, char *path, size_t size) {
    char link[64];
    if (folder == AT_FDCWD || name[0] == '/')
        return name;
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    long length = readlink(link, path, size - 1);
    snprintf(path + length, size - length, "/%s", name);
    return path;
}

int unlinkat(int folder, const char *name, int flags) {
    char path[MOST];
    joined(folder, name, path, sizeof path);
    REAL(unlinkat);
    if (!held(folder) || name[0] == '/')
        return real(folder, name, flags);
    return flags & AT_REMOVEDIR ? rmdir(path) : unlink(path);
}

#define OPENS_AT(name) \
    int name(int folder, const char *file, int flags, ...) { \
        char path[MOST]; \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (!held(folder)) \
            return syscall(SYS_openat, folder, file, flags, mode); \
        return opened(joined(folder, file, path, sizeof path), flags, mode); \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

/* Called by the one who asked, once he has the answer. */
void boundary_answered(void) { note("answered", -1, 0, 0, 0, 0, 0, 0); }
