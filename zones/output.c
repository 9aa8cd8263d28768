/* The formats of oe-zone, a row each. */
#include "zones/output.h"

#include <string.h>

static void
rr_zone(const struct output *o, const char *owner, uint32_t ttl, const char *type, const char *text)
{
	fprintf(o->out, "%s %u IN %s %s\n", owner, ttl, type, text);
}

static void
begin_nsupdate(const struct output *o)
{
	if (o->zone.text[0] != '\0')
		fprintf(o->out, "zone %s\n", o->zone.text);
}

/* Without a zone each record may be of another one: an update of its own. */
static void
rr_nsupdate(const struct output *o, const char *owner, uint32_t ttl, const char *type,
	    const char *text)
{
	fprintf(o->out, "update add %s %u IN %s %s\n%s", owner, ttl, type, text,
		o->zone.text[0] != '\0' ? "" : "send\n");
}

static void
end_nsupdate(const struct output *o)
{
	if (o->zone.text[0] != '\0')
		fputs("send\n", o->out);
}

static void
begin_knotc(const struct output *o)
{
	fprintf(o->out, "zone-begin %s\n", o->zone.text);
}

static void
rr_knotc(const struct output *o, const char *owner, uint32_t ttl, const char *type, const char *text)
{
	fprintf(o->out, "zone-set %s %s %u %s %s\n", o->zone.text, owner, ttl, type, text);
}

static void
end_knotc(const struct output *o)
{
	fprintf(o->out, "zone-commit %s\n", o->zone.text);
}

/* pdnsutil puts the zone behind each name itself. */
static void
rr_pdnsutil(const struct output *o, const char *owner, uint32_t ttl, const char *type,
	    const char *text)
{
	size_t own = strlen(owner) - strlen(o->zone.text);

	fprintf(o->out, "pdnsutil add-record '%s' '%.*s' %s %u '%s'\n", o->zone.text,
		own > 0 ? (int)own - 1 : 1, own > 0 ? owner : "@", type, ttl, text);
}

void
output_json_string(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c > '~')
			fprintf(out, "\\u%04x", c);
		else
			fprintf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
	}
	putc('"', out);
}

static void
rr_json(const struct output *o, const char *owner, uint32_t ttl, const char *type, const char *text)
{
	fprintf(o->out, "{\"owner\":\"%s\",\"ttl\":%u,\"type\":\"%s\",\"text\":", owner, ttl, type);
	output_json_string(o->out, text);
	fputs("}\n", o->out);
}

static void
nothing(const struct output *o)
{
	(void)o;
}

static const struct {
	const char *name;
	const char *comment;	/* what a remark begins with; NULL: no room for any */
	bool needs_zone;
	void (*begin)(const struct output *o);
	void (*rr)(const struct output *o, const char *owner, uint32_t ttl, const char *type,
		   const char *text);
	void (*end)(const struct output *o);
} formats[] = {
	/* Lines of a zone file; ';' begins a comment there. */
	[OUTPUT_ZONE] = { "zone", "; ", false, nothing, rr_zone, nothing },
	/* The same, with data as octets. */
	[OUTPUT_GENERIC] = { "generic", "; ", false, nothing, rr_zone, nothing },
	/* RFC 2136: the updates of one zone succeed or fail together. */
	[OUTPUT_NSUPDATE] = { "nsupdate", "; ", false, begin_nsupdate, rr_nsupdate, end_nsupdate },
	/* A transaction is of one zone; the input has no comments. */
	[OUTPUT_KNOTC] = { "knotc", NULL, true, begin_knotc, rr_knotc, end_knotc },
	/* A line of shell per record. */
	[OUTPUT_PDNSUTIL] = { "pdnsutil", "# ", true, nothing, rr_pdnsutil, nothing },
	/* An object per line. */
	[OUTPUT_JSON] = { "json", NULL, false, nothing, rr_json, nothing },
};

bool
output_format_parse(const char *text, enum output_format *out)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].name, text) == 0) {
			*out = (enum output_format)i;
			return true;
		}
	}
	return false;
}

bool
output_zone_parse(const char *text, struct dns_name *out)
{
	char plain[sizeof(out->text)];
	const char *slash;

	if (strlen(text) >= sizeof(plain))
		return false;
	strcpy(plain, text);
	for (char *at = plain; (at = strchr(at, '/')) != NULL; at++)
		*at = '-';
	if (!dns_name_from_host(span_str(plain), out))
		return false;
	for (slash = text; (slash = strchr(slash, '/')) != NULL; slash++)
		out->text[slash - text] = '/';
	return true;
}

const char *
output_refuses(const struct output *o)
{
	if (formats[o->format].needs_zone && o->zone.text[0] == '\0')
		return "commands for knotc and pdnsutil name the zone: give it with --zone";
	return NULL;
}

bool
output_holds(const struct output *o, const struct dns_name *name)
{
	size_t zone = strlen(o->zone.text), len = strlen(name->text);

	return zone == 0 || (len >= zone && strcmp(name->text + len - zone, o->zone.text) == 0 &&
			     (len == zone || name->text[len - zone - 1] == '.'));
}

void
output_begin(const struct output *o)
{
	formats[o->format].begin(o);
}

bool
output_end(const struct output *o)
{
	formats[o->format].end(o);
	return fflush(o->out) == 0 && !ferror(o->out);
}

void
output_comment(const struct output *o, const char *text)
{
	if (formats[o->format].comment != NULL && !o->quiet)
		fprintf(o->out, "%s%s\n", formats[o->format].comment, text);
}

void
output_rr(const struct output *o, const struct dns_name *owner, uint32_t ttl, const char *type,
	  const char *text)
{
	formats[o->format].rr(o, owner->text, ttl, type, text);
}
