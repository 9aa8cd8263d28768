TOOLS += oppo_replay
oppo_replay_SRCS := tests/oppo/oppo_replay.c tests/oppo/oppo_play.c tests/oppo/oppo_commands.c \
	tests/fake/oe_recorder.c $(oe_SRCS) $(lib_SRCS)
