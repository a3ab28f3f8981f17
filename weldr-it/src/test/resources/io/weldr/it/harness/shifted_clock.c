/*
 * Shifts the wall clock of a process by as many seconds as a mapped file says. Loaded before the C library
 * (LD_PRELOAD); ShiftedClock compiles it. The monotonic clock is left alone, as it is when an operator or NTP sets the
 * time of a machine.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shift_seconds;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("CLOCK_SHIFT_FILE");
    if (file == NULL) {
        return;
    }
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) {
        perror(file);
        abort();
    }
    close(fd);
    shift_seconds = mapped;
}

static int64_t shift(void) {
    return shift_seconds == NULL ? 0 : *shift_seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*next)(clockid_t, struct timespec *);
    if (next == NULL) {
        *(void **) &next = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = next(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += shift();
    }
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    static int (*next)(struct timeval *, void *);
    if (next == NULL) {
        *(void **) &next = dlsym(RTLD_NEXT, "gettimeofday");
    }
    int result = next(now, zone);
    if (result == 0) {
        now->tv_sec += shift();
    }
    return result;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where != NULL) {
        *where = now.tv_sec;
    }
    return now.tv_sec;
}
