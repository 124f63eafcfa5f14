#define _DEFAULT_SOURCE
#include "CPrefetch.h"

#include <sys/mman.h>

void cprefetch_advise_large_pages(void *memory, size_t count) {
    // What it answers changes nothing that anybody does.
    madvise(memory, count, MADV_HUGEPAGE);
}
