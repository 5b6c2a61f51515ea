# SPDX-License-Identifier: GPL-3.0-or-later
# What a Debian or Ubuntu machine needs. `make demo` and `make check` install what is missing.

DEPS_BUILD := gcc make binutils libc6-dev pkg-config zlib1g-dev lib32z1-dev libelf-dev libdw-dev \
	libcapstone-dev libjansson-dev liblzma-dev liblz4-dev libzstd-dev libbz2-dev liblzo2-dev \
	libreadline-dev libmd4c-dev libmd4c-html0-dev libyaml-dev patch qemu-system-x86
DEPS_HANDOUT := chromium fonts-dejavu-core
DEPS_CHECK := libcmocka-dev perl jq gdb lldb tmux procps cpio apt dpkg dpkg-dev libxml2-utils parallel bsdextrautils \
	poppler-utils $(DEPS_HANDOUT)
DEPS_LINT := clang-format cppcheck shellcheck
DEPS_BENCH := hyperfine gdb jq cpio dpkg
DEPS_TRUTH := bc bison flex libelf-dev binutils apt dpkg tar xz-utils zstd

deps: ## install what the build and the demo need (apt-get; sudo when not root)
	@mk/install-deps $(DEPS_BUILD)
deps-check:
	@mk/install-deps $(DEPS_BUILD) $(DEPS_CHECK)
deps-lint:
	@mk/install-deps $(DEPS_LINT)
deps-bench:
	@mk/install-deps $(DEPS_BUILD) $(DEPS_BENCH)
deps-truth:
	@mk/install-deps $(DEPS_BUILD) $(DEPS_TRUTH)
.PHONY: deps deps-check deps-lint deps-bench deps-truth
