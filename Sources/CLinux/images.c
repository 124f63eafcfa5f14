#define _GNU_SOURCE
#include "clinux_images.h"
#include "clinux_files.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int result_of(int result) { return result < 0 ? -errno : result; }

int clinux_make_private_folder(const char *path) {
    if (mkdir(path, 0700) != 0) return -errno;
    // A umask may have taken more away than others' rights. What stands there by now may not be what was made.
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    int isOurs = folder >= 0 && fstat(folder, &status) == 0 && status.st_uid == geteuid();
    if (isOurs && (status.st_mode & 0700) != 0700) fchmod(folder, (status.st_mode & 07000) | 0700);
    if (folder >= 0) close(folder);
    return 0;
}

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

// The id in a segment of notes, each of which is a header, a name and its content, both filled to a multiple of 4.
static const void *build_id(const char *note, size_t size, size_t *count) {
    while (size >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *header = (const ElfW(Nhdr) *)note;
        const size_t name = ((size_t)header->n_namesz + 3) & ~(size_t)3, content = ((size_t)header->n_descsz + 3) & ~(size_t)3;
        size_t whole = sizeof *header + name + content;
        if (name > size || content > size || whole > size) return NULL;
        if (header->n_type == NT_GNU_BUILD_ID && header->n_namesz == 4 && memcmp(note + sizeof *header, "GNU", 4) == 0) {
            *count = header->n_descsz;
            return note + sizeof *header + name;
        }
        note += whole;
        size -= whole;
    }
    return NULL;
}

// The id that the linker gave, at most 255 bytes; NULL where it gave none.
static const void *id_of(const struct dl_phdr_info *object, size_t *count) {
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        if (segment->p_type != PT_NOTE) continue;
        const void *id = build_id((const char *)object->dlpi_addr + segment->p_vaddr, segment->p_memsz, count);
        if (id != NULL && *count > 0 && *count <= 255) return id;
    }
    return NULL;
}

struct each_library {
    void (*each)(void *context, const void *bytes, size_t count);
    void *context;
};

static int tell_executable(struct dl_phdr_info *executable, size_t size, void *context) {
    (void)size;
    const struct each_library *told = context;
    size_t count = 0;
    const void *id = id_of(executable, &count);
    if (id != NULL) told->each(told->context, id, count);
    // The executable comes first, and alone is asked for.
    return 1;
}

void clinux_executable_id(void (*each)(void *context, const void *bytes, size_t count), void *context) {
    struct each_library told = {each, context};
    dl_iterate_phdr(tell_executable, &told);
}

struct each_part {
    void (*each)(void *context, uint64_t offset, uint64_t count);
    void *context;
};

static int tell_parts(struct dl_phdr_info *executable, size_t size, void *context) {
    (void)size;
    const struct each_part *told = context;
    for (int index = 0; index < executable->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &executable->dlpi_phdr[index];
        if (segment->p_type == PT_LOAD) told->each(told->context, segment->p_offset, segment->p_filesz);
    }
    // The executable comes first, and alone is asked for.
    return 1;
}

void clinux_each_loaded_part(void (*each)(void *context, uint64_t offset, uint64_t count), void *context) {
    struct each_part told = {each, context};
    dl_iterate_phdr(tell_parts, &told);
}

long clinux_read_at(int descriptor, void *buffer, size_t count, uint64_t offset) {
    ssize_t result;
    do {
        result = pread(descriptor, buffer, count, (off_t)offset);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : result;
}

static int tell_library(struct dl_phdr_info *library, size_t size, void *context) {
    (void)size;
    const struct each_library *told = context;
    // The executable has no name, and what the kernel brings is no file.
    if (library->dlpi_name == NULL || strchr(library->dlpi_name, '/') == NULL) return 0;
    size_t count = 0;
    const void *id = id_of(library, &count);
    if (id != NULL) {
        told->each(told->context, id, count);
        return 0;
    }
    struct stat status;
    memset(&status, 0, sizeof status);
    (void)stat(library->dlpi_name, &status);
    const char *name = strrchr(library->dlpi_name, '/') + 1;
    char text[256];
    int length = snprintf(text, sizeof text, "%lld %lld.%09ld %s", (long long)status.st_size,
                          (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec, name);
    told->each(told->context, text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
    return 0;
}

void clinux_each_library(void (*each)(void *context, const void *bytes, size_t count), void *context) {
    struct each_library told = {each, context};
    dl_iterate_phdr(tell_library, &told);
}

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

void clinux_memory_populate(void *memory, size_t count) {
#ifdef MADV_POPULATE_WRITE
    // A kernel that does not know how gives page by page as it is filled.
    madvise(memory, count, MADV_POPULATE_WRITE);
#else
    (void)memory, (void)count;
#endif
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
