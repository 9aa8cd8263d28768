/* Fuzz target: what a pluto that somebody has taken over says to the keeper of its keys,
 * and what a keeper might say: nothing is signed or told without a key or a secret, and
 * whatever is read is written the same. */
#include <stdlib.h>
#include <string.h>

#include "pluto/keeper/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct store *store;

static void
start(void)
{
	store = store_new("/dev/null", "/dev/null");
	if (store == NULL || !store_set_text(store, span_str("@us @them : PSK \"a secret of two\"\n"
							     "@fred : XAUTH \"correct horse\"\n")))
		abort();
}

static bool
has(struct span haystack, const char *needle)
{
	return haystack.len >= strlen(needle)
		&& memmem(haystack.ptr, haystack.len, needle, strlen(needle)) != NULL;
}

/* Signatures need a key, and there is none; no answer has the shared secret. */
static void
check_answer(const struct keeper_request *r, const struct keeper_answer *a)
{
	static uint8_t buf[IPC_MAX];
	struct span out = keeper_answer_write(a, buf, sizeof(buf));
	struct keeper_answer again;

	if (a->kind != r->kind || a->id != r->id || out.len == 0 || has(out, "a secret of two"))
		abort();
	if (a->ok && (a->kind == KEEPER_SIGN || a->kind == KEEPER_SIGN_V1 || a->kind == KEEPER_KEY))
		abort();
	if (a->kind != KEEPER_LOGIN && has(out, "correct horse"))
		abort();
	if (!keeper_answer_read(out, &again) || again.ok != a->ok || again.n_ids != a->n_ids)
		abort();
	keeper_answer_free(&again);
}

static void
as_question(struct span in)
{
	static uint8_t buf[IPC_MAX];
	struct keeper_request r;
	struct keeper_answer a;

	if (!keeper_request_read(in, &r))
		return;
	if (!span_eq(keeper_request_write(&r, buf, sizeof(buf)), in))
		abort();
	if (r.kind == KEEPER_LOAD)
		return;		/* it would empty the store */
	keeper_answer(store, &r, &a);
	check_answer(&r, &a);
	keeper_answer_free(&a);
}

static void
as_answer(struct span in)
{
	static uint8_t buf[IPC_MAX];
	struct keeper_answer a;

	if (keeper_answer_read(in, &a) && !span_eq(keeper_answer_write(&a, buf, sizeof(buf)), in))
		abort();
	keeper_answer_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (store == NULL)
		start();
	as_question(span_of(data, size));
	as_answer(span_of(data, size));
	return 0;
}
