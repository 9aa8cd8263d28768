/* Who speaks in this process's log lines, beside pluto's in the same log. */
#ifndef ADNS_LOG_CTX_H
#define ADNS_LOG_CTX_H

#include "lib/log.h"

static const struct log_ctx adns_log = { "adns" };

#endif
