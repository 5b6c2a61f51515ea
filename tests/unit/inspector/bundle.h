/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An image and the ELF files it was made of, in one folder: setup.elf, stub.elf, kernel.elf and
 * image. All are code that does nothing, but every byte of the image comes from where it should.
 */
#ifndef BOOTSCOPE_TESTS_BUNDLE_H
#define BOOTSCOPE_TESTS_BUNDLE_H

#include "assembled.h"

struct bundle {
    char *folder, *image, *setup, *stub, *kernel;
};

#define BUNDLE_STUB_CODE 0x200u /* the payload's link address in the stub */

/* Setup code: 6 sectors, of which the header and the version string's room are the packer's. */
static inline void make_setup(struct bundle *bundle, struct blob *image, uint8_t variant)
{
    char source[1024];

    snprintf(source, sizeof(source),
             ".code16\n.skip 0x26c\nentry: .fill 0x200, 1, 0x%02x\n.org 0x%x\n" RECORDS RECORD(
                 "entry", "0", "16", "setup-entry"),
             variant, SYNTH_SETUP_SIZE - 0x400);
    bundle->setup = make_elf(bundle->folder, "setup", 32, source);
    memset(image->data + 0x26c, variant, 0x200);
    memset(image->data + 0x46c, 0, SYNTH_SETUP_SIZE - 0x46c);
}

static inline void make_stub(struct bundle *bundle, const struct blob *payload)
{
    free(write_blob(bundle->folder, "payload", payload));
    run_tool("cd '%s' && cp payload payload.bin", bundle->folder);
    char source[2048];
    snprintf(source, sizeof(source),
             ".text\n.globl startup_32\nstartup_32: .fill 0x200, 1, 0x91\n"
             ".globl input_data\ninput_data: .incbin \"payload.bin\"\n.balign 16\n" RECORDS RECORD(
                 "startup_32 + 0x10", "3", "32", "startup-32"));
    bundle->stub = make_elf(bundle->folder, "stub", 64, source);
}

/* The stub's text and notes as they are linked, put where the boot loader expects them. */
static inline struct blob flatten_stub(const struct bundle *bundle)
{
    char path[4096];

    run_tool("cd '%s' && objcopy -O binary -j .text stub.elf stub.text && "
             "objcopy -O binary --only-section=.note.gnu.build-id stub.elf stub.note",
             bundle->folder);
    snprintf(path, sizeof(path), "%s/stub.text", bundle->folder);
    struct blob text = read_blob(path);
    snprintf(path, sizeof(path), "%s/stub.note", bundle->folder);
    struct blob note = read_blob(path);
    struct blob code = blob_new((text.size + note.size + 31) / 16 * 16);
    memcpy(code.data, text.data, text.size);
    memcpy(code.data + (text.size + 3) / 4 * 4, note.data, note.size);
    blob_free(&text);
    blob_free(&note);
    return code;
}

static inline struct bundle make_bundle(uint8_t variant)
{
    struct bundle bundle = {.folder = make_folder()};
    struct blob kernel = synth_kernel(true), elf = synth_elf(0);

    kernel.data[SYNTH_TEXT_AT] = variant;
    elf.data[SYNTH_TEXT_AT] = variant;
    put_note(&kernel, SYNTH_NOTE_AT, variant);
    struct blob payload = pack_payload(CODEC_XZ, &kernel);
    make_stub(&bundle, &payload);
    struct blob code = flatten_stub(&bundle);
    struct blob image = blob_new(SYNTH_SETUP_SIZE + code.size);
    make_setup(&bundle, &image, variant);
    put_header(&image, code.size, payload.size);
    put(&image, BP_payload_offset, BUNDLE_STUB_CODE, 4);
    memcpy(image.data + SYNTH_VERSION_AT, SYNTH_VERSION, sizeof(SYNTH_VERSION));
    memcpy(image.data + SYNTH_SETUP_SIZE, code.data, code.size);
    bundle.image = write_blob(bundle.folder, "image", &image);
    bundle.kernel = write_blob(bundle.folder, "kernel.elf", &elf);
    blob_free(&kernel);
    blob_free(&elf);
    blob_free(&payload);
    blob_free(&code);
    blob_free(&image);
    return bundle;
}

static inline void bundle_free(struct bundle *bundle)
{
    free(bundle->image);
    free(bundle->setup);
    free(bundle->stub);
    free(bundle->kernel);
    remove_folder(bundle->folder);
}

#endif
