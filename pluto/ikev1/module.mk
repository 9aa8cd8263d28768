# The IKEv1 engine; needs what ikev2/ needs.
ikev1_SRCS := $(addprefix pluto/ikev1/,v1_engine.c job.c sent.c event.c attempt.c isakmp.c peer.c \
              phase1_table.c phase1_in.c phase1_out.c main_i.c main_r.c aggr_i.c aggr_r.c prove.c v1_auth.c \
              v1_natd.c v1_vid.c seal.c quick.c quick_i.c quick_r.c child.c info.c list.c timers.c \
              after.c trans.c xauth.c modecfg.c lease.c frag.c v1_idle.c)
