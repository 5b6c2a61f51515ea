# SPDX-License-Identifier: GPL-3.0-or-later
# The lessons on paper: one HTML page with the numbers of a run, and a PDF of it.

HANDOUT := $(BUILD)/handout/lessons.html
HANDOUT_PDF := $(HANDOUT:.html=.pdf)

handout: deps-handout build ## all lessons as HTML and PDF, to print
	@mkdir -p $(dir $(HANDOUT))
	$(INSPECTOR) lesson --handout $(HANDOUT)
	lessons/print-handout $(HANDOUT) $(HANDOUT_PDF)
	@echo "handout: $(HANDOUT) $(HANDOUT_PDF)"

deps-handout:
	@mk/install-deps $(DEPS_BUILD) $(DEPS_HANDOUT)
.PHONY: handout deps-handout
