#ifndef CPREFETCH_H
#define CPREFETCH_H

#include <stddef.h>

/// Begins to bring the cache line at an address nearer, without waiting for it; no address does harm.
static inline void cprefetch_read(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Asks for few large pages where memory lies, so that walks through it look up fewer addresses; a system that has none
/// goes on with small ones. `memory` begins a page.
void cprefetch_advise_large_pages(void *memory, size_t count);

#endif
