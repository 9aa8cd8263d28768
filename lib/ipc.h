/* Messages between our processes: one SOCK_SEQPACKET record each, a type, and
 * tagged values. The reader checks tag, room and, at the end, that nothing is
 * left over; what the other side says is treated like input from the network. */
#ifndef LIB_IPC_H
#define LIB_IPC_H

#include "lib/wire.h"

enum { IPC_MAX = 65536 };

/* A connected pair, close-on-exec and non-blocking; 0 or -errno. */
int ipc_pair(int fds[2]);

struct ipc_writer { struct wire_writer w; };
struct ipc_writer ipc_begin(void *buf, size_t max, uint16_t type);
void ipc_put_u64(struct ipc_writer *m, uint64_t v);
void ipc_put_bytes(struct ipc_writer *m, struct span bytes);
void ipc_put_text(struct ipc_writer *m, const char *text);
/* 0, -EAGAIN when the other side is slow, or -errno. */
int ipc_send(int fd, const struct ipc_writer *m);

struct ipc_reader { struct wire_reader r; uint16_t type; };
/* Receives one record into BUF: its size, 0 at end of file, or -errno. */
int ipc_recv(int fd, void *buf, size_t max);
struct ipc_reader ipc_open(struct span record);
uint64_t ipc_u64(struct ipc_reader *m, const char *what);
struct span ipc_bytes(struct ipc_reader *m, const char *what);
/* Text without NUL or control characters, copied and terminated. */
void ipc_text(struct ipc_reader *m, char *out, size_t outlen, const char *what);
bool ipc_done(struct ipc_reader *m);

#endif
