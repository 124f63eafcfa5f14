#define _DEFAULT_SOURCE
#include "CPrefetch.h"

#include <sys/mman.h>

// Whole large pages: the kernel lays nothing else where they could begin.
static size_t mapped(size_t count, size_t large_page) { return (count + large_page - 1) & ~(large_page - 1); }

void *cprefetch_map(size_t count, size_t large_page) {
    size_t all = mapped(count, large_page);
    void *memory = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    // The last one is left out where it is not full: nobody has memory to spare for what is not there. What comes of the
    // advice changes nothing that anybody does.
    size_t full = count & ~(large_page - 1);
    if (full > 0) madvise(memory, full, MADV_HUGEPAGE);
    return memory;
}

void cprefetch_unmap(void *memory, size_t count, size_t large_page) { munmap(memory, mapped(count, large_page)); }
