/* Prints the records of a roll-over, or gives them to a server. */
#include <stdlib.h>
#include <string.h>

#include "zones/roll.h"

/* Whose records are changed: the server that was named, or any that answers. */
static bool
ask_whom(struct roll_run *run, const struct roll_place *place, struct server *s)
{
	struct addr_buf b;
	char text[80];

	if (run->a->server != NULL) {
		snprintf(run->err, sizeof(run->err), "\"%.100s\": expected @ADDR or @ADDR@PORT",
			 run->a->server);
		return server_open(run->a->server, s);
	}
	snprintf(run->err, sizeof(run->err), "%.200s: no authoritative server answers: name one as @ADDR",
		 place->owner.text);
	for (unsigned i = 0; i < place->servers.n; i++) {
		ldns_rdf *zone = ldns_dname_new_frm_str(place->servers.zone.text);
		ldns_rr_list *soa = NULL;
		char err[400];

		snprintf(text, sizeof(text), "@%s", ip_addr_text(&place->servers.at[i].addr, &b));
		if (zone != NULL && server_open(text, s))
			soa = server_ask(s, zone, LDNS_RR_TYPE_SOA, err, sizeof(err));
		ldns_rdf_deep_free(zone);
		ldns_rr_list_deep_free(soa);
		if (soa != NULL)
			return true;
		server_close(s);
	}
	return false;
}

static bool
collect(struct roll_run *run, roll_records_fn *fn, const struct roll_place *place, FILE *out)
{
	struct server s = { .resolver = NULL };
	bool ok = ask_whom(run, place, &s) && fn(run, out, &s, place);

	server_close(&s);
	return ok;
}

static int
push_zone(struct roll_run *run, const struct dns_name *zone, FILE *records)
{
	struct push p = run->a->push;
	struct server s;
	int status;

	p.zone = *zone;
	if (!server_open(run->a->server, &s))
		return front_complain(ROLL_PROG, "server", run->a->server, "@ADDR or @ADDR@PORT");
	status = push_file(&p, records, "records", &s);
	server_close(&s);
	return status;
}

/* The names from I on that are of the zone of I. */
static bool
print_zone(struct roll_run *run, roll_records_fn *fn, const struct roll_place *places, unsigned i,
	   FILE *out)
{
	bool ok = true;

	for (unsigned j = i; ok && j < run->r.n_names; j++)
		if (strcmp(places[j].servers.zone.text, places[i].servers.zone.text) == 0)
			ok = collect(run, fn, &places[j], out);
	return ok;
}

static int
one_zone(struct roll_run *run, roll_records_fn *fn, const struct roll_place *places, unsigned i)
{
	int status = EXIT_OK;
	FILE *records;

	if (run->a->server == NULL)
		return print_zone(run, fn, places, i, stdout) ? EXIT_OK : front_failed(ROLL_PROG, run->err);
	records = tmpfile();
	if (records == NULL)
		return front_failed(ROLL_PROG, "no temporary file");
	if (print_zone(run, fn, places, i, records))
		status = push_zone(run, &places[i].servers.zone, records);
	else
		status = front_failed(ROLL_PROG, run->err);
	fclose(records);
	return status;
}

static bool
zone_is_new(const struct roll_place *places, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (strcmp(places[j].servers.zone.text, places[i].servers.zone.text) == 0)
			return false;
	return true;
}

static int
each_zone(struct roll_run *run, roll_records_fn *fn, struct roll_place *places)
{
	int status = EXIT_OK;

	for (unsigned i = 0; i < run->r.n_names; i++)
		if (!roll_place_find(run->ctx, run->r.name[i], &places[i], run->err, sizeof(run->err)))
			return front_failed(ROLL_PROG, run->err);
	for (unsigned i = 0; i < run->r.n_names && status == EXIT_OK; i++)
		if (zone_is_new(places, i))
			status = one_zone(run, fn, places, i);
	return status;
}

int
roll_publish(struct roll_run *run, roll_records_fn *fn)
{
	struct roll_place *places = calloc(ROLL_NAMES, sizeof(*places));
	int status;

	if (places == NULL)
		return front_failed(ROLL_PROG, "no memory");
	status = each_zone(run, fn, places);
	free(places);
	return status;
}
