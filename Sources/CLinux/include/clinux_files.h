#ifndef POSTERN_CLINUX_FILES_H
#define POSTERN_CLINUX_FILES_H
// openat2, directory listing, inotify and a wake-up descriptor: for DirectoryStore.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What identifies one state of a file; two equal stamps mean that nobody wrote between them, but for clock granularity.
typedef struct clinux_stamp {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t changed_nanoseconds;   // ctime
    int64_t modified_nanoseconds;  // mtime
    uint64_t links;
    uint32_t kind;  // one of CLINUX_KIND_…
} clinux_stamp;

enum { CLINUX_KIND_REGULAR = 1, CLINUX_KIND_FOLDER = 2, CLINUX_KIND_LINK = 3, CLINUX_KIND_OTHER = 4 };

// Each call returns a descriptor or 0, or minus the errno; none sets errno for the caller to read.

// Opens the folder at path, following links, without permission to read it: a place that names are resolved beneath.
int clinux_open_root(const char *path);
// Opens path beneath the folder (openat2, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS) for reading; never blocks on a pipe.
int clinux_open_beneath(int root, const char *path);
// What path is after following links, beneath the folder.
int clinux_stamp_beneath(int root, const char *path, clinux_stamp *stamp);
// What a name in the folder is itself: a link is not followed. The name must hold no slash.
int clinux_stamp_name(int folder, const char *name, clinux_stamp *stamp);
int clinux_stamp_descriptor(int descriptor, clinux_stamp *stamp);
// What an ordinary path is; follow says whether its last name is followed.
int clinux_stamp_path(const char *path, bool follow, clinux_stamp *stamp);
// Reads the target of a link beneath the folder into buffer; returns its length or minus the errno.
long clinux_read_link_beneath(int root, const char *path, char *buffer, size_t capacity);
// Calls each with every name in the folder behind the descriptor, which stays open. `.` and `..` are left out.
int clinux_list(int descriptor, void (*each)(void *context, const char *name), void *context);
long clinux_read(int descriptor, void *buffer, size_t count);
int clinux_close(int descriptor);

// Events that mean that files may differ; see inotify(7).
enum {
    CLINUX_EVENT_CHANGED = 1,    // something in a watched folder, or the folder itself, changed
    CLINUX_EVENT_OVERFLOW = 2,   // the queue was full: anything may have changed
    CLINUX_EVENT_FORGOTTEN = 4,  // the watch is gone with its folder
    CLINUX_EVENT_FOLDER = 8,     // the change is one of a folder: the watched one, or one in it
};
int clinux_inotify_open(void);
// Watches the folder that the descriptor stands for; returns the watch or minus the errno.
int clinux_inotify_watch(int inotify, int folder);
int clinux_inotify_watch_path(int inotify, const char *path);
int clinux_inotify_forget(int inotify, int watch);
// Reads a part of the queue without waiting; returns minus the errno, or 0 when it is empty, or 1 after calling each.
// The name is that of the entry in the watched folder, NULL when the event is one of the folder itself.
int clinux_inotify_drain(
    int inotify, void (*each)(void *context, int watch, int events, const char *name), void *context);

// A counter to wake a waiting thread with (eventfd).
int clinux_wake_open(void);
int clinux_wake_send(int wake);
int clinux_wake_drain(int wake);
// Waits until one of the two descriptors can be read (a negative one is left out) or the time is over; never fails.
int clinux_wait_readable(int first, int second, int timeout_milliseconds);

int64_t clinux_monotonic_milliseconds(void);
int64_t clinux_realtime_nanoseconds(void);
#endif
