# SPDX-License-Identifier: GPL-3.0-or-later
# Every test there is, in one prove: cmocka programs (they speak TAP) and the end-to-end cases.
# `make check SANITIZE=1` runs the same with the host programs under ASan and UBSan.

UNIT := $(UNIT_INSPECTOR) $(UNIT_STUB) $(UNIT_TOOLS)
E2E := $(wildcard tests/e2e/*.case tests/e2e/*.t)
# A real kernel behind our stub. tests/linux/kernel has the real kernels as they are.
CHECK_LINUX := $(LINUX)/cloud.bzImage $(BUILD)/init.cpio.gz

# Programs that end-to-end tests run. E2E_GUESTS drive a QEMU with the inspector's own parts.
E2E_GUESTS := checkpoint_registers drive interrupts loader travel
E2E_TOOLS := $(addprefix $(OUT)/tests/,corrupt left_behind peak rsp_client unlucky_qemu.so $(E2E_GUESTS))

# It is loaded into QEMU, which has no sanitizers.
$(OUT)/tests/unlucky_qemu.so: tests/tools/unlucky_qemu.c
	@mkdir -p $(@D)
	$(CC) $(filter-out $(SANITIZE_FLAGS),$(HOST_CFLAGS)) -D_GNU_SOURCE -fPIC -shared -o $@ $<

$(OUT)/tests/corrupt $(OUT)/tests/left_behind $(OUT)/tests/peak $(OUT)/tests/rsp_client: $(OUT)/tests/%: tests/tools/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -D_GNU_SOURCE -o $@ $<

$(E2E_GUESTS:%=$(OUT)/tests/%): $(OUT)/tests/%: tests/tools/%.c tests/tools/guest.c tests/tools/guest.h $(INSPECTOR_LIB)
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) -Itests/tools -o $@ $< tests/tools/guest.c \
		$(E2E_EXTRA) $(INSPECTOR_LIB) $(INSPECTOR_LIBS)
$(OUT)/tests/loader: tests/tools/loader_boot.S tests/tools/loader.h
$(OUT)/tests/loader: E2E_EXTRA := tests/tools/loader_boot.S
$(OUT)/tests/drive: tests/tools/int15.S tests/tools/drive.h
$(OUT)/tests/drive: E2E_EXTRA := tests/tools/int15.S

check: deps-check ## install what is missing and run every test (SANITIZE=1: under ASan and UBSan)
	@$(MAKE) --no-print-directory -s -j$(shell nproc) check-run

check-run: build docs-check $(UNIT) $(E2E_TOOLS)
	@tests/linux/kernel --list | while read -r name; do tests/linux/kernel "$$name" >/dev/null || true; done
	@$(MAKE) --no-print-directory -s $(CHECK_LINUX) || \
		echo "check: no Debian kernel to be had, tests/e2e/linux.case will be skipped" >&2
	@$(MAKE) --no-print-directory -s $(GDB_MINIMAL) || \
		echo "check: no gdb-minimal to be had, the tests with it will be skipped" >&2
	CMOCKA_MESSAGE_OUTPUT=TAP OUT=$(OUT) BUILD=$(BUILD) \
		mk/run-tests $(OUT)/check.log -j $(shell nproc) --timer $(UNIT) $(E2E)

# Some minutes for each; tests/e2e/linux-discovery.t uses what is there.
linux-truth: deps-truth ## build kernels whose stages tests/linux/truth tells, into the kernels' cache
	@for config in tests/linux/truth/*.config; do tests/linux/build-kernel "$$(basename "$$config" .config)" || exit; done

.PHONY: check check-run linux-truth
