/* Records between pluto and the keeper: a kind, an id, and the fields of that kind. */
#include "pluto/keeper/keeper_proto.h"

#include <string.h>

enum field {
	F_GENERATION = 1 << 0, F_INDEX = 1 << 1, F_FINGERPRINT = 1 << 2, F_METHOD = 1 << 3,
	F_PRF = 1 << 4, F_IDS = 1 << 5, F_A = 1 << 6, F_B = 1 << 7,
	F_COUNTS = 1 << 8, F_TEXT = 1 << 9, F_ALG = 1 << 10, F_BYTES = 1 << 11,
};

static const struct { unsigned request, answer; } fields[KEEPER_KINDS] = {
	[KEEPER_LOAD] = { 0, F_GENERATION | F_COUNTS | F_TEXT | F_BYTES },
	[KEEPER_KEY] = { F_GENERATION | F_INDEX, F_TEXT | F_ALG | F_IDS | F_BYTES },
	[KEEPER_SIGN] = { F_FINGERPRINT | F_METHOD | F_A, F_BYTES },
	[KEEPER_SIGN_V1] = { F_FINGERPRINT | F_A, F_BYTES },
	[KEEPER_PSK_AUTH] = { F_IDS | F_PRF | F_A, F_BYTES },
	[KEEPER_SKEYID] = { F_IDS | F_PRF | F_A | F_B, F_BYTES },
	[KEEPER_PASSWORD] = { F_A | F_B, 0 },
	[KEEPER_LOGIN] = { F_A, F_IDS | F_BYTES },
};

static void
put_ident(struct ipc_writer *m, const struct ident *id)
{
	ipc_put_u64(m, id->type);
	ipc_put_bytes(m, span_of(id->data, id->len));
}

/* A number of at most MAX. */
static uint64_t
get_number(struct ipc_reader *m, uint64_t max, const char *what)
{
	uint64_t n = ipc_u64(m, what);

	if (n > max)
		wire_bad(&m->r, what);
	return n > max ? 0 : n;
}

static void
get_ident(struct ipc_reader *m, struct ident *id)
{
	struct span data;

	id->type = (uint8_t)get_number(m, UINT8_MAX, "type of an identity");
	data = ipc_bytes(m, "identity");
	if (data.len > sizeof(id->data)) {
		wire_bad(&m->r, "identity");
		return;
	}
	id->len = (uint8_t)data.len;
	if (data.len > 0)
		memcpy(id->data, data.ptr, data.len);
}

static struct span
written(const struct ipc_writer *m)
{
	struct span none = { NULL, 0 };

	return wire_fits(&m->w) && m->w.len <= IPC_MAX ? wire_written(&m->w) : none;
}

struct span
keeper_request_write(const struct keeper_request *r, void *buf, size_t max)
{
	struct ipc_writer m = ipc_begin(buf, max, (uint16_t)r->kind);
	unsigned has = fields[r->kind].request;

	ipc_put_u64(&m, r->id);
	if (has & F_GENERATION)
		ipc_put_u64(&m, r->generation);
	if (has & F_INDEX)
		ipc_put_u64(&m, r->index);
	if (has & F_FINGERPRINT)
		ipc_put_text(&m, r->fingerprint);
	if (has & F_METHOD) {
		ipc_put_u64(&m, r->method);
		ipc_put_u64(&m, r->hashes);
	}
	if (has & F_PRF)
		ipc_put_u64(&m, r->prf);
	if (has & F_IDS) {
		put_ident(&m, &r->local);
		put_ident(&m, &r->remote);
	}
	if (has & F_A)
		ipc_put_bytes(&m, r->a);
	if (has & F_B)
		ipc_put_bytes(&m, r->b);
	return written(&m);
}

