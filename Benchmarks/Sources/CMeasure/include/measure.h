#ifndef POSTERN_MEASURE_H
#define POSTERN_MEASURE_H
// What the benchmarks need of C: clocks, counted allocations, pinned processes, a bare echo, and jansson.

#include <stddef.h>
#include <stdint.h>

int64_t measure_nanoseconds(void);
// Allocations of the whole process since its start.
uint64_t measure_allocations(void);

// Keeps this process, and threads it starts from now on, on one processor; 0 on success.
int measure_pin(int processor);
// Starts this program again with up to three arguments (null ends them); the child dies with its parent.
int measure_spawn(const char *verb, const char *first, const char *second, const char *third);
void measure_kill(int process);
// Keeps a processor from idling, at the lowest priority, for ever.
void measure_spin(int processor);
// Answers every NUL-ended message with reply_bytes bytes that end with a NUL, for ever; busy before each reply for so
// many nanoseconds, which is how a benchmark shows that it would see them.
void measure_echo(const char *path, int reply_bytes, int64_t busy_nanoseconds);

// Connects, trying for ten seconds; -1 when nobody listens.
int measure_connect(const char *path);
// One message, one reply: returns the reply's length with its NUL, or -1.
long measure_exchange(int socket, const void *message, size_t count, void *reply, size_t capacity);
// As measure_exchange, but waits for the reply without sleeping: what a wake-up of the client costs is not measured.
long measure_exchange_polling(int socket, const void *message, size_t count, void *reply, size_t capacity);
// Polling round trips one after the other, each one's nanoseconds into samples; 0 on success.
int measure_round_trips(int socket, const void *message, size_t count, int trips, int64_t *samples);
// The nanoseconds for trips messages of which window are in flight, or -1.
int64_t measure_pipelined(int socket, const void *message, size_t count, int trips, int window);

// The nanoseconds for parsing a text a number of times with jansson, or -1.
int64_t measure_jansson(const char *text, size_t count, int times);
void measure_wait_for_ever(void);
#endif
