/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of relocation for people and for programs. */
#include "reloc.h"

#include <inttypes.h>

#include "flow.h"

static const char *delta_text(struct maybe delta)
{
    static char text[2][24];
    static unsigned int next;
    char *out = text[next++ % 2];
    bool negative = delta.value >> 63;

    if (!delta.known)
        return "-";
    snprintf(out, sizeof(text[0]), "%s0x%" PRIx64, negative ? "-" : "+",
             negative ? -delta.value : delta.value);
    return out;
}

static void print_wrong(const struct reloc_view *view, const struct text *text)
{
    for (uint64_t i = 0; i < view->wrong && i < RELOC_WRONG_MAX; i++) {
        const struct reloc_wrong_site *wrong = &view->wrong_list[i];

        text_label(text, "");
        text_print(text, TEXT_BAD, "%-9s %s: ", site_kind_name(wrong->kind), text_hex(wrong->site));
        if (wrong->outside)
            text_print(text, TEXT_BAD, "lies in no segment of the kernel\n");
        else
            text_print(text, TEXT_BAD, "must be %s, is %s\n", text_hex(wrong->expected),
                       text_hex(wrong->found));
    }
    if (view->wrong > RELOC_WRONG_MAX) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "%s more wrong sites\n",
                   text_count(view->wrong - RELOC_WRONG_MAX));
    }
}

void reloc_sites_text(const struct reloc_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "sites");
    char words[128];

    snprintf(words, sizeof(words),
             "abs32 %s, inverse32 %s, abs64 %s:", text_count(view->counts[SITE_ABS32]),
             text_count(view->counts[SITE_INVERSE32]), text_count(view->counts[SITE_ABS64]));
    flow_words(&flow, TEXT_PLAIN, words);
    snprintf(words, sizeof(words), "%s wrong", text_count(view->wrong));
    if (view->wrong == 0)
        flow_words(&flow, TEXT_GOOD, "every site holds the value it must have");
    else
        flow_words(&flow, TEXT_BAD, words);
    flow_end(&flow);
    print_wrong(view, text);
}

void reloc_text(const struct reloc_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "relocation");

    if (!view->present)
        return;
    flow_print(&flow, TEXT_PLAIN, "load %s", text_maybe(view->load));
    flow_print(&flow, TEXT_PLAIN, "copy %s", text_maybe(view->copy));
    flow_print(&flow, TEXT_PLAIN, "output %s", text_maybe(view->output));
    flow_print(&flow, TEXT_PLAIN, "virtual %s", text_maybe(view->virtual));
    if (view->physical_delta.known && view->virtual_delta.known)
        flow_print(&flow, TEXT_PLAIN, "physical delta %s  virtual delta %s",
                   delta_text(view->physical_delta), delta_text(view->virtual_delta));
    else if (view->physical_delta.known)
        flow_print(&flow, TEXT_PLAIN, "physical delta %s", delta_text(view->physical_delta));
    flow_end(&flow);
    if (view->checked)
        reloc_sites_text(view, text);
}

static json_t *wrong_json(const struct reloc_view *view)
{
    json_t *array = json_array();

    for (uint64_t i = 0; i < view->wrong && i < RELOC_WRONG_MAX; i++) {
        const struct reloc_wrong_site *wrong = &view->wrong_list[i];

        json_array_append_new(
            array, json_pack("{s:o, s:s, s:o, s:o}", "site", json_hex(wrong->site), "kind",
                             site_kind_name(wrong->kind), "expected",
                             wrong->outside ? json_null() : json_hex(wrong->expected), "found",
                             wrong->outside ? json_null() : json_hex(wrong->found)));
    }
    return array;
}

static json_t *sites_json(const struct reloc_view *view)
{
    json_t *sites;

    if (!view->checked)
        return json_null();
    sites = json_pack("{s:I, s:I, s:I, s:I}", "abs32", (json_int_t)view->counts[SITE_ABS32],
                      "inverse32", (json_int_t)view->counts[SITE_INVERSE32], "abs64",
                      (json_int_t)view->counts[SITE_ABS64], "wrong", (json_int_t)view->wrong);
    if (view->wrong)
        json_object_set_new(sites, "list", wrong_json(view));
    return sites;
}

json_t *reloc_json(const struct reloc_view *view)
{
    if (!view->present)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "load", json_maybe(view->load), "copy",
                     json_maybe(view->copy), "output", json_maybe(view->output), "virtual",
                     json_maybe(view->virtual), "physical_delta", json_maybe(view->physical_delta),
                     "virtual_delta", json_maybe(view->virtual_delta), "sites", sites_json(view));
}