bool
keeper_request_read(struct span record, struct keeper_request *r)
{
	struct ipc_reader m = ipc_open(record);
	unsigned has;

	*r = (struct keeper_request){ .id = ipc_u64(&m, "id") };
	if (m.type == 0 || m.type >= KEEPER_KINDS)
		return false;
	r->kind = (enum keeper_kind)m.type;
	has = fields[r->kind].request;
	if (has & F_GENERATION)
		r->generation = ipc_u64(&m, "generation");
	if (has & F_INDEX)
		r->index = ipc_u64(&m, "index");
	if (has & F_FINGERPRINT)
		ipc_text(&m, r->fingerprint, sizeof(r->fingerprint), "fingerprint");
	if (has & F_METHOD) {
		r->method = (uint8_t)get_number(&m, UINT8_MAX, "method");
		r->hashes = (sig_hash_set)get_number(&m, UINT16_MAX, "hashes");
	}
	if (has & F_PRF)
		r->prf = (uint16_t)get_number(&m, UINT16_MAX, "prf");
	if (has & F_IDS) {
		get_ident(&m, &r->local);
		get_ident(&m, &r->remote);
	}
	if (has & F_A)
		r->a = ipc_bytes(&m, "a");
	if (has & F_B)
		r->b = ipc_bytes(&m, "b");
	return ipc_done(&m);
}

struct span
keeper_answer_write(const struct keeper_answer *a, void *buf, size_t max)
{
	struct ipc_writer m = ipc_begin(buf, max, (uint16_t)a->kind);
	unsigned has = fields[a->kind].answer;

	ipc_put_u64(&m, a->id);
	ipc_put_u64(&m, a->ok);
	if (has & F_GENERATION)
		ipc_put_u64(&m, a->generation);
	if (has & F_COUNTS) {
		ipc_put_u64(&m, a->keys);
		ipc_put_u64(&m, a->secrets);
	}
	if (has & F_TEXT)
		ipc_put_text(&m, a->text);
	if (has & F_ALG)
		ipc_put_u64(&m, a->alg);
	if (has & F_IDS) {
		ipc_put_u64(&m, a->n_ids);
		for (unsigned i = 0; i < a->n_ids; i++)
			put_ident(&m, &a->ids[i]);
	}
	if (has & F_BYTES)
		ipc_put_bytes(&m, secret_span(&a->bytes));
	return written(&m);
}

static void
get_bytes(struct ipc_reader *m, struct keeper_answer *a)
{
	struct span bytes = ipc_bytes(m, "bytes");

	if (bytes.len == 0)
		return;
	a->bytes = secret_copy(bytes);
	if (a->bytes.bytes.ptr == NULL)
		wire_bad(&m->r, "memory");
}

bool
keeper_answer_read(struct span record, struct keeper_answer *a)
{
	struct ipc_reader m = ipc_open(record);
	unsigned has;

	*a = (struct keeper_answer){ .id = ipc_u64(&m, "id") };
	a->ok = get_number(&m, 1, "ok") != 0;
	if (m.type == 0 || m.type >= KEEPER_KINDS)
		return false;
	a->kind = (enum keeper_kind)m.type;
	has = fields[a->kind].answer;
	if (has & F_GENERATION)
		a->generation = ipc_u64(&m, "generation");
	if (has & F_COUNTS) {
		a->keys = ipc_u64(&m, "keys");
		a->secrets = ipc_u64(&m, "secrets");
	}
	if (has & F_TEXT)
		ipc_text(&m, a->text, sizeof(a->text), "text");
	if (has & F_ALG)
		a->alg = (uint8_t)get_number(&m, UINT8_MAX, "algorithm");
	if (has & F_IDS)
		a->n_ids = (unsigned)get_number(&m, KEEPER_MAX_IDS, "identities");
	for (unsigned i = 0; i < a->n_ids && wire_ok(&m.r); i++)
		get_ident(&m, &a->ids[i]);
	if (has & F_BYTES)
		get_bytes(&m, a);
	return ipc_done(&m);
}

void
keeper_answer_free(struct keeper_answer *a)
{
	secret_free(&a->bytes);
}
