/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of a timeline: a marker as it came, with the time since the command started.
 */
#ifndef BOOTSCOPE_SESSION_MARKER_LINE_H
#define BOOTSCOPE_SESSION_MARKER_LINE_H

#include <stdint.h>
#include <jansson.h>

#include "markers.h"
#include "stages.h"
#include "text.h"

/* stage is the one of the marker's name, or NULL. Keys that do not fit go on lines below. */
void marker_line_text(const struct marker *marker, const struct stage *stage, int64_t milliseconds,
                      const struct text *text);
/* {"checkpoint":NAME,"index":N or null,"milliseconds":N,"marker":{..}}; a new reference. */
json_t *marker_line_json(const struct marker *marker, const struct stage *stage,
                         int64_t milliseconds);

#endif
