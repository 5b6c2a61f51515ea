# SPDX-License-Identifier: GPL-3.0-or-later
# docs/checkpoints.md is kept in git so that it can be read there; the check fails when it is stale.

docs: ## write docs/checkpoints.md anew
	@mk/checkpoints-doc $(CC) >docs/checkpoints.md.new
	@mv docs/checkpoints.md.new docs/checkpoints.md

docs-check:
	@mk/checkpoints-doc $(CC) | cmp - docs/checkpoints.md || \
		{ echo "docs/checkpoints.md is stale: run make docs" >&2; exit 1; }
.PHONY: docs docs-check
