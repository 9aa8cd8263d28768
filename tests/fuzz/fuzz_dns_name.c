/* Fuzz target: names, as octets of a record, and as text that somebody typed. */
#include <stdlib.h>
#include <string.h>

#include "adns/message.h"
#include "lib/revname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool what)
{
	if (!what)
		abort();
}

/* A name that passed has host-name characters, and none that a shell, a format or a zone file
 * would take for its own. */
static void
check_text(const struct dns_name *n)
{
	size_t len = strlen(n->text);

	must(len > 0 && len < sizeof(n->text) && n->text[len - 1] == '.');
	for (size_t i = 0; i < len; i++)
		must(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./",
			    n->text[i]) != NULL);
}

static void
octets(struct span in)
{
	struct wire_reader r = wire_reader(in);
	struct dns_name name, again;
	uint8_t buf[300];
	struct wire_writer w = wire_writer(buf, sizeof(buf));

	if (!dns_name_read(&r, &name))
		return;
	check_text(&name);
	dns_name_write(&w, &name);
	must(wire_fits(&w) && wire_written(&w).len == in.len - wire_left(&r));
	r = wire_reader(wire_written(&w));
	must(dns_name_read(&r, &again) && wire_left(&r) == 0);
	must(strcasecmp(name.text, again.text) == 0);
}

static void
text(struct span in)
{
	struct dns_name name, again;
	struct msg_name wire;
	struct ip_addr a;

	if (!dns_name_from_host(in, &name))
		return;
	check_text(&name);
	must(dns_name_from_host(span_str(name.text), &again) && strcmp(name.text, again.text) == 0);
	must(msg_name_from_text(name.text, &wire) && wire.len > 0);
	if (!revname_parse(name.text, &a))
		return;
	again = revname_of(&a);
	must(strcasecmp(again.text, name.text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	octets(span_of(data, size));
	text(span_of(data, size));
	return 0;
}
