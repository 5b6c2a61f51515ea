/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two ways to unpack an image share. */
#ifndef BOOTSCOPE_IMAGE_IMAGE_INTERNAL_H
#define BOOTSCOPE_IMAGE_IMAGE_INTERNAL_H

#include "image.h"

/* ERROR_INPUT: the payload is a kernel of another width than the header says. */
struct error *image_check_width(const struct setup_fields *setup, const struct kernel *kernel);
/* ERROR_INPUT, always: the payload is compressed in no known way. */
struct error *image_no_codec(const struct image *image);

#endif
