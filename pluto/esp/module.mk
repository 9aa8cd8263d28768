# The user-space ESP plane; needs libcrypto, libevent and lib's loop.
esp_SRCS := $(addprefix pluto/esp/,suite.c replay.c csum.c ecn.c inner.c \
            crypt.c seal.c open.c qsbr.c sa.c sa_table.c gso.c gro.c icmp.c \
            sock.c tx.c event.c early.c worker.c outbound.c inbound.c plane.c) \
            pluto/crypto/cipher_desc.c
esp_PKGS := libcrypto
esp_LIBS := -lpthread

replay_test_SRCS = pluto/esp/replay.c
csum_test_SRCS = pluto/esp/csum.c
ecn_test_SRCS = pluto/esp/ecn.c pluto/esp/csum.c
esp_unit_SRCS = $(addprefix pluto/esp/,suite.c replay.c csum.c ecn.c inner.c \
                crypt.c seal.c open.c qsbr.c sa.c sa_table.c gso.c gro.c \
                icmp.c) pluto/crypto/cipher_desc.c $(lib_SRCS)
suite_test_SRCS = $(esp_unit_SRCS)
inner_test_SRCS = $(esp_unit_SRCS)
crypt_test_SRCS = $(esp_unit_SRCS)
crypt_test_PKGS = libcrypto
suite_test_PKGS = libcrypto
gso_test_SRCS = $(esp_unit_SRCS)
gso_test_PKGS = libcrypto
gro_udp_test_SRCS = $(esp_unit_SRCS)
gro_udp_test_PKGS = libcrypto
icmp_test_SRCS = $(esp_unit_SRCS)
icmp_test_PKGS = libcrypto
sa_test_SRCS = $(esp_unit_SRCS)
sa_test_PKGS = libcrypto
sa_table_test_SRCS = $(esp_unit_SRCS)
sa_table_test_PKGS = libcrypto
sa_table_test_LIBS = -lpthread
inner_test_PKGS = libcrypto

fuzz_esp_SRCS = $(esp_unit_SRCS)
fuzz_esp_PKGS = libcrypto
early_test_SRCS = pluto/esp/early.c $(lib_SRCS)
