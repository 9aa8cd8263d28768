/* The names of shunts and verdicts. */
#include "lib/shunt.h"

const char *
shunt_kind_name(enum shunt_kind k)
{
	switch (k) {
	case SHUNT_TRAP:
		return "trap";
	case SHUNT_HOLD:
		return "hold";
	case SHUNT_PASS:
		return "pass";
	case SHUNT_DROP:
		return "drop";
	case SHUNT_REJECT:
		return "reject";
	case SHUNT_KEYED:
		return "keyed";
	}
	return "unknown";
}

const char *
verdict_name(enum verdict v)
{
	switch (v) {
	case VERDICT_TUNNEL:
		return "tunnel";
	case VERDICT_PASS:
		return "pass";
	case VERDICT_DROP:
		return "drop";
	case VERDICT_REJECT:
		return "reject";
	}
	return "unknown";
}
