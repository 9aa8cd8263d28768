# IKEv2 without I/O; needs wire/, crypto/ and lib/.
ikev2_SRCS := $(addprefix pluto/ikev2/,engine.c door.c list.c timers.c ike_step.c step_in.c \
	exchange_table.c ike_sa.c ike_sa_free.c child_sa.c child_kernel.c child_offer.c child_ipcomp.c child_nat.c msgid.c task.c \
	attempt.c event.c failure.c rekey.c job.c auth.c auth_null.c anonymous.c twin.c key_hint.c cookie.c half_open.c natd.c unprotected.c \
	keepalive.c mobike.c mobike_msg.c mobike_addrs.c \
	idle.c pair_index.c ike_sk.c ex_sa_init_i.c ex_sa_init_r.c ex_auth_i.c ex_auth_r.c \
	create.c collide.c ex_child_i.c ex_child_r.c ex_rekey_ike.c ex_informational.c verify.c)
ikev2_test_SRCS = $(ikev2_SRCS) pluto/connection.c pluto/virtual.c $(wire_SRCS) $(crypto_SRCS) \
	$(lib_SRCS) $(lib_crypto_SRCS)
$(foreach t,cookie natd exchange_table connection,\
  $(eval $(t)_test_SRCS = $$(ikev2_test_SRCS)) \
  $(eval $(t)_test_PKGS = libcrypto) \
  $(eval $(t)_test_LIBS = -lpthread))
