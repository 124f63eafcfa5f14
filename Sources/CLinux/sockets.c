#define _GNU_SOURCE
#include "clinux_sockets.h"

#include <errno.h>
#include <grp.h>
#include <linux/time_types.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

_Static_assert((int)clinux_epoll_in == (int)EPOLLIN, "epoll bits");
_Static_assert((int)clinux_epoll_out == (int)EPOLLOUT, "epoll bits");
_Static_assert((int)clinux_epoll_error == (int)EPOLLERR, "epoll bits");
_Static_assert((int)clinux_epoll_hangup == (int)EPOLLHUP, "epoll bits");
_Static_assert((int)clinux_epoll_read_hangup == (int)EPOLLRDHUP, "epoll bits");

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, events, token);
}

int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, events, token);
}

int clinux_epoll_remove(int epoll, int descriptor) { return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0); }

static int at_most(int count) { return count > clinux_epoll_events_max ? clinux_epoll_events_max : count; }

static int give(struct clinux_epoll_event *events, const struct epoll_event *found, int ready) {
    if (ready < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < ready; i++) {
        events[i].token = found[i].data.u64;
        events[i].events = found[i].events;
    }
    return ready;
}

int clinux_epoll_wait(int epoll, struct clinux_epoll_event *events, int count, int timeout_milliseconds) {
    struct epoll_event found[clinux_epoll_events_max];
    return give(events, found, epoll_wait(epoll, found, at_most(count), timeout_milliseconds));
}

int clinux_epoll_wait_nanoseconds(
    int epoll, struct clinux_epoll_event *events, int count, int64_t timeout_nanoseconds) {
    struct epoll_event found[clinux_epoll_events_max];
    // The kernel's own struct, which is 64 bits wide on every machine.
    struct __kernel_timespec timeout = {timeout_nanoseconds / 1000000000, timeout_nanoseconds % 1000000000};
    long ready = syscall(SYS_epoll_pwait2, epoll, found, at_most(count), &timeout, NULL, (size_t)0);
    // Sandboxes that do not know the call refuse it, too.
    if (ready < 0 && (errno == ENOSYS || errno == EPERM)) {
        int64_t milliseconds = timeout_nanoseconds / 1000000;
        ready = epoll_wait(epoll, found, at_most(count), milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds);
    }
    return give(events, found, (int)ready);
}

int clinux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int clinux_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    return write(descriptor, &one, sizeof one) < 0 && errno != EAGAIN ? -1 : 0;
}

int clinux_eventfd_drain(int descriptor) {
    uint64_t value;
    return read(descriptor, &value, sizeof value) < 0 && errno != EAGAIN ? -1 : 0;
}

// Fills a Unix address; 0 when the path does not fit.
static socklen_t fill_address(struct sockaddr_un *address, const char *path) {
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address->sun_path) {
        errno = length == 0 ? EINVAL : ENAMETOOLONG;
        return 0;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    if (path[0] != '@') return offsetof(struct sockaddr_un, sun_path) + length + 1;
    // An abstract name begins with a zero byte, and every byte of its length counts.
    address->sun_path[0] = 0;
    return offsetof(struct sockaddr_un, sun_path) + length;
}

int clinux_unix_stream_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int clinux_unix_bind(int descriptor, const char *path) {
    struct sockaddr_un address;
    socklen_t length = fill_address(&address, path);
    return length == 0 ? -1 : bind(descriptor, (struct sockaddr *)&address, length);
}

int clinux_unix_connect(int descriptor, const char *path) {
    struct sockaddr_un address;
    socklen_t length = fill_address(&address, path);
    return length == 0 ? -1 : connect(descriptor, (struct sockaddr *)&address, length);
}

int clinux_unix_send_datagram(const char *path, const void *bytes, size_t count) {
    struct sockaddr_un address;
    socklen_t length = fill_address(&address, path);
    if (length == 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    // A loop may tell of a reload: never wait for a service manager that does not read.
    ssize_t sent =
        sendto(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length);
    int error = errno;
    close(descriptor);
    errno = error;
    return sent < 0 ? -1 : 0;
}

int clinux_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int clinux_peer_credentials(int descriptor, pid_t *process, uid_t *user, gid_t *group) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -1;
    *process = credentials.pid;
    *user = credentials.uid;
    *group = credentials.gid;
    return 0;
}

ssize_t clinux_send(int descriptor, const void *bytes, size_t count) {
    for (;;) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0 || errno != EINTR) return sent;
    }
}

ssize_t clinux_receive(int descriptor, void *bytes, size_t count) {
    for (;;) {
        ssize_t received = recv(descriptor, bytes, count, MSG_DONTWAIT);
        if (received >= 0 || errno != EINTR) return received;
    }
}

int clinux_name_this_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

int clinux_set_precise_timers(void) { return prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

int clinux_group_id(const char *name, gid_t *group) {
    // Large groups need room for the names of their members.
    for (size_t size = 4096; size <= 1 << 20; size *= 4) {
        char *strings = malloc(size);
        if (strings == NULL) return -1;
        struct group entry, *found = NULL;
        int error = getgrnam_r(name, &entry, strings, size, &found);
        if (error == 0 && found != NULL) *group = found->gr_gid;
        free(strings);
        if (error != ERANGE) return error == 0 && found != NULL ? 0 : -1;
    }
    return -1;
}

static void service_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

int clinux_block_service_signals(void) {
    sigset_t set;
    service_signals(&set);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) return -1;
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error == 0) return 0;
    errno = error;
    return -1;
}

int clinux_wait_service_signal(int timeout_milliseconds) {
    sigset_t set;
    service_signals(&set);
    struct timespec timeout = {timeout_milliseconds / 1000, (timeout_milliseconds % 1000) * 1000000L};
    int number = sigtimedwait(&set, NULL, &timeout);
    return number < 0 ? 0 : number;
}
