/* What a client is told: lines, objects, results. */
#include <stdarg.h>
#include <stdio.h>

#include "pluto/control/client.h"

/* Part of a name may end within a character: whatever is not UTF-8 then is
 * replaced, so that a line is never lost. */
static json_t *
json_text(char *text)
{
	json_t *o = json_string(text);

	if (o != NULL)
		return o;
	for (char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return json_string(text);
}

static void __attribute__((format(printf, 5, 0)))
say(struct ctl *s, ctl_client id, json_t *o, int code, const char *fmt, va_list ap)
{
	struct client *c = client_find(s, id);
	char text[2048];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (c != NULL && o != NULL) {
		json_object_set_new(o, "code", json_integer(code));
		json_object_set_new(o, "text", json_text(text));
		client_send(c, o);
	}
	json_decref(o);
}

void
ctl_line(struct ctl *s, ctl_client c, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(s, c, json_object(), code, fmt, ap);
	va_end(ap);
}

void
ctl_object(struct ctl *s, ctl_client c, json_t *o, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(s, c, o != NULL ? o : json_object(), code, fmt, ap);	/* the line at least */
	va_end(ap);
}

void
ctl_result(struct ctl *s, ctl_client id, json_t *extra, int code, const char *fmt, ...)
{
	json_t *o = extra != NULL ? extra : json_object();
	struct client *c = client_find(s, id);
	va_list ap;

	if (c != NULL)
		c->busy = false;
	json_object_set_new(o, "event", json_string("result"));
	va_start(ap, fmt);
	say(s, id, o, code, fmt, ap);
	va_end(ap);
	c = client_find(s, id);		/* sending may have dropped it */
	if (c != NULL)
		client_listen(c);
}
