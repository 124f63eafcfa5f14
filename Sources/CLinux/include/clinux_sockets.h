#ifndef POSTERN_CLINUX_SOCKETS_H
#define POSTERN_CLINUX_SOCKETS_H
// What Swift's Glibc lacks for sockets: epoll, eventfd, accept4, peer credentials, Unix addresses, signal sets.
// For Sidecar and PosternClient. Every call returns what the system call returns (-1 with errno set on failure).

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The epoll event bits that are used, as values that Swift can read.
enum {
    clinux_epoll_in = 0x001,
    clinux_epoll_out = 0x004,
    clinux_epoll_error = 0x008,
    clinux_epoll_hangup = 0x010,
    clinux_epoll_read_hangup = 0x2000,
};

// The most events that one clinux_epoll_wait gives.
enum { clinux_epoll_events_max = 256 };

// An event with the token that its descriptor was registered with (struct epoll_event is packed on x86-64).
struct clinux_epoll_event {
    uint64_t token;
    uint32_t events;
};

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int descriptor);
// `count` is at most clinux_epoll_events_max. An interrupted wait gives 0 events.
int clinux_epoll_wait(int epoll, struct clinux_epoll_event *events, int count, int timeout_milliseconds);
// The same with a timeout in nanoseconds, which must not be negative. Kernels without epoll_pwait2 (before 5.11) wait for
// the whole milliseconds in it: too short, never too long.
int clinux_epoll_wait_nanoseconds(int epoll, struct clinux_epoll_event *events, int count, int64_t timeout_nanoseconds);

// A non-blocking eventfd, closed on exec.
int clinux_eventfd(void);
// Adds one; a full counter is no failure.
int clinux_eventfd_signal(int descriptor);
// Takes all; an empty counter is no failure.
int clinux_eventfd_drain(int descriptor);

// A Unix stream socket, non-blocking and closed on exec.
int clinux_unix_stream_socket(void);
// Binds or connects to a path; a path that begins with '@' is an abstract name. ENAMETOOLONG over 107 bytes.
int clinux_unix_bind(int descriptor, const char *path);
int clinux_unix_connect(int descriptor, const char *path);
// Sends one datagram to a path (or '@' name) and closes its socket again.
int clinux_unix_send_datagram(const char *path, const void *bytes, size_t count);
// accept4 with SOCK_NONBLOCK | SOCK_CLOEXEC.
int clinux_accept(int listener);

// Who connected (SO_PEERCRED), in the namespaces of this process.
int clinux_peer_credentials(int descriptor, pid_t *process, uid_t *user, gid_t *group);
// Writes all or a part of the bytes without ever raising SIGPIPE; EINTR is tried again.
ssize_t clinux_send(int descriptor, const void *bytes, size_t count);
// Reads what there is; EINTR is tried again.
ssize_t clinux_receive(int descriptor, void *bytes, size_t count);

// Names the calling thread for debuggers; at most 15 bytes.
int clinux_name_this_thread(const char *name);
// Lets timers of the calling thread end when they are due, not up to 50 microseconds later (PR_SET_TIMERSLACK).
int clinux_set_precise_timers(void);
// The number of a group by its name; -1 when there is none.
int clinux_group_id(const char *name, gid_t *group);

// Blocks SIGTERM, SIGINT and SIGHUP in the calling thread, and thereby in every thread it starts, and ignores SIGPIPE.
int clinux_block_service_signals(void);
// Waits for SIGTERM, SIGINT or SIGHUP, which must be blocked, at most so long; gives its number, 0 when none came.
int clinux_wait_service_signal(int timeout_milliseconds);

#endif
