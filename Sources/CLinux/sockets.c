#include "clinux_sockets.h"
