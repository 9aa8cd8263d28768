/* Setters of the rows about DNS (struct option_row). */
#ifndef PLUTO_OPTIONS_DNS_H
#define PLUTO_OPTIONS_DNS_H

#include "pluto/options.h"

int options_resolver(struct pluto_options *o, const char *value, const char **err);
int options_metrics(struct pluto_options *o, const char *value, const char **err);
int options_anchor(struct pluto_options *o, const char *value, const char **err);
int options_state(struct pluto_options *o, const char *value, const char **err);
int options_negative(struct pluto_options *o, const char *value, const char **err);
int options_tap(struct pluto_options *o, const char *value, const char **err);
int options_tap_user(struct pluto_options *o, const char *value, const char **err);
int options_backend(struct pluto_options *o, const char *value, const char **err);

/* The file in which the root's keys are followed; NULL: they are not. */
const char *options_rootkey_state(const struct pluto_options *o);

#endif
