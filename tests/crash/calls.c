/* A library to be preloaded into the binary under test: it counts every call that changes the file system
 * below one folder, writes each down before it is made, and at one of them kills the process or lets the
 * call fail. Owns no idea of what an archive is. Linux only; everything goes on to the kernel by
 * syscall(2), so that no other library has to be looked up.
 *
 *   ANKU_CALLS_UNDER  the folder, as realpath(3) gives it; without it nothing is counted
 *   ANKU_CALLS_LOG    where the calls are written down: two lines for each, "N\tcall\tpath\tpath" before it
 *                     and "N\t=\tresult" after it (a count of bytes, or a negative error number)
 *   ANKU_CALLS_AT     the number of the call at which something happens, from 1
 *   ANKU_CALLS_ON     "call prefix suffix", with tabs: count only calls of this name whose last path is so
 *   ANKU_CALLS_DO     what happens there: kill (SIGKILL), abort, eio, eio-on (from there on), enospc
 *   ANKU_CALLS_ROOM   so many bytes can be written below the folder, then the disk is full
 *
 * One lock is held from a call's line to its end: the log has the order in which things happened. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LONG = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char under[LONG], action[16], on_call[16], on_prefix[LONG], on_suffix[LONG];
static size_t under_len;
static int log_fd = -1;
static long number, matched, at = -1;
static long long room = -1;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("ANKU_CALLS_UNDER"), *log = getenv("ANKU_CALLS_LOG"), *text;
    if (!folder || !*folder) return;
    snprintf(under, sizeof under, "%s", folder);
    under_len = strlen(under);
    if ((text = getenv("ANKU_CALLS_AT"))) at = atol(text);
    if ((text = getenv("ANKU_CALLS_DO"))) snprintf(action, sizeof action, "%s", text);
    if ((text = getenv("ANKU_CALLS_ON"))) sscanf(text, "%15[^\t]\t%4095[^\t]\t%4095[^\t]", on_call, on_prefix, on_suffix);
    if ((text = getenv("ANKU_CALLS_ROOM"))) room = atoll(text);
    if (log) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct rlimit none = {0, 0}; /* abort leaves no core file */
    setrlimit(RLIMIT_CORE, &none);
}

/* The absolute path of a file descriptor; one that has no name any more keeps its last. */
static void path_of(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, LONG - 1);
    out[n < 0 ? 0 : n] = 0;
    char *gone = strstr(out, " (deleted)");
    if (gone) *gone = 0;
}

/* The absolute path of a name that is given relative to a folder's descriptor. */
static void path_at(int dir, const char *name, char *out) {
    char base[LONG] = "";
    if (name[0] == '/') return (void)snprintf(out, LONG, "%s", name);
    if (dir != AT_FDCWD) path_of(dir, base);
    else if (!getcwd(base, sizeof base)) base[0] = 0;
    snprintf(out, LONG, "%.2000s/%.2000s", base, name);
}

static int counts(const char *path) {
    return under_len && !strncmp(path, under, under_len) && (path[under_len] == '/' || !path[under_len]);
}

static const char *short_of(const char *path) {
    if (!counts(path)) return path;
    return path[under_len] ? path + under_len + 1 : ".";
}

/* Whether a call is one of those among which ANKU_CALLS_AT counts. */
static int is_wanted(const char *call, const char *path) {
    size_t long_ = strlen(path), end = strlen(on_suffix);
    if (!*on_call) return 1;
    return !strcmp(call, on_call) && !strncmp(path, on_prefix, strlen(on_prefix)) && long_ >= end && !strcmp(path + long_ - end, on_suffix);
}

/* Writes a call down and does at it what is to be done. The error that it fails with; 0: let it happen. */
static int enter(const char *call, const char *path, const char *other) {
    char line[2 * LONG + 64];
    pthread_mutex_lock(&lock);
    number++;
    int n = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\n", number, call, short_of(path), other ? short_of(other) : "");
    if (log_fd >= 0) syscall(SYS_write, log_fd, line, (size_t)n);
    if (!is_wanted(call, short_of(other ? other : path)) || ++matched < at || at < 1) return 0;
    if (!strcmp(action, "eio-on")) return EIO;
    if (matched > at) return 0;
    if (!strcmp(action, "kill")) kill(getpid(), SIGKILL);
    if (!strcmp(action, "abort")) abort();
    return !strcmp(action, "eio") ? EIO : !strcmp(action, "enospc") ? ENOSPC : 0;
}

