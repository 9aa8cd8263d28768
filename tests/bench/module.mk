# Programs that measure.
TOOLS += esp_bench
esp_bench_SRCS := tests/bench/esp_bench.c $(esp_unit_SRCS)
esp_bench_PKGS := $(esp_PKGS)

TOOLS += first_packet
first_packet_SRCS := tests/bench/first_packet.c tests/lab/netns_socket.c $(lib_SRCS)
