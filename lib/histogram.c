/* How long things took. */
#include "lib/histogram.h"

const double histogram_bounds[HISTOGRAM_BOUNDS] = {
	0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
};

void
histogram_add(struct histogram *h, double seconds)
{
	unsigned i = 0;

	while (i < HISTOGRAM_BOUNDS && seconds > histogram_bounds[i])
		i++;
	if (i < HISTOGRAM_BOUNDS)
		h->count[i]++;
	h->n++;
	h->sum_s += seconds;
}
