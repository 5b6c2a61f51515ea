# SPDX-License-Identifier: GPL-3.0-or-later
# The demos. A real kernel is downloaded as a package and unpacked, never installed.

LINUX := $(BUILD)/linux

demo: deps ## install what is missing, build, and trace the teaching kernel
	@$(MAKE) --no-print-directory -s -j$(shell nproc) build
	$(INSPECTOR) trace $(BUILD)/teaching.bzImage
	@printf "\n%s\n" "Go through this boot yourself: make repl (bootscope's own prompt), make gdb (gdb, docs/gdb.md)."

repl: deps ## debug the boot of the teaching kernel at a prompt (docs/repl.md)
	@$(MAKE) --no-print-directory -s -j$(shell nproc) build
	$(INSPECTOR) repl $(BUILD)/teaching.bzImage

demo-linux: deps ## wrap the newest Debian cloud kernel and follow it to userspace
	@mk/install-deps cpio dpkg
	@$(MAKE) --no-print-directory -s build $(LINUX)/cloud.bzImage $(BUILD)/init.cpio.gz
	$(INSPECTOR) run $(LINUX)/cloud.bzImage --initrd $(BUILD)/init.cpio.gz \
		--append "console=ttyS0 quiet" --timeout 120s

$(LINUX)/%/vmlinuz:
	demo/fetch-kernel $(@D) $(if $(filter amd64,$*),amd64,$*-amd64)

$(LINUX)/%.bzImage: $(LINUX)/%/vmlinuz $(INSPECTOR) $(STUB_PARTS) $(TOOLS)
	$(INSPECTOR) wrap $< -o $@

$(BUILD)/demo/init: demo/init.c stub/abi/layout.h
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -Os $(WARNINGS) -Istub/abi -static -s -o $@ $<

$(BUILD)/init.cpio.gz: $(BUILD)/demo/init
	cd $(<D) && echo init | cpio --quiet --reproducible -o -H newc -R 0:0 | gzip -9n >$(CURDIR)/$@.new
	mv $@.new $@

.PRECIOUS: $(LINUX)/%/vmlinuz $(LINUX)/%.bzImage
.PHONY: demo demo-linux repl
