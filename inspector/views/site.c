/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site.h"

#include "guest.h"

/* The addresses of a site, from the linked virtual one. */
static struct maybe address_as(const struct stop *stop, enum site_address as, uint64_t linked)
{
    uint64_t pref = stop->image->setup.pref_address;
    const struct facts *facts = &stop->facts;

    switch (as) {
    case SITE_LINKED_VIRTUAL:
        return known(linked);
    case SITE_LINKED_PHYSICAL:
        return known(linked - image_map(stop->image));
    case SITE_VIRTUAL:
        if (facts->virtual.known)
            return known(linked + (facts->virtual.value - pref));
        break;
    case SITE_PHYSICAL:
        if (facts->output.known)
            return known(linked - image_map(stop->image) + (facts->output.value - pref));
        break;
    case SITE_ADDRESSES:
        break;
    }
    return (struct maybe){0};
}

/* Finds the site that has the byte at a linked virtual address; notes the nearest ones on the way. */
static bool find(const struct kernel *kernel, uint64_t linked, struct site_match *match,
                 struct site_view *view)
{
    for (enum site_kind kind = 0; kind < SITE_KINDS; kind++) {
        const struct reloc_list *list = site_list(kernel, kind);

        for (size_t i = 0; i < list->count; i++) {
            uint64_t site = reloc_site(list, i).value;

            if (linked - site < site_size(kind)) {
                match->kind = kind;
                match->linked = site;
                return true;
            }
            if (match->named_as != SITE_LINKED_VIRTUAL)
                continue;
            if (site < linked && (!view->below.known || site > view->below.value))
                view->below = known(site);
            if (site > linked && (!view->above.known || site < view->above.value))
                view->above = known(site);
        }
    }
    return false;
}

static struct error *read_site(const struct stop *stop, const struct boot_done *done,
                               struct site_match *match)
{
    unsigned int size = site_size(match->kind);
    uint8_t bytes[sizeof(uint64_t)] = {0};
    const struct kernel *kernel = &stop->image->kernel;
    uint64_t paddr = match->linked - kernel_map(kernel);
    bool there;
    struct error *err;

    match->phys = address_as(stop, SITE_PHYSICAL, match->linked);
    match->virtual = address_as(stop, SITE_VIRTUAL, match->linked);
    match->segment = sites_segment(kernel, paddr, size);
    if (!match->segment)
        return NULL;
    match->value = site_load(
        kernel->bytes + match->segment->offset + (paddr - match->segment->paddr), size);
    if (!done->loaded || !match->phys.known || !stop->facts.virtual.known)
        return NULL;
    match->expected = known(match->value);
    if (done->relocated)
        match->expected = known(
            site_moved(match->kind, match->value,
                       stop->facts.virtual.value - stop->image->setup.pref_address));
    match->changing = !done->relocated && !stop->stage;
    match->foreign = done->entered && !(stop->stage && stop->stage->module == MODULE_KERNEL);
    err = guest_try_phys(stop, phys(match->phys.value), bytes, size, &there);
    if (!err && there)
        match->found = known(site_load(bytes, size));
    return error_context(err, "reading the site at %s", text_hex(match->phys.value));
}

struct error *site_capture(const struct stop *stop, const struct boot_done *done, uint64_t address,
                           struct site_view *ret)
{
    const struct kernel *kernel = stop->image ? &stop->image->kernel : NULL;
    struct site_view view = {.address = address};

    if (!kernel || !kernel->bytes)
        return error_new(ERROR_INPUT, "relocation sites: there is no image to read them from");
    if (!kernel->has_relocs)
        return error_new(ERROR_INPUT, "relocation sites: the kernel has no relocation table");
    for (enum site_address as = 0; as < SITE_ADDRESSES; as++) {
        struct site_match match = {.named_as = as};
        struct maybe zero = address_as(stop, as, 0);
        bool same = false;
        struct error *err;

        if (!zero.known || !find(kernel, address - zero.value, &match, &view))
            continue;
        for (unsigned int i = 0; i < view.count; i++)
            same = same || view.list[i].linked == match.linked;
        if (same)
            continue;
        err = read_site(stop, done, &match);
        if (err)
            return err;
        view.list[view.count++] = match;
    }
    if (view.count)
        view.below = view.above = (struct maybe){0};
    *ret = view;
    return NULL;
}

