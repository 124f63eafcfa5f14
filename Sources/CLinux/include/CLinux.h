#ifndef POSTERN_CLINUX_H
#define POSTERN_CLINUX_H
// The few Linux calls that Swift's Glibc lacks, one header a topic.
#include "clinux_files.h"
#include "clinux_images.h"
#include "clinux_sockets.h"
#endif
