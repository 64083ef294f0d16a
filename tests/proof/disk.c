/* Preloaded into a server or a database: its disk becomes slow or full while the test says so in a shared page of memory. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct control {
    volatile int delay_ms;
    volatile int full;
    volatile int syncs;
};

static struct control none;
static struct control *control = &none;

__attribute__((constructor)) static void attach(void) {
    const char *path = getenv("PROOF_DISK");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *page = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page != MAP_FAILED)
        control = page;
}

static void linger(void) {
    int ms = control->delay_ms;
    __atomic_add_fetch(&control->syncs, 1, __ATOMIC_RELAXED);
    if (ms > 0) {
        struct timespec pause = {ms / 1000, (ms % 1000) * 1000000L};
        while (nanosleep(&pause, &pause) != 0 && errno == EINTR) {
        }
    }
}

/* Sockets, pipes and /dev/null are no disk. */
static int refused(int fd) {
    struct stat what;
    if (!control->full || fstat(fd, &what) != 0 || !S_ISREG(what.st_mode))
        return 0;
    errno = ENOSPC;
    return 1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) \
        real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

int fsync(int fd) {
    REAL(int, "fsync", int);
    linger();
    return real(fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    linger();
    return real(fd);
}

ssize_t write(int fd, const void *from, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return refused(fd) ? -1 : real(fd, from, count);
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return refused(fd) ? -1 : real(fd, from, count, at);
}

ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return refused(fd) ? -1 : real(fd, from, count, at);
}
