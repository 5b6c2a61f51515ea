/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest made of nothing but memory, behind the interface of target.h, so that views can be tested
 * on bytes that a test wrote. Linked before libinspector.a, it stands in for the real target.
 */
#ifndef BOOTSCOPE_TESTS_FAKE_TARGET_H
#define BOOTSCOPE_TESTS_FAKE_TARGET_H

#include "target.h"

struct target *fake_target_new(void);

/* Adds zeroed RAM at a physical address; the pointer is to its bytes and lives as the target. */
uint8_t *fake_target_ram(struct target *target, uint64_t start, size_t length);
/* Writes into RAM that was added; fails the test when there is none. */
void fake_target_poke(struct target *target, uint64_t address, const void *bytes, size_t length);
void fake_target_poke64(struct target *target, uint64_t address, uint64_t value);

/* Linear addresses are physical ones, save these, which are not mapped. One range. */
void fake_target_hide(struct target *target, uint64_t start, uint64_t length);
/* From now on every read fails as if the connection were closed. */
void fake_target_hang_up(struct target *target);

/* How many reads there were, and of how many bytes the largest. */
size_t fake_target_reads(const struct target *target);
size_t fake_target_largest_read(const struct target *target);

#endif
