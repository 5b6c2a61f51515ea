# SPDX-License-Identifier: GPL-3.0-or-later
bench: deps-bench ## ratios and exact instruction counts (docs/benchmarks.md)
	@mk/install-deps cpio dpkg
	@$(MAKE) --no-print-directory -s build $(CHECK_LINUX) $(OUT)/rsp-read
	@OUT=$(OUT) BUILD=$(BUILD) tests/bench/bench
.PHONY: bench
