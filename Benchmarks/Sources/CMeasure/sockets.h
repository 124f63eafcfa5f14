#ifndef POSTERN_MEASURE_SOCKETS_H
#define POSTERN_MEASURE_SOCKETS_H
// What the ends of a connection share.

#include <stddef.h>

// Sends everything, waiting as long as that takes; 0 on success.
int sockets_send(int socket, const char *bytes, size_t count);
// The NULs among the bytes.
int sockets_ends(const char *bytes, size_t count);
// How many of the replies that begin in the bytes are errors; begins says whether the first byte begins one, and is set
// for the bytes that will follow.
int sockets_errors(const char *bytes, size_t count, int *begins);
// The length of the message at bytes, with its NUL.
size_t sockets_message(const char *bytes, size_t count);
#endif
