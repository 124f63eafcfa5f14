#ifndef POSTERN_MEASURE_H
#define POSTERN_MEASURE_H
// What the benchmarks need of C: clocks, counted allocations, pinned processes, load, a bare echo, and jansson.

#include <stddef.h>
#include <stdint.h>

// MARK: Clocks and counters

int64_t measure_nanoseconds(void);
// Processor time of this thread.
int64_t measure_thread_nanoseconds(void);
// Processor time that a process has taken, in user mode and in the kernel; -1 when it is gone.
int64_t measure_process_nanoseconds(int process);
// Allocations of the whole process since its start.
uint64_t measure_allocations(void);
// A line of /proc/PROCESS/status such as "VmRSS:", in bytes; -1 when there is none.
int64_t measure_memory(int process, const char *line);
// Makes the peak (VmHWM) of a process what it takes now; 0 on success.
int measure_reset_peak(int process);
// Under callgrind: whether it can be told what to look at, and telling it.
int measure_can_instrument(void);
void measure_instrument(int on);

// MARK: Processes

// Keeps this thread, and threads it starts from now on, on one processor, or on all with -1; 0 on success.
int measure_pin(int processor);
// Starts a program on one processor (-1: any), what it prints going to a file (null: nowhere); the child dies with its
// parent. The arguments end with a null.
int measure_spawn(const char *const *arguments, int processor, const char *output);
// Asks a process to end (SIGTERM) and waits for five seconds before it kills it; then it is gone.
void measure_end(int process);
// Whether a process that was spawned has ended.
int measure_has_ended(int process);
// Keeps a processor from idling, at the lowest priority, for ever.
void measure_spin(int processor);

// MARK: Messages

// Answers every NUL-ended message with reply_bytes bytes that end with a NUL, for ever; busy before each reply for so
// many nanoseconds, which is how a benchmark shows that it would see them.
void measure_echo(const char *path, int reply_bytes, int64_t busy_nanoseconds);
// Connects, trying for so many milliseconds; -1 when nobody listens.
int measure_connect(const char *path, int milliseconds);
// One message, one reply: returns the reply's length with its NUL, or -1.
long measure_exchange(int socket, const void *message, size_t count, void *reply, size_t capacity);
// Reads one more NUL-ended reply, waiting for at most so many milliseconds: its length, 0 when none came, or -1.
long measure_receive(int socket, void *reply, size_t capacity, int milliseconds);
// Polling round trips one after the other, each one's nanoseconds into samples; 0 on success. The messages, which all
// end with a NUL, are sent in turn beginning with the one at *offset, which is moved on.
int measure_round_trips(
    int socket, const char *messages, size_t count, size_t *offset, int trips, int64_t *samples);

// MARK: Load

typedef struct {
    const char *path;
    // NUL-ended messages, asked in turn.
    const char *messages;
    size_t bytes;
    // Connections, each with one question at a time.
    int callers;
    // Questions a second of all callers, at random moments that the seed gives; 0: each caller asks again at once.
    double rate;
    uint64_t seed;
    int64_t nanoseconds;
    // Sleeps while there is nothing to do, instead of polling.
    int sleeps;
    // Ends early once this is not 0; may be null.
    const int32_t *stop;
    // One more connection that keeps batch_window of this message in flight; null: none.
    const char *batch;
    size_t batch_bytes;
    int batch_window;
} measure_plan;

typedef struct {
    // Questions answered, and those of them that came back as errors or not at all.
    int64_t answered;
    int64_t failed;
    int64_t batches;
    // From the beginning to the last question's answer.
    int64_t nanoseconds;
    // By the clock of measure_nanoseconds.
    int64_t began;
} measure_outcome;

// Applies a load. For each question, up to capacity of them, latencies has the nanoseconds from the moment at which it
// should have been asked, and moments that moment, counted from the beginning; a question that had to wait for a free
// caller has waited since its moment (no coordinated omission). Returns 0, or -1 when a connection failed.
int measure_load(
    const measure_plan *plan, int64_t *latencies, int64_t *moments, size_t capacity, measure_outcome *outcome);

typedef struct {
    int64_t server_nanoseconds;
    int64_t wall_nanoseconds;
    int64_t failed;
} measure_pump_outcome;

// Sends a message count times over some connections, window of them in flight on each, and says what processor time the
// process that answers took. Returns 0, or -1 when a connection failed.
int measure_pump(
    const char *path, int process, const char *message, size_t bytes, int64_t count, int connections, int window,
    measure_pump_outcome *outcome);

// MARK: jansson

// The processor time in nanoseconds for parsing a text a number of times with jansson, or -1.
int64_t measure_jansson(const char *text, size_t count, int times);
const char *measure_jansson_version(void);
// Reads every *.json file beneath a folder and gives it to each; returns how many, or -1 when one cannot be read or
// each does not return 0.
int64_t measure_folder(
    const char *path, int (*each)(const char *bytes, size_t count, void *context), void *context);
// An each that parses with jansson; adds the bytes to the int64_t that context points to.
int measure_parse_file(const char *bytes, size_t count, void *context);
#endif
