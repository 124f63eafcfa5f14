// The client that measures, and the echo that it compares with.
#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUFFER_BYTES = 256 * 1024, REPLY_BYTES_MAX = 4096, CONNECT_TRIES = 1000, CONNECT_MICROSECONDS = 10000 };

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

static int send_all(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

static int count_ends(const char *bytes, size_t count) {
    int ends = 0;
    const char *end = bytes + count;
    while (bytes < end && (bytes = memchr(bytes, 0, (size_t)(end - bytes)))) {
        ends++;
        bytes++;
    }
    return ends;
}

// Reads once and answers each message that ended; 0 when the peer has gone.
static int answer(int socket, int reply_bytes, int64_t busy_nanoseconds) {
    static char input[BUFFER_BYTES];
    static char output[BUFFER_BYTES];
    ssize_t received = recv(socket, input, sizeof input, 0);
    if (received <= 0) return 0;
    int ends = count_ends(input, (size_t)received);
    if (busy_nanoseconds > 0) {
        int64_t until = measure_nanoseconds() + busy_nanoseconds * ends;
        while (measure_nanoseconds() < until) {
        }
    }
    for (int index = 0; index < ends && (index + 1) * reply_bytes <= BUFFER_BYTES; index++) {
        memset(output + index * reply_bytes, 'x', (size_t)reply_bytes - 1);
        output[(index + 1) * reply_bytes - 1] = 0;
    }
    return send_all(socket, output, (size_t)ends * (size_t)reply_bytes) == 0;
}

void measure_echo(const char *path, int reply_bytes, int64_t busy_nanoseconds) {
    struct sockaddr_un address = address_of(path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    int poller = epoll_create1(0);
    if (reply_bytes < 1 || reply_bytes > REPLY_BYTES_MAX || listener < 0 || poller < 0) return;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0) return;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        if (epoll_wait(poller, &event, 1, -1) < 1) continue;
        if (event.data.fd == listener) {
            int accepted = accept(listener, NULL, NULL);
            event = (struct epoll_event){.events = EPOLLIN, .data.fd = accepted};
            epoll_ctl(poller, EPOLL_CTL_ADD, accepted, &event);
        } else if (!answer(event.data.fd, reply_bytes, busy_nanoseconds)) {
            close(event.data.fd);
        }
    }
}

int measure_connect(const char *path) {
    struct sockaddr_un address = address_of(path);
    for (int tries = 0; tries < CONNECT_TRIES; tries++) {
        int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connection < 0) return -1;
        if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0) return connection;
        close(connection);
        usleep(CONNECT_MICROSECONDS);
    }
    return -1;
}

static long exchange(int socket, const void *message, size_t count, void *reply, size_t capacity, int flags) {
    if (send_all(socket, message, count) != 0) return -1;
    size_t length = 0;
    while (length < capacity) {
        ssize_t received = recv(socket, (char *)reply + length, capacity - length, flags);
        if (received < 0 && errno == EAGAIN) continue;
        if (received <= 0) return -1;
        length += (size_t)received;
        if (((char *)reply)[length - 1] == 0) return (long)length;
    }
    return -1;
}

long measure_exchange(int socket, const void *message, size_t count, void *reply, size_t capacity) {
    return exchange(socket, message, count, reply, capacity, 0);
}

long measure_exchange_polling(int socket, const void *message, size_t count, void *reply, size_t capacity) {
    return exchange(socket, message, count, reply, capacity, MSG_DONTWAIT);
}

int measure_round_trips(int socket, const void *message, size_t count, int trips, int64_t *samples) {
    char reply[REPLY_BYTES_MAX];
    for (int trip = 0; trip < trips; trip++) {
        int64_t start = measure_nanoseconds();
        if (measure_exchange_polling(socket, message, count, reply, sizeof reply) < 0) return -1;
        samples[trip] = measure_nanoseconds() - start;
    }
    return 0;
}

int64_t measure_pipelined(int socket, const void *message, size_t count, int trips, int window) {
    static char requests[BUFFER_BYTES];
    char reply[REPLY_BYTES_MAX * 4];
    if ((size_t)window * count > sizeof requests) return -1;
    for (int index = 0; index < window; index++) memcpy(requests + (size_t)index * count, message, count);
    int64_t start = measure_nanoseconds();
    int sent = 0;
    for (int done = 0; done < trips;) {
        // As many as were answered go out again, so that the window stays full.
        int more = window - (sent - done);
        if (more > trips - sent) more = trips - sent;
        if (more > 0 && send_all(socket, requests, (size_t)more * count) != 0) return -1;
        sent += more;
        ssize_t received = recv(socket, reply, sizeof reply, 0);
        if (received <= 0) return -1;
        done += count_ends(reply, (size_t)received);
    }
    return measure_nanoseconds() - start;
}
