/* What of the daemon whack asks for: a function for each request, and their answers. */
#ifndef PLUTO_DAEMON_COMMANDS_H
#define PLUTO_DAEMON_COMMANDS_H

#include "pluto/daemon.h"

/* record.c: whack --whackrecord. */
void daemon_record(struct daemon *d, const json_t *request);
void daemon_record_end(struct daemon *d);

/* status_conns.c: groups, and connections by name. */
void daemon_list_policy(struct daemon *d, ctl_client c);
/* list_sas.c: the SAs, with STATUS the IKE SAs too, and the end of that answer. */
void daemon_list_sas(struct daemon *d, ctl_client c, bool status);

/* cmd_key.c: the keys of --keyid. */
void daemon_keyid_answer(struct daemon *d, const struct lookup *l, struct dns_keys *keys);

/* named_host.c: does a host of REQUEST have a name? Then its address is asked, and
 * the request comes again, with it, or C is told why not. */
bool daemon_named_host(struct daemon *d, ctl_client c, const json_t *request);
void daemon_host_name_answer(struct daemon *d, struct lookup *l, const struct adns_answer *a);
void daemon_named_hosts_free(struct daemon *d);

/* commands.c: whack's requests. */
void daemon_request(void *ctx, ctl_client c, const json_t *request);
typedef void command_fn(struct daemon *d, ctl_client c, const json_t *request);
command_fn cmd_watch, cmd_top, cmd_myid, cmd_add, cmd_delete, cmd_deletestate, cmd_rekeystate,
	cmd_route, cmd_unroute, cmd_initiate,
	cmd_answer, cmd_terminate, cmd_key, cmd_oppo, cmd_explain, cmd_listshunts, cmd_oestatus,
	cmd_status, cmd_trafficstatus, cmd_debug, cmd_crash, cmd_listpubkeys, cmd_listevents,
	cmd_listdns,
	cmd_whackrecord, cmd_whackstoprecord;
/* "private-or-clear#192.1.2.0/24": an instance's name as whack shows it. */
const char *conn_label(const struct connection *c, char out[96]);

#endif
