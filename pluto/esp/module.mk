# The user-space ESP plane; needs libcrypto, zlib, libevent and lib's loop.
esp_SRCS := $(addprefix pluto/esp/,suite.c replay.c csum.c ecn.c inner.c \
            crypt.c seal.c open.c ah.c ipcomp.c reasm.c qsbr.c sa.c sa_table.c gso.c gro.c icmp.c \
            sock.c tx.c event.c early.c worker.c wrap.c outbound.c unwrap.c inbound.c \
            receive.c plane.c) \
            pluto/crypto/cipher_desc.c
esp_PKGS := libcrypto zlib
esp_LIBS := -lpthread

replay_test_SRCS = pluto/esp/replay.c
csum_test_SRCS = pluto/esp/csum.c
ecn_test_SRCS = pluto/esp/ecn.c pluto/esp/csum.c
esp_unit_SRCS = $(addprefix pluto/esp/,suite.c replay.c csum.c ecn.c inner.c \
                crypt.c seal.c open.c ah.c ipcomp.c reasm.c qsbr.c sa.c sa_table.c gso.c gro.c \
                icmp.c) pluto/crypto/cipher_desc.c $(lib_SRCS)
suite_test_SRCS = $(esp_unit_SRCS)
inner_test_SRCS = $(esp_unit_SRCS)
crypt_test_SRCS = $(esp_unit_SRCS)
reasm_test_SRCS = $(esp_unit_SRCS)
reasm_test_PKGS = libcrypto zlib
ah_test_SRCS = $(esp_unit_SRCS)
ah_test_PKGS = libcrypto zlib
ipcomp_test_SRCS = $(esp_unit_SRCS)
ipcomp_test_PKGS = libcrypto zlib
crypt_test_PKGS = libcrypto zlib
suite_test_PKGS = libcrypto zlib
gso_test_SRCS = $(esp_unit_SRCS)
gso_test_PKGS = libcrypto zlib
gro_udp_test_SRCS = $(esp_unit_SRCS)
gro_udp_test_PKGS = libcrypto zlib
icmp_test_SRCS = $(esp_unit_SRCS)
icmp_test_PKGS = libcrypto zlib
sa_test_SRCS = $(esp_unit_SRCS)
sa_test_PKGS = libcrypto zlib
sa_table_test_SRCS = $(esp_unit_SRCS)
sa_table_test_PKGS = libcrypto zlib
sa_table_test_LIBS = -lpthread
inner_test_PKGS = libcrypto zlib

fuzz_esp_SRCS = $(esp_unit_SRCS)
fuzz_esp_PKGS = libcrypto zlib
early_test_SRCS = pluto/esp/early.c $(lib_SRCS)
