/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image_reader.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "run.h"

struct image load_image(const char *path)
{
    struct image image = {0};
    image.bytes = load_file(path, &image.size);
    assert_true(image.size > BP_hdr_end);
    memcpy(&image.header, image.bytes + BP_hdr, sizeof(image.header));
    image.code = (image.header.setup_sects + 1u) * 512;
    return image;
}

uint64_t symbol(const uint8_t *elf, const char *name)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)elf;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(elf + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const Elf64_Sym *symbols = (const Elf64_Sym *)(elf + sections[i].sh_offset);
        const char *names = (const char *)elf + sections[sections[i].sh_link].sh_offset;
        for (size_t j = 0; j < sections[i].sh_size / sizeof(*symbols); j++)
            if (strcmp(names + symbols[j].st_name, name) == 0)
                return symbols[j].st_value;
    }
    fail_msg("no symbol %s", name);
    return 0;
}

uint8_t *unpack(const struct image *image, size_t *ret_size)
{
    const uint8_t *packed = image->bytes + image->code + image->header.payload_offset;
    uint32_t length;
    memcpy(&length, packed + image->header.payload_length - 4, 4);
    uint8_t *out = malloc(length);
    z_stream stream = {.next_in = (uint8_t *)packed,
                       .avail_in = image->header.payload_length,
                       .next_out = out,
                       .avail_out = length};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    assert_int_equal(stream.avail_out, 0);
    inflateEnd(&stream);
    *ret_size = length;
    return out;
}
