# SPDX-License-Identifier: GPL-3.0-or-later
LINT_C := $(shell git ls-files '*.c' '*.h' 2>/dev/null)
LINT_SH := $(shell git grep -lE '^\#!/bin/(ba)?sh|^\#!/usr/bin/env bash' 2>/dev/null)

# returnDanglingLifetime: cppcheck takes every pointer that a function returns for one into its
# arguments; a struct error never is.
lint: deps-lint ## clang-format, cppcheck and shellcheck
	clang-format --dry-run --Werror $(LINT_C)
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=returnDanglingLifetime --error-exitcode=1 \
		-D__x86_64__ $(INSPECTOR_ALL_INCLUDES) -Istub -Istub/abi inspector stub/tools stub/*.c stub/kernel stub/setup stub/i386 demo \
		tests/unit tests/tools tests/host tests/bench
	shellcheck -x $(LINT_SH)
	@echo "lint: clean"

format: ## rewrite the C files in the project's style
	clang-format -i $(LINT_C)
.PHONY: lint format
