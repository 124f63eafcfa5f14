// Many callers at once, closed and open loop.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "batches.h"
#include "measure.h"
#include "sockets.h"

enum { CALLERS_MAX = 1024, EVENTS_MAX = 64, CONNECT_MILLISECONDS = 10000, IDLE_NANOSECONDS = 20000000 };
static const int64_t drain_nanoseconds = 10000000000;

typedef struct {
    int socket;
    // When the question in flight should have been asked; -1 while there is none.
    int64_t since;
    int begins;
} caller;

typedef struct {
    const measure_plan *plan;
    measure_outcome *outcome;
    int64_t *latencies, *moments;
    size_t capacity, offset;
    caller callers[CALLERS_MAX];
    int idle[CALLERS_MAX];
    int idle_count, poller;
    // Open loop: the moments of questions that wait for a caller.
    int64_t *waiting;
    size_t waiting_first, waiting_count, waiting_capacity;
    int64_t next;
    uint64_t random;
    batches batches;
    char reply[256 * 1024];
} load;

static double unit(uint64_t *state) {
    // SplitMix64, as in the generator of stores.
    uint64_t mixed = *state += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return ((double)((mixed ^ (mixed >> 31)) >> 11) + 1) / 9007199254740993.0;
}

static int join(load *load, uint32_t number) {
    int socket = measure_connect(load->plan->path, CONNECT_MILLISECONDS);
    if (socket < 0) return -1;
    fcntl(socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    epoll_ctl(load->poller, EPOLL_CTL_ADD, socket, &event);
    return socket;
}

static int ask(load *load, int number, int64_t since) {
    const measure_plan *plan = load->plan;
    size_t length = sockets_message(plan->messages + load->offset, plan->bytes - load->offset);
    load->callers[number].since = since;
    load->callers[number].begins = 1;
    if (sockets_send(load->callers[number].socket, plan->messages + load->offset, length) != 0) return -1;
    load->offset = load->offset + length < plan->bytes ? load->offset + length : 0;
    return 0;
}

static int remember(load *load, int64_t moment) {
    if (load->waiting_count == load->waiting_capacity) {
        size_t larger = load->waiting_capacity * 2 + 1024;
        int64_t *grown = malloc(larger * sizeof *grown);
        if (!grown) return -1;
        for (size_t index = 0; index < load->waiting_count; index++) {
            grown[index] = load->waiting[(load->waiting_first + index) % load->waiting_capacity];
        }
        free(load->waiting);
        load->waiting = grown;
        load->waiting_capacity = larger;
        load->waiting_first = 0;
    }
    load->waiting[(load->waiting_first + load->waiting_count++) % load->waiting_capacity] = moment;
    return 0;
}

// Takes in what is due by now, and lets idle callers ask.
static int advance(load *load, int64_t now, int64_t end) {
    while (load->plan->rate > 0 && load->next <= now && load->next < end) {
        if (remember(load, load->next) != 0) return -1;
        load->next += (int64_t)(-log(unit(&load->random)) * 1e9 / load->plan->rate);
    }
    while (load->waiting_count > 0 && load->idle_count > 0) {
        int64_t moment = load->waiting[load->waiting_first];
        load->waiting_first = (load->waiting_first + 1) % load->waiting_capacity;
        load->waiting_count--;
        if (ask(load, load->idle[--load->idle_count], moment) != 0) return -1;
    }
    while (load->plan->rate <= 0 && now < end && load->idle_count > 0) {
        if (ask(load, load->idle[--load->idle_count], now) != 0) return -1;
    }
    return 0;
}

static int hear(load *load, int number) {
    char *reply = load->reply;
    caller *caller = &load->callers[number];
    ssize_t received = recv(caller->socket, reply, sizeof load->reply, 0);
    if (received < 0 && errno == EAGAIN) return 0;
    if (received <= 0 || caller->since < 0) return -1;
    load->outcome->failed += sockets_errors(reply, (size_t)received, &caller->begins);
    if (reply[received - 1] != 0) return 0;
    int64_t now = measure_nanoseconds();
    size_t index = (size_t)load->outcome->answered++;
    if (index < load->capacity) {
        load->latencies[index] = now - caller->since;
        load->moments[index] = caller->since - load->outcome->began;
    }
    load->outcome->nanoseconds = now - load->outcome->began;
    caller->since = -1;
    load->idle[load->idle_count++] = number;
    return 0;
}

// Waits for nothing, or for the next event or question.
static int wait_for(load *load, struct epoll_event *events, int64_t now) {
    struct timespec pause = {0};
    if (load->plan->sleeps) {
        int64_t left = load->plan->rate > 0 ? load->next - now : IDLE_NANOSECONDS;
        if (left > IDLE_NANOSECONDS) left = IDLE_NANOSECONDS;
        if (left > 0) pause.tv_nsec = left;
    }
    return epoll_pwait2(load->poller, events, EVENTS_MAX, &pause, NULL);
}

static int run(load *load) {
    const measure_plan *plan = load->plan;
    struct epoll_event events[EVENTS_MAX];
    int64_t end = load->outcome->began + plan->nanoseconds;
    for (;;) {
        int64_t now = measure_nanoseconds();
        if (plan->stop && __atomic_load_n(plan->stop, __ATOMIC_RELAXED) && now < end) end = now;
        if (now >= end && load->idle_count == plan->callers && load->waiting_count == 0) return 0;
        if (now >= end + drain_nanoseconds) {
            load->outcome->failed += plan->callers - load->idle_count + (int64_t)load->waiting_count;
            return 0;
        }
        if (advance(load, now, end) != 0) return -1;
        int ready = wait_for(load, events, now);
        for (int index = 0; index < ready; index++) {
            if (hear(load, (int)events[index].data.u32) != 0) return -1;
        }
    }
}

static int start(load *load) {
    const measure_plan *plan = load->plan;
    load->poller = epoll_create1(EPOLL_CLOEXEC);
    load->batches.socket = -1;
    for (int number = 0; number < plan->callers; number++) load->callers[number].socket = -1;
    for (int number = 0; number < plan->callers; number++) {
        load->callers[number].since = -1;
        load->callers[number].socket = join(load, (uint32_t)number);
        if (load->callers[number].socket < 0) return -1;
        load->idle[load->idle_count++] = number;
    }
    if (plan->batch) {
        load->batches = (batches){
            .path = plan->path, .message = plan->batch, .bytes = plan->batch_bytes, .window = plan->batch_window};
        if (batches_start(&load->batches) != 0) return -1;
    }
    load->random = plan->seed;
    load->outcome->began = measure_nanoseconds();
    load->next = load->outcome->began;
    return 0;
}

int measure_load(
    const measure_plan *plan, int64_t *latencies, int64_t *moments, size_t capacity, measure_outcome *outcome) {
    *outcome = (measure_outcome){0};
    if (plan->callers < 1 || plan->callers >= CALLERS_MAX || plan->bytes == 0) return -1;
    load *load = calloc(1, sizeof *load);
    if (!load) return -1;
    load->plan = plan;
    load->outcome = outcome;
    load->latencies = latencies;
    load->moments = moments;
    load->capacity = capacity;
    int result = start(load) == 0 ? run(load) : -1;
    for (int number = 0; number < plan->callers; number++) {
        if (load->callers[number].socket >= 0) close(load->callers[number].socket);
    }
    outcome->batches = batches_end(&load->batches);
    if (outcome->batches < 0) result = -1;
    if (load->poller >= 0) close(load->poller);
    free(load->waiting);
    free(load);
    return result;
}
