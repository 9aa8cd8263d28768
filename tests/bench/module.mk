# Programs that measure.
TOOLS += esp_bench
esp_bench_SRCS := tests/bench/esp_bench.c $(esp_unit_SRCS)
esp_bench_PKGS := $(esp_PKGS)
