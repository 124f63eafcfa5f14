#define _GNU_SOURCE
#include "clinux_images.h"
#include "clinux_files.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int result_of(int result) { return result < 0 ? -errno : result; }

int clinux_make_private_folder(const char *path) { return result_of(mkdir(path, 0700)); }

int clinux_open_folder_itself(const char *path) {
    return result_of(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int clinux_ownership_of(int descriptor, clinux_ownership *ownership) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -errno;
    ownership->size = (uint64_t)status.st_size;
    ownership->user = status.st_uid;
    ownership->mode = status.st_mode & 07777;
    ownership->kind = S_ISREG(status.st_mode)   ? CLINUX_KIND_REGULAR
                      : S_ISDIR(status.st_mode) ? CLINUX_KIND_FOLDER
                      : S_ISLNK(status.st_mode) ? CLINUX_KIND_LINK
                                                : CLINUX_KIND_OTHER;
    return 0;
}

uint32_t clinux_this_user(void) { return geteuid(); }

int clinux_open_file_itself(int folder, const char *name) {
    return result_of(openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

int clinux_open_executable(void) { return result_of(open("/proc/self/exe", O_RDONLY | O_CLOEXEC)); }

int clinux_create_private_file(int folder, const char *name) {
    return result_of(openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

int clinux_write_all(int descriptor, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(descriptor, next, count);
        if (written < 0) {
            if (errno == EINTR) continue;
            return -errno;
        }
        next += written;
        count -= (size_t)written;
    }
    return 0;
}

int clinux_sync(int descriptor) { return result_of(fsync(descriptor)); }

int clinux_rename_in(int folder, const char *from, const char *to) {
    return result_of(renameat(folder, from, folder, to));
}

int clinux_remove_in(int folder, const char *name) { return result_of(unlinkat(folder, name, 0)); }

void *clinux_memory_map(size_t count) {
    void *memory = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int clinux_memory_seal(void *memory, size_t count) { return result_of(mprotect(memory, count, PROT_READ)); }

void clinux_memory_unmap(void *memory, size_t count) { munmap(memory, count); }

void clinux_return_memory(void) {
    malloc_trim(0);
}

int clinux_lower_this_thread(void) {
    // On Linux a priority is a thread's own.
    return result_of(setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10));
}
