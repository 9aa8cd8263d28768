/* Who is let in: few at a time, root before the group, and nobody keeps a place who asks
 * nothing while another wants it. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "pluto/control/client.h"
#include "pluto/control/door.h"

enum {
	MAX_CLIENTS = 64,
	MAX_OF_GROUP = 48,	/* the others are root's */
	MAX_OUTPUT = 8 << 20,	/* bytes waiting for one reader */
};

static struct log_limit complaints;

static unsigned
of_group(const struct ctl *s)
{
	const struct client *c;
	unsigned n = 0;

	LIST_FOREACH(c, &s->clients, all)
		n += !c->root;
	return n;
}

/* Who has been there longest without a request that is being served. */
static struct client *
longest_idle(const struct ctl *s, bool root)
{
	struct client *c, *found = NULL;

	LIST_FOREACH(c, &s->clients, all)
		if (c->root == root && !c->busy && outbox_waiting(&c->out) == 0
		    && (found == NULL || c->id.n < found->id.n))
			found = c;
	return found;
}

/* For one more. Nobody of the group takes a place of root's. */
static bool
make_room(struct ctl *s, bool root)
{
	struct client *c;

	if (s->stats.clients < MAX_CLIENTS && (root || of_group(s) < MAX_OF_GROUP))
		return true;
	c = longest_idle(s, false);
	if (c == NULL && root)
		c = longest_idle(s, true);
	if (c == NULL)
		return false;
	s->stats.refused++;
	client_drop(c, "it asks nothing, and another wants its place");
	return true;
}

static struct client *
admit(struct ctl *s, int fd)
{
	bool root = door_may_enter(fd, NULL);
	bool may = root || door_may_enter(fd, s->has_group ? &s->group : NULL);
	struct client *c = may && make_room(s, root) ? calloc(1, sizeof(*c)) : NULL;

	if (c == NULL)
		return NULL;
	c->s = s;
	c->fd = fd;
	c->root = root;
	c->most = MAX_OUTPUT;
	c->id.n = ++s->last_id;
	LIST_INSERT_HEAD(&s->clients, c, all);
	s->stats.clients++;
	return c;
}

void
client_accept(void *ctx, int listener, int what)
{
	struct ctl *s = ctx;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c;

	(void)what;
	if (fd < 0)
		return;
	c = admit(s, fd);
	if (c != NULL) {
		client_listen(c);
		client_expect(c);
		return;
	}
	s->stats.refused++;
	log_limited(&complaints, LOG_LEVEL_WARN, NULL,
		    "control: client refused (too many, or not allowed)");
	close(fd);
}