/* Writes down how it ended; gives the result as the C library would. */
static long leave(long result) {
    char line[64];
    int error = errno;
    int n = snprintf(line, sizeof line, "%ld\t=\t%ld\t\n", number, result < 0 ? -(long)error : result);
    if (log_fd >= 0) syscall(SYS_write, log_fd, line, (size_t)n);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

static long refuse(int error) { errno = error; return -1; }

/* A call on one path, or on two; `real` is the system call. */
#define ON_PATH(name, path, other, real)                 \
    do {                                                 \
        if (!counts(path)) return (int)(real);           \
        int error_ = enter(name, path, other);           \
        return (int)leave(error_ ? refuse(error_) : (real)); \
    } while (0)

static int open_at(int dir, const char *name, int flags, unsigned mode) {
    char path[LONG];
    if (!(flags & (O_CREAT | O_TRUNC))) return (int)syscall(SYS_openat, dir, name, flags, mode);
    path_at(dir, name, path);
    ON_PATH(flags & O_TRUNC ? "truncate" : "create", path, NULL, syscall(SYS_openat, dir, name, flags, mode));
}

#define MODE(last) unsigned mode = 0; if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { va_list list; va_start(list, last); mode = va_arg(list, unsigned); va_end(list); }
int open(const char *name, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, name, flags, mode); }
int openat(int dir, const char *name, int flags, ...) { MODE(flags) return open_at(dir, name, flags, mode); }
int openat64(int dir, const char *name, int flags, ...) { MODE(flags) return open_at(dir, name, flags, mode); }
int creat(const char *name, mode_t mode) { return open_at(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* A write. What is left of the room is written, as a real disk does, and the next one fails. */
static ssize_t put(int fd, const void *bytes, size_t n, off_t where, int has_where) {
    char path[LONG];
    path_of(fd, path);
#define PUT(n) (has_where ? syscall(SYS_pwrite64, fd, bytes, n, where) : syscall(SYS_write, fd, bytes, n))
    if (!counts(path)) return PUT(n);
    int error = enter("write", path, NULL);
    if (!error && room >= 0 && (long long)n > room) {
        n = (size_t)room;
        error = n ? 0 : ENOSPC;
    }
    long done = error ? refuse(error) : PUT(n);
    if (room >= 0 && done > 0) room -= done;
    return leave(done);
}

ssize_t write(int fd, const void *bytes, size_t n) { return put(fd, bytes, n, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t where) { return put(fd, bytes, n, where, 1); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t where) { return put(fd, bytes, n, where, 1); }
/* A write of several pieces is one of the first: whoever calls it must go on with the rest anyway. */
ssize_t writev(int fd, const struct iovec *pieces, int count) {
    char path[LONG];
    path_of(fd, path);
    if (!counts(path)) return syscall(SYS_writev, fd, pieces, count);
    for (int i = 0; i < count; i++)
        if (pieces[i].iov_len) return put(fd, pieces[i].iov_base, pieces[i].iov_len, 0, 0);
    return 0;
}

/* A call on a file descriptor. */
#define ON_FD(name, fd, real) do { char path[LONG]; path_of(fd, path); ON_PATH(name, path, NULL, real); } while (0)
int fsync(int fd) { ON_FD("fsync", fd, syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { ON_FD("fsync", fd, syscall(SYS_fdatasync, fd)); }
int ftruncate(int fd, off_t n) { ON_FD("resize", fd, syscall(SYS_ftruncate, fd, n)); }
int ftruncate64(int fd, off64_t n) { ON_FD("resize", fd, syscall(SYS_ftruncate, fd, n)); }
int fchmod(int fd, mode_t mode) { ON_FD("chmod", fd, syscall(SYS_fchmod, fd, mode)); }

#define AT_PATH(call, dir, name, real) do { char path[LONG]; path_at(dir, name, path); ON_PATH(call, path, NULL, real); } while (0)
int unlink(const char *name) { AT_PATH("unlink", AT_FDCWD, name, syscall(SYS_unlinkat, AT_FDCWD, name, 0)); }
int rmdir(const char *name) { AT_PATH("rmdir", AT_FDCWD, name, syscall(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR)); }
int unlinkat(int dir, const char *name, int flags) {
    AT_PATH(flags & AT_REMOVEDIR ? "rmdir" : "unlink", dir, name, syscall(SYS_unlinkat, dir, name, flags));
}
int mkdir(const char *name, mode_t mode) { AT_PATH("mkdir", AT_FDCWD, name, syscall(SYS_mkdirat, AT_FDCWD, name, mode)); }
int mkdirat(int dir, const char *name, mode_t mode) { AT_PATH("mkdir", dir, name, syscall(SYS_mkdirat, dir, name, mode)); }
int chmod(const char *name, mode_t mode) { AT_PATH("chmod", AT_FDCWD, name, syscall(SYS_fchmodat, AT_FDCWD, name, mode)); }

#define TWO(call, dir, from, dir2, to, real) \
    do { char path[LONG], other[LONG]; path_at(dir, from, path); path_at(dir2, to, other); ON_PATH(call, path, other, real); } while (0)
int renameat2(int dir, const char *from, int dir2, const char *to, unsigned flags) {
    TWO("rename", dir, from, dir2, to, syscall(SYS_renameat2, dir, from, dir2, to, flags));
}
int renameat(int dir, const char *from, int dir2, const char *to) { return renameat2(dir, from, dir2, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int dir, const char *from, int dir2, const char *to, int flags) {
    TWO("link", dir, from, dir2, to, syscall(SYS_linkat, dir, from, dir2, to, flags));
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
