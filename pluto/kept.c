/* What connections keep closed: lines of a file, read and written. */
#include "pluto/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/number.h"

/* "group CLIENTS REMOTE PROTO SPORT DPORT", "-" for our own traffic; and
 * "conn PROTO LO HI LO-PORT HI-PORT LO HI LO-PORT HI-PORT", ours before theirs. */
enum { GROUP_WORDS = 6, CONN_WORDS = 10, MAX_LINE = 400 };

static bool
number(const char *word, unsigned long max, unsigned long *out)
{
	return number_parse(word, max, out);
}

static bool
read_group(char *const w[], struct group_entry *e)
{
	unsigned long proto, sport, dport;

	*e = (struct group_entry){ .group = GROUP_ID_BLOCK, .by_hand = true };
	snprintf(e->where, sizeof(e->where), "kept closed");
	if ((strcmp(w[1], "-") != 0 && !ip_prefix_parse(w[1], &e->clients))
	    || !ip_prefix_parse(w[2], &e->remote) || !number(w[3], UINT8_MAX, &proto)
	    || !number(w[4], UINT16_MAX, &sport) || !number(w[5], UINT16_MAX, &dport))
		return false;
	e->ip_proto = (uint8_t)proto;
	e->sport = (uint16_t)sport;
	e->dport = (uint16_t)dport;
	return true;
}

static bool
read_side(char *const w[], struct traffic_selector *ts)
{
	unsigned long lo, hi;

	if (!ip_addr_parse(w[0], &ts->addr_lo) || !ip_addr_parse(w[1], &ts->addr_hi)
	    || ts->addr_lo.family != ts->addr_hi.family
	    || !number(w[2], UINT16_MAX, &lo) || !number(w[3], UINT16_MAX, &hi))
		return false;
	ts->port_lo = (uint16_t)lo;
	ts->port_hi = (uint16_t)hi;
	return true;
}

static bool
read_conn(char *const w[], struct selector *s)
{
	unsigned long proto;

	*s = (struct selector){ .local.ip_proto = 0 };
	if (!number(w[1], UINT8_MAX, &proto) || !read_side(&w[2], &s->local)
	    || !read_side(&w[6], &s->remote))
		return false;
	s->local.ip_proto = s->remote.ip_proto = (uint8_t)proto;
	return true;
}

static bool
add_conn(struct kept *k, const struct selector *s)
{
	struct selector *more = reallocarray(k->conns, k->n_conns + 1, sizeof(*more));

	if (more == NULL)
		return false;
	k->conns = more;
	k->conns[k->n_conns++] = *s;
	return true;
}

static bool
read_line(struct kept *k, char *line)
{
	char *w[CONN_WORDS + 1], *rest = NULL, *at = strtok_r(line, " \n", &rest);
	struct group_entry e;
	struct selector s;
	unsigned n = 0;

	for (; at != NULL && n <= CONN_WORDS; at = strtok_r(NULL, " \n", &rest))
		w[n++] = at;
	if (n == GROUP_WORDS && strcmp(w[0], "group") == 0)
		return read_group(w, &e) && group_entry_add(&k->groups, &k->n_groups, &e);
	if (n == CONN_WORDS && strcmp(w[0], "conn") == 0)
		return read_conn(w, &s) && add_conn(k, &s);
	return n == 0;
}

void
kept_read(struct kept *k, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[MAX_LINE];
	bool good = true;

	k->read = true;
	if (f == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (int i = 0; i < KEPT_MAX && fgets(line, sizeof(line), f) != NULL; i++)
		good = read_line(k, line) && good;
	fclose(f);
	if (!good)
		log_warn(NULL, "%s: not all lines are understood; what they kept closed is open until "
			 "its connections are routed", file);
}

void
kept_clear(struct kept *k)
{
	free(k->groups);
	free(k->conns);
	*k = (struct kept){ .read = k->read };
}

static void
write_group(FILE *f, const struct group_entry *e)
{
	struct addr_buf c, r;
	bool own = e->clients.addr.family == IP_NONE;

	fprintf(f, "group %s %s %u %u %u\n", own ? "-" : ip_prefix_text(&e->clients, &c),
		ip_prefix_text(&e->remote, &r), e->ip_proto, e->sport, e->dport);
}

static void
write_conn(FILE *f, const struct selector *s)
{
	const struct traffic_selector *l = &s->local, *r = &s->remote;
	struct addr_buf a, b, c, d;

	fprintf(f, "conn %u %s %s %u %u %s %s %u %u\n", r->ip_proto, ip_addr_text(&l->addr_lo, &a),
		ip_addr_text(&l->addr_hi, &b), l->port_lo, l->port_hi, ip_addr_text(&r->addr_lo, &c),
		ip_addr_text(&r->addr_hi, &d), r->port_lo, r->port_hi);
}

static FILE *
open_for(const char *file, int flags)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f == NULL && fd >= 0)
		close(fd);
	return f;
}

int
kept_write(const struct kept *k, const char *file)
{
	char new[4200];
	FILE *f;

	if (k->n_groups + k->n_conns == 0)
		return unlink(file) == 0 || errno == ENOENT ? 0 : -errno;
	snprintf(new, sizeof(new), "%s.new", file);
	f = open_for(new, O_TRUNC);
	if (f == NULL)
		return -errno;
	for (size_t i = 0; i < k->n_groups; i++)
		write_group(f, &k->groups[i]);
	for (size_t i = 0; i < k->n_conns; i++)
		write_conn(f, &k->conns[i]);
	if (fclose(f) == 0 && rename(new, file) == 0)
		return 0;
	return -errno;
}

int
kept_append(const char *file, const struct selector *conn)
{
	FILE *f = open_for(file, O_APPEND);

	if (f == NULL)
		return -errno;
	write_conn(f, conn);
	return fclose(f) == 0 ? 0 : -errno;
}

bool
kept_same_group(const struct group_entry *a, const struct group_entry *b)
{
	return ip_addr_eq(&a->clients.addr, &b->clients.addr) && a->clients.len == b->clients.len
		&& ip_addr_eq(&a->remote.addr, &b->remote.addr) && a->remote.len == b->remote.len
		&& a->ip_proto == b->ip_proto && a->sport == b->sport && a->dport == b->dport;
}
