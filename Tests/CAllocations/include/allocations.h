#ifndef POSTERN_ALLOCATIONS_H
#define POSTERN_ALLOCATIONS_H
// Allocations of the calling thread, for tests of what must not allocate.

#include <stdint.h>

// How many there were since the thread began; -1 where a sanitizer stands before malloc itself.
int64_t allocations_of_this_thread(void);
#endif
