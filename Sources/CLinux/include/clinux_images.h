#ifndef POSTERN_CLINUX_IMAGES_H
#define POSTERN_CLINUX_IMAGES_H
// A private folder, files written as a whole, memory that becomes read-only: for the images of DirectoryStore.
#include <stddef.h>
#include <stdint.h>

// Whose a file is and who may do what with it.
typedef struct clinux_ownership {
    uint64_t size;
    uint32_t user;
    uint32_t mode;  // the permission bits, 07777
    uint32_t kind;  // one of CLINUX_KIND_…
} clinux_ownership;

// Each call returns a descriptor, a count or 0, or minus the errno; none sets errno for the caller to read.

// Makes a folder for its owner alone (0700); its parent must be there.
int clinux_make_private_folder(const char *path);
// Opens a folder for listing, unless its last name is a link.
int clinux_open_folder_itself(const char *path);
int clinux_ownership_of(int descriptor, clinux_ownership *ownership);
// The user that this process acts as.
uint32_t clinux_this_user(void);
// Opens a file in a folder for reading, unless it is a link; never blocks on a pipe.
int clinux_open_file_itself(int folder, const char *name);
// Opens the file that is running.
int clinux_open_executable(void);
// Tells the id that the linker gave that file, if it gave one; at most 255 bytes.
void clinux_executable_id(void (*each)(void *context, const void *bytes, size_t count), void *context);
// Tells each part of that file which is loaded: where it begins in the file, and how long it is there. What the program does is in
// them as a whole; symbols and what debuggers need are not.
void clinux_each_loaded_part(void (*each)(void *context, uint64_t offset, uint64_t count), void *context);
// Reads from a place in a file.
long clinux_read_at(int descriptor, void *buffer, size_t count, uint64_t offset);
// Tells each shared library of this process, but none that the kernel brings: the id that the linker gave it, else its name, size
// and time of change. At most 255 bytes each.
void clinux_each_library(void (*each)(void *context, const void *bytes, size_t count), void *context);
// Makes a file in a folder, 0600, which must not be there.
int clinux_create_private_file(int folder, const char *name);
// Writes all of the bytes.
int clinux_write_all(int descriptor, const void *bytes, size_t count);
int clinux_sync(int descriptor);
int clinux_rename_in(int folder, const char *from, const char *to);
int clinux_remove_in(int folder, const char *name);

// Memory of this process alone, zeroed, behind no file; NULL when there is none to have. Not empty.
void *clinux_memory_map(size_t count);
// Has all of it there at once, and not page by page as it is filled.
void clinux_memory_populate(void *memory, size_t count);
// From here on nothing can be written to it.
int clinux_memory_seal(void *memory, size_t count);
void clinux_memory_unmap(void *memory, size_t count);

// Gives the system back what this process has freed.
void clinux_return_memory(void);

// Lets the calling thread run when others do not want to; fails without harm where that is forbidden.
int clinux_lower_this_thread(void);
#endif
