wire_SRCS := $(addprefix pluto/wire/,ident.c ike_build.c ike_msg.c ike_names.c \
	proposal.c proposal_text.c ts.c)
