# SPDX-License-Identifier: GPL-3.0-or-later
# The lessons (docs/lessons.md): played, and written anew from what a run shows.

# The names that an image block may use are in inspector/course/image_name.c.
LESSONS_LINUX := $(LINUX)/cloud.bzImage $(LINUX)/cloud/vmlinuz $(BUILD)/init.cpio.gz

lesson: deps ## learn the boot path in a live guest: the lessons, from where you stopped
	@$(MAKE) --no-print-directory -s -j$(shell nproc) build
	@$(INSPECTOR) lesson

lessons-update: build $(LESSONS_LINUX) ## rewrite the outputs and numbers in lessons/ from a run
	$(INSPECTOR) lesson --update

.PHONY: lesson lessons-update
