/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compressed kernel, decompressed. */
#ifndef BOOTSCOPE_STUB_INFLATE_H
#define BOOTSCOPE_STUB_INFLATE_H

#include <stdint.h>

#include "failure.h"

struct inflated {
    uint64_t bytes; /* written at output */
    uint32_t crc32; /* of those bytes, equal to the one in the gzip trailer */
};

/*
 * Inflates input_len bytes of gzip data into output, which has room for output_len and must come
 * out exactly that long. Input and output may overlap as extract.c draws it. Uses the boot heap
 * and gives it back. Errors: no gzip header, damaged data, wrong CRC, truncated input, a length
 * other than output_len, bytes behind the gzip data, no heap.
 */
const struct boot_error *gunzip(const unsigned char *input, uint32_t input_len,
                                unsigned char *output, uint32_t output_len, struct inflated *ret);

#endif
