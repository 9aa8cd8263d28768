# oe-zone, the two commands for this host's key, and ipsec, which runs them.
zones_SRCS := zones/front.c zones/key_file.c zones/key_text.c zones/output.c zones/record.c zones/record_args.c zones/secrets_line.c
lint_SRCS := zones/finding.c zones/special.c zones/lint.c zones/lint_rr.c zones/lint_sets.c zones/lint_signed.c \
	zones/lint_txt.c zones/zone_scan.c
roll_SRCS := zones/roll_files.c zones/roll_look.c zones/roll_publish.c zones/roll_records.c zones/roll_rr.c \
	zones/roll_say.c zones/roll_state.c zones/roll_steps.c zones/verb_roll.c
push_SRCS := zones/child.c zones/http.c zones/push.c zones/push_args.c zones/push_knotc.c zones/push_nsupdate.c zones/push_pdns.c
verify_name_SRCS := zones/authority.c zones/child.c zones/finding.c zones/ike_probe.c zones/lookup.c zones/server.c \
	zones/verify.c zones/verify_chain.c zones/verify_host.c zones/verify_ike.c zones/verify_keys.c \
	zones/verify_peers.c zones/verify_signature.c
PROGS += oe-zone newhostkey showhostkey verify ipsec
oe-zone_SRCS = zones/oe_zone.c zones/verb_record.c zones/verb_reverse.c \
               zones/verb_check.c zones/verb_diff.c zones/verb_mail.c zones/verb_push.c zones/verb_verify.c zones/verb_watch.c $(roll_SRCS) \
               $(verify_name_SRCS) \
               zones/mail.c $(push_SRCS) zones/zone_diff.c $(lint_SRCS) zones/hosts.c zones/revzone.c $(zones_SRCS) \
               $(crypto_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
oe-zone_PKGS = libcrypto ldns libunbound libcurl jansson
verify_SRCS = zones/ipsec_verify.c zones/special.c $(verify_name_SRCS) $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
verify_PKGS = libcrypto ldns libunbound
newhostkey_SRCS = zones/newhostkey.c $(zones_SRCS) $(crypto_SRCS) \
                  $(lib_SRCS) $(lib_crypto_SRCS)
newhostkey_PKGS = libcrypto
showhostkey_SRCS = zones/showhostkey.c $(zones_SRCS) $(lib_SRCS) \
                   $(lib_crypto_SRCS)
showhostkey_PKGS = libcrypto
ipsec_SRCS := pluto/ipsec.c lib/program.c
record_test_SRCS = $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
record_test_PKGS := libcrypto
front_test_SRCS = $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
front_test_PKGS := libcrypto
output_test_SRCS = $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
output_test_PKGS := libcrypto
revzone_test_SRCS = zones/hosts.c zones/revzone.c $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
revzone_test_PKGS := libcrypto
lint_test_SRCS = $(lint_SRCS) $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
lint_test_PKGS := libcrypto
mail_test_SRCS = zones/mail.c $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
mail_test_PKGS := libcrypto
ike_probe_test_SRCS = zones/ike_probe.c $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
ike_probe_test_PKGS := libcrypto
roll_state_test_SRCS = zones/roll_state.c $(lib_SRCS)
verify_host_test_SRCS = $(verify_name_SRCS) $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
verify_host_test_PKGS := libcrypto ldns libunbound
key_text_test_SRCS = $(zones_SRCS) $(lib_SRCS) $(lib_crypto_SRCS)
key_text_test_PKGS := libcrypto
