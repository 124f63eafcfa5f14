#ifndef BATCHES_H
#define BATCHES_H
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

// A caller with window calls in flight. Its thread runs when nobody else wants the processor (SCHED_IDLE): what others
// feel of its calls is then what the server lets them feel, not what this process takes to send and to read them.
typedef struct {
    const char *path;
    const char *message;
    size_t bytes;
    int window;
    // The module's own from here on; socket must be -1 while it has not been started.
    int socket;
    int32_t stop, has_failed;
    int64_t answered;
    pthread_t thread;
} batches;

// Connects and starts the thread on the processors of the calling one; 0 on success.
int batches_start(batches *batches);
// Ends the thread; the calls that were answered, or -1 when the connection failed. Does nothing for what has not been started.
int64_t batches_end(batches *batches);
#endif
