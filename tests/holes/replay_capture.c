/* Plays a capture: each datagram of IKE to a host that has an SA up with an honest
 * peer, ESP, AH and IPComp to the parsers of the data plane; says what comes of each.
 *
 *	replay_capture [-q] FILE...		tests/replay builds it and runs it
 *
 * All of it comes from a stranger, and once more from that peer's own address. With
 * sanitizers, a fault ends it at the packet that was named last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/read_file.h"
#include "lib/wire.h"
#include "pluto/wire/describe.h"
#include "tests/holes/capture.h"
#include "tests/holes/world.h"

enum { FILE_MAX = 64 << 20, VERSION_AT = 17, SUITES = 6, MODE_OPEN = 0, MODE_AH = 6, MODE_IPCOMP = 7,
	PATIENCE_MS = 60000 };

/* The fuzz target of the data plane. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct play {
	bool quiet;
	struct world *v1, *v2;
	unsigned ike, esp;
};

static void
play_ike(struct play *p, const struct captured *c)
{
	struct wire_reader r = wire_reader(c->bytes);
	struct chunk exact = chunk_copy(c->bytes);
	unsigned before;
	struct world *w;

	wire_skip(&r, VERSION_AT, "cookies and next payload");
	w = wire_u8(&r, "version") >> 4 == 1 ? p->v1 : p->v2;
	before = w->n_out;
	world_receive(w, STRANGER, chunk_span(exact));
	if (!p->quiet)
		printf("     %s\n", w->n_out == before ? "nothing comes back"
		       : w->notify != 0 ? "an error comes back" : "it is answered");
	world_receive(w, PEER, chunk_span(exact));
	chunk_free(&exact);
	p->ike++;
}

/* The target's input: what it is, which cipher, the packet. */
static void
play_plane(uint8_t mode, uint8_t suite, struct span bytes)
{
	struct chunk in = chunk_new(bytes.len + 2);

	if (in.ptr == NULL)
		return;
	in.ptr[0] = mode;
	in.ptr[1] = suite;
	if (bytes.len > 0)
		memcpy(in.ptr + 2, bytes.ptr, bytes.len);
	LLVMFuzzerTestOneInput(in.ptr, in.len);
	chunk_free(&in);
}

static void
play_one(void *ctx, const struct captured *c)
{
	static const char *const kinds[] = { [CAPTURE_IKE] = "IKE", [CAPTURE_ESP] = "ESP",
		[CAPTURE_IP] = "AH or IPComp" };
	struct play *p = ctx;
	struct addr_buf a, b;
	char text[160];

	if (!p->quiet)
		printf("%4u %s > %s %s\n", c->number, endpoint_text(&c->from, &a),
		       endpoint_text(&c->to, &b), c->kind == CAPTURE_IKE
		       ? ike_describe(c->bytes, text, sizeof(text)) : kinds[c->kind]);
	fflush(stdout);
	if (c->kind == CAPTURE_IKE) {
		play_ike(p, c);
		return;
	}
	p->esp++;
	for (uint8_t s = 0; c->kind == CAPTURE_ESP && s < SUITES; s++)
		play_plane(MODE_OPEN, s, c->bytes);
	if (c->kind == CAPTURE_IP) {
		play_plane(MODE_AH, 0, c->bytes);
		play_plane(MODE_IPCOMP, 0, c->bytes);
	}
}

static bool
play_file(const char *path, bool quiet)
{
	struct play p = { .quiet = quiet, .v1 = world_new(WORLD_AGGRESSIVE), .v2 = world_new(WORLD_V2) };
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = fd < 0 ? -errno : 0, n = -1;
	struct chunk file = { NULL, 0 };
	const char *why;

	if (rc == 0)
		rc = read_file(fd, FILE_MAX, &file);
	if (fd >= 0)
		close(fd);
	why = strerror(-rc);
	if (rc == 0)
		n = capture_each(chunk_span(file), play_one, &p, &why);
	chunk_free(&file);
	if (n < 0)
		fprintf(stderr, "%s: %s\n", path, why);
	world_advance(p.v1, PATIENCE_MS);
	world_advance(p.v2, PATIENCE_MS);
	world_assert_unharmed(p.v1);
	world_assert_unharmed(p.v2);
	world_free(p.v1);
	world_free(p.v2);
	if (n >= 0)
		printf("%s: %d packets, %u of IKE, %u of ESP, AH or IPComp: no harm\n", path, n, p.ike, p.esp);
	return n >= 0;
}

int
main(int argc, char **argv)
{
	bool quiet = argc > 1 && strcmp(argv[1], "-q") == 0, ok = argc > (quiet ? 2 : 1);

	if (!ok)
		fprintf(stderr, "usage: replay_capture [-q] FILE...\n");
	for (int i = quiet ? 2 : 1; i < argc; i++)
		ok = play_file(argv[i], quiet) && ok;
	return ok ? 0 : 1;
}
