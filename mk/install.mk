# SPDX-License-Identifier: GPL-3.0-or-later
# bootscope finds its parts beside itself (the build) or in ../lib/bootscope (installed).
PREFIX ?= /usr/local

INSTALL_PARTS = $(MKIMAGE) $(BUILD)/setup.bin $(BUILD)/setup.elf $(BUILD)/stub.o $(BUILD)/stub.lds
# What lessons boot, and the files with its symbols.
INSTALL_GUEST = $(TEACHING) $(TEACHING32) $(STUB_ELF) $(STUB32_ELF) $(KERNEL_ELF) $(KERNEL32_ELF)

install: build ## install into PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/bootscope
	install -m 755 $(INSPECTOR) $(DESTDIR)$(PREFIX)/bin/bootscope
	install -m 644 $(filter-out $(MKIMAGE),$(INSTALL_PARTS)) $(DESTDIR)$(PREFIX)/lib/bootscope
	install -m 755 $(MKIMAGE) $(DESTDIR)$(PREFIX)/lib/bootscope
	install -m 644 $(INSTALL_GUEST) $(DESTDIR)$(PREFIX)/lib/bootscope
	rm -rf $(DESTDIR)$(PREFIX)/share/bootscope/lessons
	install -d $(DESTDIR)$(PREFIX)/share/bootscope
	cp -R lessons $(DESTDIR)$(PREFIX)/share/bootscope/lessons
	chmod -R u=rwX,go=rX $(DESTDIR)$(PREFIX)/share/bootscope/lessons

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/bootscope
	rm -rf $(DESTDIR)$(PREFIX)/lib/bootscope $(DESTDIR)$(PREFIX)/share/bootscope
.PHONY: install uninstall
