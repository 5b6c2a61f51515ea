/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One boot under the debugger, to learn which places there are to choose from. */
#ifndef BOOTSCOPE_CLI_SWEEP_PROBE_H
#define BOOTSCOPE_CLI_SWEEP_PROBE_H

#include <jansson.h>

#include "error.h"
#include "options.h"

/*
 * Adds "areas" to a first line (sweep_results.h): the rows of physical slots, from the stub's search, after they were
 * counted again from the memory map. ERROR_CHECK: the counts differ. Nothing is added when the
 * decompressor's symbols are not to be had, or when the boot does not get that far: the sweep says why.
 */
struct error *sweep_probe(const char *image, const struct guest_options *guest, json_t *setup);

#endif
