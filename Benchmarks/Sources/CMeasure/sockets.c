// Messages one after the other, and the echo that they are compared with.
#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "measure.h"

enum { BUFFER_BYTES = 256 * 1024, REPLY_BYTES_MAX = 64 * 1024, CONNECT_MICROSECONDS = 500, BACKLOG = 256 };

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

int sockets_send(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

int sockets_ends(const char *bytes, size_t count) {
    int ends = 0;
    const char *end = bytes + count;
    while (bytes < end && (bytes = memchr(bytes, 0, (size_t)(end - bytes)))) {
        ends++;
        bytes++;
    }
    return ends;
}

int sockets_errors(const char *bytes, size_t count, int *begins) {
    static const char head[] = "{\"error\"";
    int errors = 0;
    for (size_t index = 0; index < count;) {
        size_t left = count - index;
        if (*begins && left >= sizeof head - 1 && memcmp(bytes + index, head, sizeof head - 1) == 0) errors++;
        size_t length = sockets_message(bytes + index, left);
        index += length;
        *begins = bytes[index - 1] == 0;
    }
    return errors;
}

size_t sockets_message(const char *bytes, size_t count) {
    const char *end = memchr(bytes, 0, count);
    return end ? (size_t)(end - bytes) + 1 : count;
}

// Reads once and answers each message that ended; 0 when the peer has gone.
static int answer(int socket, int reply_bytes, int64_t busy_nanoseconds) {
    static char input[BUFFER_BYTES];
    static char output[BUFFER_BYTES];
    ssize_t received = recv(socket, input, sizeof input, 0);
    if (received <= 0) return 0;
    int ends = sockets_ends(input, (size_t)received);
    if (busy_nanoseconds > 0) {
        int64_t until = measure_nanoseconds() + busy_nanoseconds * ends;
        while (measure_nanoseconds() < until) {
        }
    }
    size_t fill = 0;
    for (int index = 0; index < ends; index++) {
        if (fill + (size_t)reply_bytes > sizeof output) {
            if (sockets_send(socket, output, fill) != 0) return 0;
            fill = 0;
        }
        memset(output + fill, 'x', (size_t)reply_bytes - 1);
        fill += (size_t)reply_bytes;
        output[fill - 1] = 0;
    }
    return sockets_send(socket, output, fill) == 0;
}

void measure_echo(const char *path, int reply_bytes, int64_t busy_nanoseconds) {
    struct sockaddr_un address = address_of(path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    int poller = epoll_create1(0);
    if (reply_bytes < 1 || reply_bytes > REPLY_BYTES_MAX || listener < 0 || poller < 0) return;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, BACKLOG) != 0) return;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    struct epoll_event events[64];
    for (;;) {
        int ready = epoll_wait(poller, events, sizeof events / sizeof *events, -1);
        for (int index = 0; index < ready; index++) {
            int socket = events[index].data.fd;
            if (socket == listener) {
                int accepted = accept(listener, NULL, NULL);
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = accepted};
                epoll_ctl(poller, EPOLL_CTL_ADD, accepted, &event);
            } else if (!answer(socket, reply_bytes, busy_nanoseconds)) {
                close(socket);
            }
        }
    }
}

int measure_connect(const char *path, int milliseconds) {
    struct sockaddr_un address = address_of(path);
    int64_t until = measure_nanoseconds() + (int64_t)milliseconds * 1000000;
    do {
        int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connection < 0) return -1;
        if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0) return connection;
        close(connection);
        usleep(CONNECT_MICROSECONDS);
    } while (measure_nanoseconds() < until);
    return -1;
}

// Reads one reply; flags may say not to sleep for it.
static long receive(int socket, char *reply, size_t capacity, int flags) {
    size_t length = 0;
    while (length < capacity) {
        ssize_t received = recv(socket, reply + length, capacity - length, flags);
        if (received < 0 && errno == EAGAIN) continue;
        if (received <= 0) return -1;
        length += (size_t)received;
        if (reply[length - 1] == 0) return (long)length;
    }
    return -1;
}

long measure_exchange(int socket, const void *message, size_t count, void *reply, size_t capacity) {
    return sockets_send(socket, message, count) == 0 ? receive(socket, reply, capacity, 0) : -1;
}

long measure_receive(int socket, void *reply, size_t capacity, int milliseconds) {
    struct pollfd entry = {.fd = socket, .events = POLLIN};
    int ready = poll(&entry, 1, milliseconds);
    if (ready <= 0) return ready;
    return receive(socket, reply, capacity, 0);
}

int measure_round_trips(
    int socket, const char *messages, size_t count, size_t *offset, int trips, int64_t *samples) {
    static _Thread_local char reply[REPLY_BYTES_MAX];
    for (int trip = 0; trip < trips; trip++) {
        size_t length = sockets_message(messages + *offset, count - *offset);
        int64_t start = measure_nanoseconds();
        if (sockets_send(socket, messages + *offset, length) != 0) return -1;
        // A sleeping client would measure its own wake-up as well.
        if (receive(socket, reply, sizeof reply, MSG_DONTWAIT) < 0) return -1;
        samples[trip] = measure_nanoseconds() - start;
        *offset = *offset + length < count ? *offset + length : 0;
    }
    return 0;
}
