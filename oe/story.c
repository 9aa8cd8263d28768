/* Lines for people: the stages of a trial's transcript and the last sentence. */
#include "oe/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
oe_tell(struct oe *oe, const struct oppo *o, enum oe_stage stage, const char *fmt, ...)
{
	char line[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	oe->ports.tell(oe->ports.ctx, o->id, stage, line);
}

const char *
oe_revname(const struct ip_addr *a, char out[REVNAME_TEXT])
{
	struct dns_name name = revname_of(a);
	size_t len = strnlen(name.text, REVNAME_TEXT - 1);

	if (len > 0 && name.text[len - 1] == '.')
		len--;
	memcpy(out, name.text, len);
	out[len] = '\0';
	return out;
}

uint32_t
oe_seconds_to(const struct oe *oe, uint64_t when_ms)
{
	uint64_t now = oe_now(oe);

	return when_ms > now ? (uint32_t)((when_ms - now + 999) / 1000) : 0;
}

/* What stands for the pair before the trial begins. */
static void
standing_words(struct oe *oe, const struct oppo *o, char *out, size_t outlen)
{
	const struct decided *d = decided_standing(&oe->decided, &o->flow.src, &o->flow.dst,
						   oe_now(oe));

	if (d == NULL)
		snprintf(out, outlen, "trap active; no SA, no shunt");
	else if (d->kind == SHUNT_KEYED)
		snprintf(out, outlen, "SA up, pair keyed");
	else
		snprintf(out, outlen, "shunt %s for %u s more",
			 shunt_kind_name((enum shunt_kind)d->kind),
			 oe_seconds_to(oe, d->expires_ms));
}

void
oe_tell_policy(struct oe *oe, const struct oppo *o)
{
	const struct group_entry *e = group_set_find(oe->groups, &o->flow);
	struct addr_buf a, b, c;
	char standing[80];

	ip_addr_text(&o->flow.src, &a);
	ip_addr_text(&o->flow.dst, &b);
	if (e == NULL) {
		oe_tell(oe, o, STAGE_POLICY, "%s -> %s in no group", a.text, b.text);
		return;
	}
	standing_words(oe, o, standing, sizeof(standing));
	oe_tell(oe, o, STAGE_POLICY, "%s -> %s in group %s (%s); %s", a.text, b.text,
		policy_group(e->group)->name, ip_prefix_text(&e->remote, &c), standing);
}

void
oe_failure_words(char *out, size_t outlen, const struct flow *f, const char *why,
		 const char *detail)
{
	struct addr_buf a, b;
	bool more = detail[0] != '\0';

	snprintf(out, outlen, "Can not opportunistically initiate for %s to %s: %s%s%s%s",
		 ip_addr_text(&f->src, &a), ip_addr_text(&f->dst, &b), why,
		 more ? " (" : "", detail, more ? ")" : "");
}
