# SPDX-License-Identifier: GPL-3.0-or-later
# docs/checkpoints.md and docs/repl.md are kept in git so that they can be read there; the check fails
# when one is stale (tests/e2e/repl-docs.t for the latter, which asks the program).

docs: build ## write docs/checkpoints.md and docs/repl.md anew
	@mk/checkpoints-doc $(CC) >docs/checkpoints.md.new
	@mv docs/checkpoints.md.new docs/checkpoints.md
	@mk/repl-doc $(INSPECTOR) $(BUILD)/teaching.bzImage >docs/repl.md.new
	@mv docs/repl.md.new docs/repl.md

docs-check:
	@mk/checkpoints-doc $(CC) | cmp - docs/checkpoints.md || \
		{ echo "docs/checkpoints.md is stale: run make docs" >&2; exit 1; }
.PHONY: docs docs-check
