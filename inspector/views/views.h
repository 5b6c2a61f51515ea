/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shape of every view, one file each in this folder:
 *
 *     struct error *NAME_capture(const struct stop *stop, struct NAME_view *ret);
 *     void NAME_text(const struct NAME_view *view, const struct text *text);
 *     json_t *NAME_json(const struct NAME_view *view);
 *     void NAME_free(struct NAME_view *view);            when it owns memory
 *
 * capture reads the guest through the stop and fills a plain struct; text and json only read that
 * struct. A view whose subject does not exist yet at this stop captures "absent" (NAME_json gives
 * null, NAME_text prints nothing): it never makes values up. What a view proves comes out as counts
 * in the struct; NAME_wrong(view) returns how many things are not as they must be.
 */
#ifndef BOOTSCOPE_VIEWS_VIEWS_H
#define BOOTSCOPE_VIEWS_VIEWS_H

#include <jansson.h>

#include "address.h"
#include "error.h"
#include "text.h"
#include "timeline.h"

/* Columns that text_label() takes; what a view prints beside it must fit into the rest. */
#define TEXT_LABEL_COLUMNS 15

#endif
