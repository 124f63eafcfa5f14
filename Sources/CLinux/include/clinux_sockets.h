#ifndef POSTERN_CLINUX_SOCKETS_H
#define POSTERN_CLINUX_SOCKETS_H
// epoll, accept4, peer credentials, signalfd, eventfd: for Sidecar and PosternClient.
#endif
