oe_SRCS := $(addprefix oe/,answer.c bogus_cause.c decided.c engine.c explain.c gateway.c group_dir.c \
	group_file.c group_set.c lookup_plan.c oppo.c oppo_fsm.c outcome.c policy.c \
	policy_group.c remember.c story.c verdict_table.c warm.c)
oe_test_SRCS = tests/fake/oe_recorder.c $(oe_SRCS) $(lib_SRCS)
bogus_cause_test_SRCS = oe/bogus_cause.c
decided_test_SRCS = $(oe_test_SRCS)
engine_test_SRCS = $(oe_test_SRCS)
retry_test_SRCS = $(oe_test_SRCS)
warm_test_SRCS = $(oe_test_SRCS)
grid_test_SRCS = $(oe_test_SRCS) tests/fake/oe_promised.c
gateway_test_SRCS = $(oe_test_SRCS)
group_file_test_SRCS = $(oe_test_SRCS)
group_set_test_SRCS = $(oe_test_SRCS)
oppo_fsm_test_SRCS = $(oe_test_SRCS)
verdict_table_test_SRCS = $(oe_test_SRCS)
