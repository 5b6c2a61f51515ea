/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pair.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_MEMORY2 = 0x300, KEY_CPU2, KEY_APPEND2, KEY_INITRD2, KEY_SYMBOLS2, KEY_VMLINUX2 };

/* Of the longest name, and what may be behind it. */
#define STAGE_WIDTH 20

static const struct argp_option options[] = {
    {"memory2", KEY_MEMORY2, "SIZE", 0, "--memory of the second boot", 1},
    {"cpu2", KEY_CPU2, "MODEL", 0, "--cpu of the second boot", 1},
    {"append2", KEY_APPEND2, "TEXT", 0, "--append of the second boot", 1},
    {"initrd2", KEY_INITRD2, "FILE", 0, "--initrd of the second boot", 1},
    {"symbols2", KEY_SYMBOLS2, "FILE", 0,
     "--symbols of IMAGE2; without it, those of IMAGE when both are the same file", 1},
    {"vmlinux2", KEY_VMLINUX2, "FILE", 0, "--vmlinux of IMAGE2, likewise", 1},
    {0},
};

void pair_options_init(struct pair_options *pair)
{
    *pair = (struct pair_options){0};
    guest_options_init(&pair->guest);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct pair_options *pair = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &pair->guest;
        break;
    case KEY_MEMORY2:
        pair->memory = argument;
        break;
    case KEY_CPU2:
        pair->cpu = argument;
        break;
    case KEY_APPEND2:
        pair->append = argument;
        break;
    case KEY_INITRD2:
        pair->initrd = argument;
        break;
    case KEY_VMLINUX2:
        pair->vmlinux = argument;
        break;
    case KEY_SYMBOLS2:
        if (pair->symbol_count == OPTION_SYMBOLS_MAX)
            argp_error(state, "more than %d --symbols2 files", OPTION_SYMBOLS_MAX);
        else
            pair->symbols[pair->symbol_count++] = argument;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
const struct argp pair_argp = {options, parse, NULL, NULL, children, NULL, NULL};

const char *pair_given(const struct pair_options *pair)
{
    if (pair->memory)
        return "--memory2";
    if (pair->cpu)
        return "--cpu2";
    if (pair->append)
        return "--append2";
    if (pair->initrd)
        return "--initrd2";
    if (pair->vmlinux)
        return "--vmlinux2";
    return pair->symbol_count ? "--symbols2" : NULL;
}

static bool same_file(const char *a, const char *b)
{
    struct stat first, second;

    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

struct guest_options pair_second(const struct pair_options *pair, const char *image,
                                 const char *image2)
{
    struct guest_options guest = pair->guest;

    guest.memory = pair->memory ? pair->memory : guest.memory;
    guest.cpu = pair->cpu ? pair->cpu : guest.cpu;
    guest.append = pair->append ? pair->append : guest.append;
    guest.initrd = pair->initrd ? pair->initrd : guest.initrd;
    if (pair->vmlinux || !same_file(image, image2))
        guest.vmlinux = pair->vmlinux;
    if (pair->symbol_count > 0 || !same_file(image, image2)) {
        memcpy(guest.symbols, pair->symbols, sizeof(guest.symbols));
        guest.symbol_count = pair->symbol_count;
    }
    return guest;
}

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_string(text) : json_null();
}

static json_t *given(const char *value)
{
    return value ? json_string(value) : json_null();
}

json_t *pair_boot_json(const struct recording *recording, const struct guest_options *guest)
{
    const struct recorded_image *image = &recording->image;
    uint64_t total;
    bool arrived = recording_total(recording, &total);

    return json_pack(
        "{s:s,s:o,s:o,s:I,s:{s:s,s:I,s:I},s:o,s:o,s:o,s:o,s:o,s:o}", "image", image->path,
        "version", text_or_null(image->version), "build_id", text_or_null(image->build_id), "bytes",
        (json_int_t)image->file_size, "payload", "codec", codec_name(image->codec), "bytes",
        (json_int_t)image->payload_size, "unpacked", (json_int_t)image->unpacked_size, "memory",
        given(guest->memory), "cpu", given(guest->cpu), "append", given(guest->append), "initrd",
        given(guest->initrd), "instructions",
        arrived ? json_integer((json_int_t)total) : json_null(), "failure",
        recording->failure ? json_string(error_message(recording->failure)) : json_null());
}

static void option_text(int indent, const char *name, const char *value, const struct text *text)
{
    int room = TEXT_COLUMNS - indent - (int)strlen(name) - 1;

    if (value)
        text_print(text, TEXT_PLAIN, "%*s%s %.*s\n", indent, "", name, room, value);
}

void pair_boot_text(const char *letter, const struct recording *recording,
                    const struct guest_options *guest, const struct text *text)
{
    const struct recorded_image *image = &recording->image;
    int indent = letter[0] ? 3 : 0;

    if (letter[0])
        text_print(text, TEXT_HEADING, "%s  ", letter);
    text_print(text, TEXT_HEADING, "%s\n", image->path);
    if (image->version[0])
        text_print(text, TEXT_DIM, "%*s%.*s\n", indent, "", TEXT_COLUMNS - indent, image->version);
    text_print(text, TEXT_PLAIN, "%*s%s bytes; payload %s, %s bytes, unpacked %s\n", indent, "",
               text_count(image->file_size), codec_name(image->codec),
               text_count(image->payload_size), text_count(image->unpacked_size));
    option_text(indent, "--memory", guest->memory, text);
    option_text(indent, "--cpu", guest->cpu, text);
    option_text(indent, "--append", guest->append, text);
    option_text(indent, "--initrd", guest->initrd, text);
}

static bool is_likely(const struct recorded_stop *stop)
{
    return stop && stop->stage->certainty == STAGE_LIKELY;
}

bool pair_stage_text(const struct recorded_stop *a, const struct recorded_stop *b,
                     const struct text *text)
{
    const struct stage *stage = a ? a->stage : b->stage;
    bool likely = is_likely(a) || is_likely(b);
    int blanks = STAGE_WIDTH - (int)strlen(stage->name) - likely;

    text_print(text, TEXT_DIM, "%2u ", stage->index);
    text_print(text, TEXT_HEADING, "%s", stage->name);
    text_print(text, TEXT_PLAIN, "%s%*s", likely ? "?" : "", blanks > 0 ? blanks : 0, "");
    return likely;
}

void pair_likely_text(const struct text *text)
{
    text_print(
        text, TEXT_DIM,
        "? likely there, by what its code does; bootscope info IMAGE says how it was found\n");
}

void pair_ratio_text(uint64_t a, uint64_t b, char out[16])
{
    double ratio = a ? (double)b / (double)a : 0;

    if (a == 0)
        snprintf(out, 16, "-");
    else if (b > 0 && ratio < 0.01)
        snprintf(out, 16, "<0.01");
    else
        snprintf(out, 16, "%.*f", ratio >= 1000 ? 0 : 2, ratio);
}

void pair_difference_text(uint64_t a, uint64_t b, char out[32])
{
    if (a == b)
        snprintf(out, 32, "0");
    else
        snprintf(out, 32, "%c%s", a < b ? '+' : '-', text_count(a < b ? b - a : a - b));
}

json_t *pair_ratio_json(uint64_t a, uint64_t b)
{
    return a ? json_real((double)b / (double)a) : json_null();
}
