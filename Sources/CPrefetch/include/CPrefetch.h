#ifndef CPREFETCH_H
#define CPREFETCH_H

/// Begins to bring the cache line at an address nearer, without waiting for it; no address does harm.
static inline void cprefetch_read(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
