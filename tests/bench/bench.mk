# SPDX-License-Identifier: GPL-3.0-or-later
$(OUT)/rsp-read: tests/bench/rsp_read.c $(INSPECTOR_LIB)
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) $< -o $@ $(INSPECTOR_LIB) $(INSPECTOR_LIBS)

bench: deps-bench ## ratios and exact instruction counts (docs/benchmarks.md)
	@$(MAKE) --no-print-directory -s build $(CHECK_LINUX) $(OUT)/rsp-read
	@OUT=$(OUT) BUILD=$(BUILD) tests/bench/bench
.PHONY: bench
