// As many messages as go through, and what they cost the process that answers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "sockets.h"

enum { CONNECTIONS_MAX = 64, WRITE_BYTES = 60 * 1024, CONNECT_MILLISECONDS = 10000, STALL_MILLISECONDS = 10000 };

typedef struct {
    // Copies of the message in a row, so that one write carries many.
    const char *copies;
    size_t copies_bytes, message_bytes;
    int64_t left, flying[CONNECTIONS_MAX];
    size_t offset[CONNECTIONS_MAX];
    int begins[CONNECTIONS_MAX];
    int64_t answered, failed;
} pump;

static int push(pump *pump, int socket, int number, int window) {
    // Whole messages that may still go, and the rest of the one that went in part.
    int64_t room = window - pump->flying[number];
    if (room > pump->left) room = pump->left;
    size_t begun = pump->offset[number] % pump->message_bytes;
    size_t want = (size_t)(room > 0 ? room : 0) * pump->message_bytes - (room > 0 ? begun : 0);
    if (want > pump->copies_bytes - pump->offset[number]) want = pump->copies_bytes - pump->offset[number];
    if (want == 0) return 0;
    ssize_t sent = send(socket, pump->copies + pump->offset[number], want, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN ? 0 : -1;
    int64_t whole = (int64_t)((begun + (size_t)sent) / pump->message_bytes);
    pump->flying[number] += whole;
    pump->left -= whole;
    pump->offset[number] = (pump->offset[number] + (size_t)sent) % pump->copies_bytes;
    return 0;
}

static int pull(pump *pump, int socket, int number) {
    static _Thread_local char reply[256 * 1024];
    ssize_t received = recv(socket, reply, sizeof reply, MSG_DONTWAIT);
    if (received < 0 && errno == EAGAIN) return 0;
    if (received <= 0) return -1;
    int ends = sockets_ends(reply, (size_t)received);
    pump->failed += sockets_errors(reply, (size_t)received, &pump->begins[number]);
    pump->flying[number] -= ends;
    pump->answered += ends;
    return 0;
}

static int run(pump *pump, const int *sockets, int connections, int64_t count, int window) {
    struct pollfd entries[CONNECTIONS_MAX];
    while (pump->answered < count) {
        for (int number = 0; number < connections; number++) {
            // One connection's share may be more than what is left: `left` is common to all.
            int may_send = pump->left > 0 && pump->flying[number] < window;
            entries[number] = (struct pollfd){.fd = sockets[number], .events = POLLIN | (may_send ? POLLOUT : 0)};
        }
        if (poll(entries, (nfds_t)connections, STALL_MILLISECONDS) <= 0) return -1;
        for (int number = 0; number < connections; number++) {
            if (entries[number].revents & POLLOUT && push(pump, sockets[number], number, window) != 0) return -1;
            if (entries[number].revents & (POLLIN | POLLHUP) && pull(pump, sockets[number], number) != 0) return -1;
        }
    }
    return 0;
}

int measure_pump(
    const char *path, int process, const char *message, size_t bytes, int64_t count, int connections, int window,
    measure_pump_outcome *outcome) {
    *outcome = (measure_pump_outcome){0};
    if (connections < 1 || connections > CONNECTIONS_MAX || bytes == 0) return -1;
    size_t times = bytes < WRITE_BYTES ? WRITE_BYTES / bytes : 1;
    char *copies = malloc(times * bytes);
    if (!copies) return -1;
    for (size_t index = 0; index < times; index++) memcpy(copies + index * bytes, message, bytes);
    pump pump = {.copies = copies, .copies_bytes = times * bytes, .message_bytes = bytes, .left = count};
    int sockets[CONNECTIONS_MAX];
    int result = 0;
    for (int number = 0; number < connections; number++) {
        pump.begins[number] = 1;
        sockets[number] = measure_connect(path, CONNECT_MILLISECONDS);
        if (sockets[number] < 0) result = -1;
    }
    int64_t start = measure_nanoseconds();
    int64_t server_start = measure_process_nanoseconds(process);
    if (result == 0) result = run(&pump, sockets, connections, count, window);
    outcome->server_nanoseconds = measure_process_nanoseconds(process) - server_start;
    outcome->wall_nanoseconds = measure_nanoseconds() - start;
    outcome->failed = pump.failed;
    for (int number = 0; number < connections; number++) {
        if (sockets[number] >= 0) close(sockets[number]);
    }
    free(copies);
    return result;
}
