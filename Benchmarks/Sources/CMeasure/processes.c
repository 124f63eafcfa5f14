// Processes on their processors, and clocks.
#define _GNU_SOURCE
#include "measure.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { END_TRIES = 500, END_MICROSECONDS = 10000, LINE_BYTES = 256 };

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) return -1;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t measure_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t measure_thread_nanoseconds(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

int64_t measure_process_nanoseconds(int process) {
    clockid_t clock;
    return clock_getcpuclockid(process, &clock) == 0 ? read_clock(clock) : -1;
}

int64_t measure_memory(int process, const char *line) {
    char text[LINE_BYTES];
    long long kibibytes = -1;
    snprintf(text, sizeof text, "/proc/%d/status", process);
    FILE *file = fopen(text, "r");
    if (!file) return -1;
    while (fgets(text, sizeof text, file)) {
        if (strncmp(text, line, strlen(line)) == 0) sscanf(text + strlen(line), "%lld", &kibibytes);
    }
    fclose(file);
    return kibibytes < 0 ? -1 : kibibytes * 1024;
}

int measure_reset_peak(int process) {
    char path[LINE_BYTES];
    snprintf(path, sizeof path, "/proc/%d/clear_refs", process);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, "5", 1);
    close(file);
    return written == 1 ? 0 : -1;
}

int measure_pin(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (processor >= 0) CPU_SET(processor, &set);
    for (int each = 0; processor < 0 && each < CPU_SETSIZE; each++) CPU_SET(each, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

static void become(const char *const *arguments, int processor, const char *output, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have ended before the line above.
    if (getppid() != parent) _exit(1);
    // A runner of tests blocks signals, which would be inherited.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGTERM, SIG_DFL);
    measure_pin(processor);
    int sink = open(output ? output : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (sink < 0) _exit(1);
    dup2(sink, STDOUT_FILENO);
    dup2(sink, STDERR_FILENO);
    execv(arguments[0], (char *const *)arguments);
    _exit(127);
}

int measure_spawn(const char *const *arguments, int processor, const char *output) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) become(arguments, processor, output, parent);
    return child;
}

int measure_has_ended(int process) {
    siginfo_t information = {0};
    return waitid(P_PID, (id_t)process, &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_pid != 0;
}

void measure_end(int process) {
    if (process <= 0) return;
    kill(process, SIGTERM);
    for (int tries = 0; tries < END_TRIES && !measure_has_ended(process); tries++) usleep(END_MICROSECONDS);
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
