/* Messages between our processes: one record each, a type, and tagged values. */
#include "lib/ipc.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Each value is its tag; then 8 octets, or a 32-bit length and the octets. */
enum ipc_tag { TAG_U64 = 1, TAG_BYTES = 2, TAG_TEXT = 3 };

int
ipc_pair(int fds[2])
{
	int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

	return socketpair(AF_UNIX, type, 0, fds) < 0 ? -errno : 0;
}

struct ipc_writer
ipc_begin(void *buf, size_t max, uint16_t type)
{
	struct ipc_writer m = { .w = wire_writer(buf, max) };

	wire_put_u16(&m.w, type);
	return m;
}

void
ipc_put_u64(struct ipc_writer *m, uint64_t v)
{
	wire_put_u8(&m->w, TAG_U64);
	wire_put_u64(&m->w, v);
}

static void
put_tagged(struct ipc_writer *m, enum ipc_tag tag, struct span bytes)
{
	if (bytes.len > IPC_MAX) {
		m->w.err = WIRE_FULL;
		return;
	}
	wire_put_u8(&m->w, (uint8_t)tag);
	wire_put_u32(&m->w, (uint32_t)bytes.len);
	wire_put(&m->w, bytes);
}

void
ipc_put_bytes(struct ipc_writer *m, struct span bytes)
{
	put_tagged(m, TAG_BYTES, bytes);
}

void
ipc_put_text(struct ipc_writer *m, const char *text)
{
	put_tagged(m, TAG_TEXT, span_str(text));
}

int
ipc_send(int fd, const struct ipc_writer *m)
{
	struct span record = wire_written(&m->w);
	ssize_t n;

	if (!wire_fits(&m->w) || record.len > IPC_MAX)
		return -EMSGSIZE;
	do
		n = send(fd, record.ptr, record.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int
ipc_recv(int fd, void *buf, size_t max)
{
	ssize_t n;

	if (max > IPC_MAX)
		max = IPC_MAX;
	do
		n = recv(fd, buf, max, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n > max ? -EMSGSIZE : (int)n;
}

struct ipc_reader
ipc_open(struct span record)
{
	struct ipc_reader m = { .r = wire_reader(record) };

	m.type = wire_u16(&m.r, "type");
	return m;
}

static bool
expect(struct ipc_reader *m, enum ipc_tag tag, const char *what)
{
	if (wire_u8(&m->r, what) != (uint8_t)tag)
		wire_bad(&m->r, what);
	return wire_ok(&m->r);
}

uint64_t
ipc_u64(struct ipc_reader *m, const char *what)
{
	return expect(m, TAG_U64, what) ? wire_u64(&m->r, what) : 0;
}

static struct span
get_tagged(struct ipc_reader *m, enum ipc_tag tag, const char *what)
{
	if (!expect(m, tag, what))
		return (struct span){ 0 };
	return wire_bytes(&m->r, wire_u32(&m->r, what), what);
}

struct span
ipc_bytes(struct ipc_reader *m, const char *what)
{
	return get_tagged(m, TAG_BYTES, what);
}

static bool
is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return false;
	return true;
}

void
ipc_text(struct ipc_reader *m, char *out, size_t outlen, const char *what)
{
	struct span text = get_tagged(m, TAG_TEXT, what);

	if (outlen == 0) {
		wire_bad(&m->r, what);
		return;
	}
	out[0] = '\0';
	if (text.len >= outlen || !is_plain(text)) {
		wire_bad(&m->r, what);
		return;
	}
	if (text.len != 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
}

bool
ipc_done(struct ipc_reader *m)
{
	return wire_done(&m->r);
}
