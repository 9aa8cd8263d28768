control_SRCS   := $(addprefix pluto/control/, ctl.c admit.c door.c say.c pump.c outbox.c)
pluto_core_SRCS := $(addprefix pluto/, \
	addr_watch.c addresses.c ask.c background.c catching.c child_conn.c claims.c \
	clients.c cmd_conn.c cmd_debug.c cmd_dns.c cmd_key.c cmd_list.c cmd_oppo.c \
	cmd_shunts.c cmd_status.c cmd_top.c cmd_watch.c commands.c list_sas.c configured_keys.c conn_request.c \
	conn_request_client.c conn_request_group.c conn_request_proposals.c \
	conn_request_route.c conn_request_times.c conn_request_v1.c conn_routes.c \
	conn_table.c dns_set.c dns_tap.c dns_tap_sock.c dns_wiring.c engines.c events.c \
	follow.c forward_key.c ike_events.c ike_log.c ike_wiring.c impair.c impaired.c \
	interfaces.c keep_closed.c keeper_wiring.c kept.c listen.c lock.c lookups.c metrics.c metrics_http.c \
	metrics_values.c metrics_wiring.c myid.c named_host.c oe_connection.c oe_wiring.c \
	options.c options_dns.c options_parse.c own_key.c peer_log.c peer_lookup.c plane.c plane_events.c \
	policies.c policies_read.c record.c route_wiring.c routed.c silent.c status_conns.c \
	supervised.c syscalls.c tally.c traffic.c traffic_push.c trial_end.c udp.c \
	unjudged.c watch.c xauth_client.c xauth_server.c)
PROGS      += pluto
pluto_SRCS  = pluto/main.c $(pluto_core_SRCS) pluto/connection.c pluto/virtual.c $(keeper_client_SRCS) \
	$(adns_client_SRCS) $(wire_SRCS) $(crypto_SRCS) $(ikev2_SRCS) $(ikev1_SRCS) $(esp_SRCS) \
	$(kernel_SRCS) $(control_SRCS) $(oe_SRCS) $(trap_SRCS) adns/adns_proto.c \
	$(whack_proto_SRCS) $(lib_SRCS) $(lib_crypto_SRCS) $(lib_loop_SRCS) \
	$(lib_confine_SRCS) $(lib_calls_SRCS)
pluto_PKGS := libevent libcrypto zlib jansson libmnl libnetfilter_queue libnftables libcap-ng libseccomp
pluto_LIBS := -lpthread
PROGS      += _updown
_updown_SRCS = pluto/updown_main.c pluto/updown_dns.c $(addprefix pluto/kernel/,rtnl.c route.c own_addr.c updown_env.c) \
	$(lib_SRCS)
_updown_PKGS := libmnl
conn_table_test_SRCS = pluto/conn_table.c pluto/conn_request.c pluto/conn_request_client.c pluto/conn_request_v1.c pluto/conn_request_times.c pluto/conn_request_route.c pluto/conn_request_proposals.c pluto/conn_request_group.c \
	pluto/connection.c pluto/virtual.c \
	pluto/interfaces.c $(whack_proto_SRCS) $(wire_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
conn_table_test_PKGS := jansson libcrypto
conn_request_test_SRCS = $(conn_table_test_SRCS)
conn_request_test_PKGS := $(conn_table_test_PKGS)
conn_request_group_test_SRCS = $(conn_table_test_SRCS)
conn_request_group_test_PKGS := $(conn_table_test_PKGS)
kept_test_SRCS = pluto/kept.c $(oe_SRCS) $(lib_SRCS)
peer_log_test_SRCS = pluto/peer_log.c $(lib_SRCS)
virtual_test_SRCS = pluto/virtual.c $(lib_SRCS)
claims_test_SRCS = pluto/claims.c pluto/connection.c pluto/virtual.c $(wire_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
claims_test_PKGS := libcrypto
tally_test_SRCS = pluto/tally.c $(lib_SRCS)
outbox_test_SRCS = pluto/control/outbox.c $(lib_SRCS)
routed_test_SRCS = pluto/routed.c $(lib_SRCS)
options_test_SRCS = pluto/options.c pluto/options_parse.c pluto/virtual.c pluto/options_dns.c pluto/impair.c $(lib_SRCS)
conn_routes_test_SRCS = pluto/conn_routes.c pluto/kernel/updown_env.c $(lib_SRCS)
conn_routes_test_PKGS := jansson
pump_test_SRCS = $(control_SRCS) $(whack_proto_SRCS) $(lib_SRCS) $(lib_loop_SRCS)
pump_test_PKGS = libevent jansson
