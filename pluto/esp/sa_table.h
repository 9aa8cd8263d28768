/* The SAs of the plane: inbound by SPI, outbound by address pair. Data threads
 * read without a lock while they are online in the qsbr; one thread writes. */
#ifndef PLUTO_ESP_SA_TABLE_H
#define PLUTO_ESP_SA_TABLE_H

#include "pluto/esp/sa.h"

struct sa_table;

struct sa_table *sa_table_new(struct qsbr *q);
/* Frees every SA; no reader may be left. */
void sa_table_free(struct sa_table *t);

/* For readers: valid until they go offline. */
struct esp_sa *sa_table_in(struct sa_table *t, uint32_t spi);
/* The newest whose selector has the packet. */
struct esp_sa *sa_table_out(struct sa_table *t, const struct inner *in);

/* For the writer. Takes the SA over; -EEXIST leaves it with the caller. */
int sa_table_add(struct sa_table *t, struct esp_sa *sa);
/* Inbound: REMOTE is ignored and may be NULL, the SPI is ours. */
struct esp_sa *sa_table_find(struct sa_table *t, enum sa_direction dir,
			     uint32_t spi, const struct ip_addr *remote);
/* Unlinks, and frees when no reader can see it. */
void sa_table_del(struct sa_table *t, struct esp_sa *sa);
/* New outer addresses; the SA keeps its numbers, keys and window. */
int sa_table_move(struct sa_table *t, struct esp_sa *sa,
		  const struct endpoint *local, const struct endpoint *remote);
typedef void sa_table_fn(void *ctx, struct esp_sa *sa);
void sa_table_each(struct sa_table *t, sa_table_fn *fn, void *ctx);
/* One of OF equal parts, for work that is spread over time. */
void sa_table_part(struct sa_table *t, unsigned part, unsigned of,
		   sa_table_fn *fn, void *ctx);
size_t sa_table_count(const struct sa_table *t);

#endif
