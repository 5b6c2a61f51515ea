/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the views share: a stop to build on, and what a view printed. */
#ifndef BOOTSCOPE_TESTS_VIEW_TEST_H
#define BOOTSCOPE_TESTS_VIEW_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake_symbols.h"
#include "fake_target.h"
#include "text.h"
#include "timeline.h"

#define CR0_PROTECTED  UINT64_C(0x11)
#define CR0_PAGED      UINT64_C(0x80000011)
#define CR4_WITH_PAE   UINT64_C(0x20)
#define CR4_WITH_LA57  UINT64_C(0x1020)
#define EFER_LONG      UINT64_C(0x500) /* LME and LMA */
#define EFER_LONG_NX   UINT64_C(0xd00)
#define SEGMENT_CODE64 UINT32_C(0x00af9b00) /* attributes: present, code, G, L */
#define SEGMENT_CODE32 UINT32_C(0x00cf9b00)
#define SEGMENT_DATA32 UINT32_C(0x00cf9300)

/* A stop of a CPU in long mode, paging on, over an empty guest. */
static inline struct stop view_stop(void)
{
    struct stop stop = {.target = fake_target_new()};

    stop.regs.cr0 = CR0_PAGED;
    stop.regs.cr4 = CR4_WITH_PAE;
    stop.regs.efer = EFER_LONG_NX;
    stop.regs.hidden_known = true;
    stop.regs.segment[SEG_CS].attributes = SEGMENT_CODE64;
    return stop;
}

static inline void view_no_error(struct error *err)
{
    if (err)
        fail_msg("unexpected error: %s", error_message(err));
}

/* Whether err is of that kind; frees it. */
static inline void view_error(struct error *err, enum error_kind kind)
{
    assert_non_null(err);
    assert_int_equal(error_kind(err), kind);
    error_free(err);
}

/* What a view prints for people, without colours; the caller frees it. Lines must fit. */
#define VIEW_TEXT(print, view)              VIEW_PRINTED(print(view, &text_))
#define VIEW_DIFF_TEXT(print, before, view) VIEW_PRINTED(print(before, view, &text_))
#define VIEW_PRINTED(call)                                                                         \
    ({                                                                                             \
        char *out_ = NULL;                                                                         \
        size_t size_ = 0;                                                                          \
        struct text text_ = {open_memstream(&out_, &size_), false};                                \
        call;                                                                                      \
        fclose(text_.stream);                                                                      \
        view_fits(out_);                                                                           \
        out_;                                                                                      \
    })

static inline void view_fits(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        if (length > TEXT_COLUMNS)
            fail_msg("a line has %zu columns: %.*s", length, (int)length, text);
        if (length && text[length - 1] == ' ')
            fail_msg("a line ends in a blank: %.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* Asserts that JSON has this compact, key-sorted form; takes the reference. */
static inline void view_json(json_t *json, const char *expected)
{
    char *dump = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

    assert_non_null(dump);
    assert_string_equal(dump, expected);
    free(dump);
    json_decref(json);
}

/* Asserts that text has all of a part; frees text. */
static inline void view_has(char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
    free(text);
}

#endif
