/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crosscheck.h"

#include <string.h>

#include "claims.h"
#include "flow.h"

/* The fact of this name; NULL when the name is none. */
static const struct maybe *fact_named(const struct facts *facts, const char *name)
{
    if (strcmp(name, "load") == 0)
        return &facts->load;
    if (strcmp(name, "copy") == 0)
        return &facts->copy;
    if (strcmp(name, "output") == 0)
        return &facts->output;
    if (strcmp(name, "virtual") == 0)
        return &facts->virtual;
    if (strcmp(name, "boot_params") == 0)
        return &facts->boot_params;
    return NULL;
}

static bool machine_value(const struct stop *stop, const char *key, uint64_t *ret)
{
    const struct maybe *fact = fact_named(&stop->facts, key);
    unsigned int width;

    if (fact) {
        *ret = fact->value;
        return fact->known;
    }
    if ((strcmp(key, "gdtr") == 0 || strcmp(key, "idtr") == 0) && !stop->regs.hidden_known)
        return false;
    return registers_get(&stop->regs, key, ret, &width);
}

/*
 * A key may have to hold twice: rax at kernel-jump is the register's value, and that must be the
 * kernel's entry. What it disagrees with is what gets shown.
 */
static void check(const struct stop *stop, struct crosscheck_key *key)
{
    uint64_t value;

    if (claim_value(stop, key->key, &key->actual)) {
        key->checked = true;
        key->agrees = key->actual == key->claimed;
        if (!key->agrees)
            return;
    }
    if (machine_value(stop, key->key, &value)) {
        key->checked = true;
        key->actual = value;
        key->agrees = value == key->claimed;
    }
}

void crosscheck_capture(const struct stop *stop, struct crosscheck_view *ret)
{
    *ret = (struct crosscheck_view){0};
    ret->missing = stop->stage && stop->marker_expected && !stop->marker;
    if (!stop->marker || !stop->stage)
        return;
    ret->present = true;
    ret->count = stop->marker->count;
    for (size_t i = 0; i < ret->count; i++) {
        struct crosscheck_key *key = &ret->keys[i];

        key->key = stop->marker->keys[i].key;
        key->claimed = stop->marker->keys[i].value;
        check(stop, key);
    }
}

void crosscheck_against(struct crosscheck_view *view, const char *key, uint64_t value)
{
    for (size_t i = 0; i < view->count; i++) {
        struct crosscheck_key *entry = &view->keys[i];

        /* A disagreement that was found before stays. */
        if (strcmp(entry->key, key) != 0 || (entry->checked && !entry->agrees))
            continue;
        entry->checked = true;
        entry->actual = value;
        entry->agrees = value == entry->claimed;
    }
}

static enum text_style key_style(const struct crosscheck_key *key)
{
    if (!key->checked)
        return TEXT_PLAIN;
    return key->agrees ? TEXT_GOOD : TEXT_BAD;
}

void crosscheck_text(const struct crosscheck_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "marker");

    if (view->missing) {
        flow_print(&flow, TEXT_BAD, "none came on port 0xe9");
        flow_end(&flow);
    }
    if (!view->present)
        return;
    if (view->count == 0)
        flow_print(&flow, TEXT_DIM, "no keys");
    for (size_t i = 0; i < view->count; i++)
        flow_print(&flow, key_style(&view->keys[i]), "%s=%s", view->keys[i].key,
                   text_hex(view->keys[i].claimed));
    flow_end(&flow);
    for (size_t i = 0; i < view->count; i++) {
        const struct crosscheck_key *key = &view->keys[i];

        if (!key->checked || key->agrees)
            continue;
        text_label(text, "");
        text_print(text, TEXT_BAD, "the marker says %s=%s, the machine has %s\n", key->key,
                   text_hex(key->claimed), text_hex(key->actual));
    }
}

json_t *crosscheck_json(const struct crosscheck_view *view)
{
    json_t *list = json_array();

    for (size_t i = 0; i < view->count; i++) {
        const struct crosscheck_key *key = &view->keys[i];

        if (key->checked && !key->agrees)
            json_array_append_new(list, json_pack("{s:s,s:o,s:o}", "key", key->key, "marker",
                                                  json_hex(key->claimed), "machine",
                                                  json_hex(key->actual)));
    }
    return list;
}

size_t crosscheck_wrong(const struct crosscheck_view *view)
{
    size_t wrong = view->missing;

    for (size_t i = 0; i < view->count; i++)
        wrong += view->keys[i].checked && !view->keys[i].agrees;
    return wrong;
}
