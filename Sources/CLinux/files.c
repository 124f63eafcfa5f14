#define _GNU_SOURCE
#include "clinux_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t nanoseconds(struct timespec time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

static void fill(clinux_stamp *stamp, const struct stat *status) {
    stamp->device = status->st_dev;
    stamp->inode = status->st_ino;
    stamp->size = (uint64_t)status->st_size;
    stamp->changed_nanoseconds = nanoseconds(status->st_ctim);
    stamp->modified_nanoseconds = nanoseconds(status->st_mtim);
    stamp->links = status->st_nlink;
    stamp->kind = S_ISREG(status->st_mode)   ? CLINUX_KIND_REGULAR
                  : S_ISDIR(status->st_mode) ? CLINUX_KIND_FOLDER
                  : S_ISLNK(status->st_mode) ? CLINUX_KIND_LINK
                                             : CLINUX_KIND_OTHER;
}

static int open_beneath(int root, const char *path, uint64_t flags) {
    struct open_how how = {
        .flags = flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long descriptor;
    do {
        // EAGAIN: something was renamed during the look-up and the kernel could not prove that it stayed beneath.
        descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
    } while (descriptor < 0 && (errno == EINTR || errno == EAGAIN));
    return descriptor < 0 ? -errno : (int)descriptor;
}

int clinux_open_root(const char *path) {
    int descriptor = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_open_beneath(int root, const char *path) { return open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY); }

int clinux_stamp_beneath(int root, const char *path, clinux_stamp *stamp) {
    int descriptor = open_beneath(root, path, O_PATH);
    if (descriptor < 0) return descriptor;
    int result = clinux_stamp_descriptor(descriptor, stamp);
    close(descriptor);
    return result;
}

int clinux_stamp_name(int folder, const char *name, clinux_stamp *stamp) {
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
    fill(stamp, &status);
    return 0;
}

int clinux_stamp_descriptor(int descriptor, clinux_stamp *stamp) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -errno;
    fill(stamp, &status);
    return 0;
}

int clinux_stamp_path(const char *path, bool follow, clinux_stamp *stamp) {
    struct stat status;
    if (fstatat(AT_FDCWD, path, &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) return -errno;
    fill(stamp, &status);
    return 0;
}

long clinux_read_link_beneath(int root, const char *path, char *buffer, size_t capacity) {
    int descriptor = open_beneath(root, path, O_PATH | O_NOFOLLOW);
    if (descriptor < 0) return descriptor;
    long length = readlinkat(descriptor, "", buffer, capacity);
    int failure = errno;
    close(descriptor);
    return length < 0 ? -failure : length;
}

int clinux_list(int descriptor, void (*each)(void *context, const char *name), void *context) {
    int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (own < 0) return -errno;
    DIR *folder = fdopendir(own);
    if (folder == NULL) {
        int failure = errno;
        close(own);
        return -failure;
    }
    struct dirent *entry;
    for (errno = 0; (entry = readdir(folder)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) each(context, entry->d_name);
    }
    int failure = errno;
    closedir(folder);
    return -failure;
}

long clinux_read(int descriptor, void *buffer, size_t count) {
    ssize_t length;
    do length = read(descriptor, buffer, count);
    while (length < 0 && errno == EINTR);
    return length < 0 ? -errno : length;
}

int clinux_close(int descriptor) { return close(descriptor) == 0 ? 0 : -errno; }

int clinux_inotify_open(void) {
    int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_inotify_watch_path(int inotify, const char *path) {
    const uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB |
                          IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
    int watch = inotify_add_watch(inotify, path, mask);
    return watch < 0 ? -errno : watch;
}

int clinux_inotify_watch(int inotify, int folder) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
    return clinux_inotify_watch_path(inotify, path);
}

int clinux_inotify_forget(int inotify, int watch) { return inotify_rm_watch(inotify, watch) == 0 ? 0 : -errno; }

static int meaning(uint32_t mask) {
    int events = 0;
    if (mask & IN_Q_OVERFLOW) events |= CLINUX_EVENT_OVERFLOW;
    if (mask & IN_IGNORED) events |= CLINUX_EVENT_FORGOTTEN;
    if (mask & ~(uint32_t)(IN_Q_OVERFLOW | IN_IGNORED)) events |= CLINUX_EVENT_CHANGED;
    if (mask & (IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) events |= CLINUX_EVENT_FOLDER;
    return events;
}

int clinux_inotify_drain(
    int inotify, void (*each)(void *context, int watch, int events, const char *name), void *context) {
    _Alignas(struct inotify_event) char buffer[32768];
    long length = clinux_read(inotify, buffer, sizeof buffer);
    if (length == -EAGAIN) return 0;
    if (length <= 0) return (int)length;
    for (long offset = 0; offset < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(buffer + offset);
        // A name is padded with zero bytes, and so always ends in one.
        each(context, event->wd, meaning(event->mask), event->len > 0 ? event->name : NULL);
        offset += (long)(sizeof *event + event->len);
    }
    return 1;
}

int clinux_wake_open(void) {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_wake_send(int wake) {
    uint64_t one = 1;
    return write(wake, &one, sizeof one) == sizeof one ? 0 : -errno;
}

int clinux_wake_drain(int wake) {
    uint64_t count;
    return read(wake, &count, sizeof count) == sizeof count ? 0 : -errno;
}

int clinux_wait_readable(int first, int second, int timeout_milliseconds) {
    // poll leaves negative descriptors out. A signal only ends the wait early, which every caller must expect.
    struct pollfd descriptors[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
    return poll(descriptors, 2, timeout_milliseconds) > 0;
}

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    return clock_gettime(clock, &now) == 0 ? nanoseconds(now) : 0;
}

int64_t clinux_monotonic_milliseconds(void) { return read_clock(CLOCK_MONOTONIC) / 1000000; }

int64_t clinux_realtime_nanoseconds(void) { return read_clock(CLOCK_REALTIME); }
