/* How long things took: counts by upper bounds in seconds, as Prometheus wants them. */
#ifndef LIB_HISTOGRAM_H
#define LIB_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BOUNDS = 11 };
extern const double histogram_bounds[HISTOGRAM_BOUNDS];	/* 0.005 to 10 */

/* Zeroed is empty. */
struct histogram {
	uint64_t count[HISTOGRAM_BOUNDS];	/* at most that bound, and more than the one before */
	uint64_t n;				/* all */
	double sum_s;
};

void histogram_add(struct histogram *h, double seconds);

#endif
