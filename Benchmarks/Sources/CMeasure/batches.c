// One caller that always has calls in flight, on a thread that yields to everybody.
#define _GNU_SOURCE
#include "batches.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "sockets.h"

enum { CONNECT_MILLISECONDS = 10000, POLL_MILLISECONDS = 1 };

// Sends while the window is open; 1 if any bytes went, 0 if none, -1 when the connection failed.
static int feed(batches *batches, size_t *sent, int flying) {
    if (flying >= batches->window) return 0;
    ssize_t count =
        send(batches->socket, batches->message + *sent, batches->bytes - *sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    *sent += (size_t)count;
    return 1;
}

// Takes replies; how many ended, or -1 when the connection failed.
static int take(batches *batches, char *room, size_t bytes, int *any) {
    ssize_t count = recv(batches->socket, room, bytes, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return 0;
    if (count <= 0) return -1;
    *any = 1;
    return sockets_ends(room, (size_t)count);
}

static void *run(void *context) {
    // Each thread's own: several may run in one process.
    static _Thread_local char room[256 * 1024];
    batches *batches = context;
    struct sched_param parameters = {0};
    sched_setscheduler(0, SCHED_IDLE, &parameters);
    size_t sent = 0;
    int flying = 0;
    while (!__atomic_load_n(&batches->stop, __ATOMIC_RELAXED)) {
        int any = feed(batches, &sent, flying);
        if (any > 0 && sent == batches->bytes) {
            sent = 0;
            flying++;
        }
        int ended = any < 0 ? -1 : take(batches, room, sizeof room, &any);
        if (ended < 0) {
            batches->has_failed = 1;
            break;
        }
        flying -= ended;
        batches->answered += ended;
        struct pollfd wanted = {
            .fd = batches->socket, .events = POLLIN | (flying < batches->window ? POLLOUT : 0)};
        if (!any) poll(&wanted, 1, POLL_MILLISECONDS);
    }
    return NULL;
}

int batches_start(batches *batches) {
    batches->socket = measure_connect(batches->path, CONNECT_MILLISECONDS);
    if (batches->socket < 0) return -1;
    if (pthread_create(&batches->thread, NULL, run, batches) == 0) return 0;
    close(batches->socket);
    batches->socket = -1;
    return -1;
}

int64_t batches_end(batches *batches) {
    if (batches->socket < 0) return 0;
    __atomic_store_n(&batches->stop, 1, __ATOMIC_RELAXED);
    pthread_join(batches->thread, NULL);
    close(batches->socket);
    batches->socket = -1;
    return batches->has_failed ? -1 : batches->answered;
}
