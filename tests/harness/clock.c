/* A machine whose clock is wrong: loaded before the C library, it shifts the clock of one process by CLOCK_OFF seconds.
   The time since the machine started stays as it is. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    long result = syscall(SYS_clock_gettime, clock, time);
    const char *off = getenv("CLOCK_OFF");
    if (result == 0 && off && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += atoll(off);
    return (int)result;
}
