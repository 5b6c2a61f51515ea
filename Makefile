# SPDX-License-Identifier: GPL-3.0-or-later
# `make` builds everything; `make help` lists the rest.

all: build

include mk/config.mk
include mk/deps.mk
include stub/stub.mk
include stub/tools/tools.mk
include stub/kernel/kernel.mk
include stub/i386/i386.mk
include inspector/inspector.mk
include tests/tests.mk
include demo/demo.mk
include mk/docs.mk
include mk/gdb.mk
include mk/check.mk
include tests/bench/bench.mk
include lessons/lessons.mk
include lessons/handout.mk
include mk/install.mk
include mk/lint.mk

build: $(INSPECTOR) $(STUB_PARTS) $(TOOLS) $(TEACHING) $(TEACHING32) ## build the stub, the teaching kernel and the inspector

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | \
		awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

clean: ## remove what the build made
	rm -rf build

.PHONY: all build help clean
.DELETE_ON_ERROR:
