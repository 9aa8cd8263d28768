/* What of ipsec.conf was loaded: names, and a hash of what each stood for, in a
 * file beside the control socket, for the daemon of one process id. `ipsec reload`
 * touches what differs alone. */
#ifndef CONF_LOADED_H
#define CONF_LOADED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loaded_conn { uint64_t hash; char name[64]; bool kept; };
struct loaded { struct loaded_conn *c; size_t n; };

/* CTLBASE.conns; nothing when there is none, or another daemon runs than the one
 * that CTLBASE.pid names. */
struct loaded loaded_read(const char *ctlbase);
struct loaded_conn *loaded_find(struct loaded *l, const char *name);
bool loaded_add(struct loaded *l, const char *name, uint64_t hash);
/* Those that are KEPT; 0 or -errno. */
int loaded_write(const struct loaded *l, const char *ctlbase);
void loaded_forget(const char *ctlbase);
void loaded_free(struct loaded *l);

#endif
