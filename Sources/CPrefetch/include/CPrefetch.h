#ifndef CPREFETCH_H
#define CPREFETCH_H

#include <stddef.h>

/// Begins to bring the cache line at an address nearer, without waiting for it; no address does harm.
static inline void cprefetch_read(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Zeroed memory of this process alone, in few large pages as far as it fills them, so that walks through it look up fewer
/// addresses; a system that has none gives small ones. NULL when there is none to have; `large_page` is a power of two.
void *cprefetch_map(size_t count, size_t large_page);
/// Gives such memory back, with the same numbers.
void cprefetch_unmap(void *memory, size_t count, size_t large_page);

#endif