/* Whether it holds what it must, where that can be said. */
static bool is_judged(const struct site_match *match)
{
    return match->expected.known && match->found.known && !match->changing && !match->foreign;
}

static bool is_right(const struct site_match *match)
{
    return match->expected.value == match->found.value;
}

size_t site_wrong(const struct site_view *view)
{
    size_t wrong = 0;

    for (unsigned int i = 0; i < view->count; i++)
        wrong += !view->list[i].segment || (is_judged(&view->list[i]) && !is_right(&view->list[i]));
    return wrong;
}

static const char *address_name(enum site_address as)
{
    static const char *const names[SITE_ADDRESSES] = {
        [SITE_LINKED_VIRTUAL] = "linked virtual",
        [SITE_VIRTUAL] = "virtual",
        [SITE_PHYSICAL] = "physical",
        [SITE_LINKED_PHYSICAL] = "linked physical",
    };

    return names[as];
}

static void print_verdict(const struct site_match *match, const struct text *text)
{
    if (!match->segment)
        text_print(text, TEXT_BAD, "wrong: it lies in no segment of the kernel\n");
    else if (!match->expected.known)
        text_print(text, TEXT_PLAIN, "not in place yet: see elf-loaded\n");
    else if (!match->found.known)
        text_print(text, TEXT_BAD, "not in memory\n");
    else if (match->changing)
        text_print(text, TEXT_PLAIN, "is %s; relocations are not all applied\n",
                   text_hex(match->found.value));
    else if (is_right(match))
        text_print(text, TEXT_GOOD, "right: %s\n", text_hex(match->found.value));
    else if (match->foreign)
        text_print(text, TEXT_PLAIN, "was %s, is %s: changed by the kernel that runs\n",
                   text_hex(match->expected.value), text_hex(match->found.value));
    else
        text_print(text, TEXT_BAD, "wrong: must be %s, is %s\n", text_hex(match->expected.value),
                   text_hex(match->found.value));
}

void site_text(const struct site_view *view, const struct text *text)
{
    for (unsigned int i = 0; i < view->count; i++) {
        const struct site_match *match = &view->list[i];

        text_label(text, i ? "" : "reloc");
        text_print(text, TEXT_PLAIN, "%s as a %s address:\n", text_hex(view->address),
                   address_name(match->named_as));
        text_label(text, "");
        text_print(text, TEXT_PLAIN, "%s site of %u bytes, linked at %s\n",
                   site_kind_name(match->kind), site_size(match->kind), text_hex(match->linked));
        text_label(text, "");
        text_print(text, TEXT_PLAIN, "now at physical %s, virtual %s; in the file %s\n",
                   text_maybe(match->phys), text_maybe(match->virtual), text_hex(match->value));
        text_label(text, "");
        print_verdict(match, text);
    }
    if (view->count)
        return;
    text_label(text, "reloc");
    text_print(text, TEXT_PLAIN, "%s is in no relocation site\n", text_hex(view->address));
    text_label(text, "");
    text_print(text, TEXT_DIM, "the nearest, as linked: below %s, above %s\n",
               text_maybe(view->below), text_maybe(view->above));
}

json_t *site_json(const struct site_view *view)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < view->count; i++) {
        const struct site_match *match = &view->list[i];
        json_t *right = is_judged(match) ? json_boolean(is_right(match)) : json_null();

        json_array_append_new(
            array, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "named_as",
                             address_name(match->named_as), "kind", site_kind_name(match->kind),
                             "linked", json_hex(match->linked), "phys", json_maybe(match->phys),
                             "virtual", json_maybe(match->virtual), "segment",
                             match->segment ? json_hex(match->segment->offset) : json_null(),
                             "file_value", match->segment ? json_hex(match->value) : json_null(),
                             "expected", json_maybe(match->expected), "found",
                             json_maybe(match->found), "right", right));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "address", json_hex(view->address), "sites", array,
                     "below", json_maybe(view->below), "above", json_maybe(view->above));
}
