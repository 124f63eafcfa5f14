// Processes on their processors, and clocks.
#define _GNU_SOURCE
#include "measure.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t measure_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int measure_pin(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

int measure_spawn(const char *verb, const char *first, const char *second, const char *third) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have ended before the line above.
    if (getppid() != parent) _exit(1);
    char *arguments[] = {"postern-benchmarks", (char *)verb, (char *)first, (char *)second, (char *)third, NULL};
    execv("/proc/self/exe", arguments);
    _exit(127);
}

void measure_kill(int process) {
    if (process <= 0) return;
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
}

void measure_spin(int processor) {
    struct sched_param parameters = {0};
    measure_pin(processor);
    sched_setscheduler(0, SCHED_IDLE, &parameters);
    for (volatile uint64_t turns = 0;; turns++) {
    }
}

void measure_wait_for_ever(void) {
    for (;;) pause();
}
