#ifndef POSTERN_CLINUX_FILES_H
#define POSTERN_CLINUX_FILES_H
// openat2, inotify: for DirectoryStore.
#endif
