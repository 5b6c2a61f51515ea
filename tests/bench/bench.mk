# SPDX-License-Identifier: GPL-3.0-or-later
BENCH_TOOLS := $(OUT)/rsp-read $(OUT)/pagetable-read $(OUT)/travel $(OUT)/to-entry $(OUT)/proof-time

$(OUT)/rsp-read: tests/bench/rsp_read.c
$(OUT)/pagetable-read: tests/bench/pagetable_read.c
$(OUT)/travel: tests/bench/travel.c
$(OUT)/to-entry: tests/bench/to_entry.c
$(OUT)/proof-time: tests/bench/proof_time.c
$(BENCH_TOOLS): $(INSPECTOR_LIB)
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) $(filter %.c,$^) -o $@ $(INSPECTOR_LIB) $(INSPECTOR_LIBS)

bench: deps-bench ## ratios and exact instruction counts (docs/benchmarks.md)
	@$(MAKE) --no-print-directory -s build $(CHECK_LINUX) $(BENCH_TOOLS)
	@OUT=$(OUT) BUILD=$(BUILD) tests/bench/bench
.PHONY: bench
