// Lets callgrind skip everything but what is counted, where its header was there to build with.
#include "measure.h"

#if defined(__has_include) && __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>

int measure_can_instrument(void) { return 1; }

void measure_instrument(int on) {
    if (on) {
        CALLGRIND_START_INSTRUMENTATION;
    } else {
        CALLGRIND_STOP_INSTRUMENTATION;
    }
}
#else
int measure_can_instrument(void) { return 0; }

void measure_instrument(int on) { (void)on; }
#endif
