/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include <math.h>
#include <string.h>

#include "pair.h"

#define NAME_WIDTH 20
#define BAR_WIDTH  36
/* Below this a share is not zero, but prints as if it were. */
#define SHARE_SHOWN 0.0005

static void share_words(const struct recording *recording, const struct recorded_stop *stop,
                        char out[8])
{
    double share;

    if (!stop || !profile_share(recording, stop, &share))
        snprintf(out, 8, "%s", "");
    else if (share < SHARE_SHOWN)
        snprintf(out, 8, "<0.1%%");
    else
        snprintf(out, 8, "%.1f%%", 100 * share);
}

static void print_bar(const struct recording *recording, const struct recorded_stop *stop,
                      const struct text *text)
{
    static const char full[] = "####################################";
    double share;
    _Static_assert(sizeof(full) == BAR_WIDTH + 1, "a whole bar");

    if (profile_share(recording, stop, &share) && lround(share * BAR_WIDTH) > 0)
        text_print(text, TEXT_LABEL, "  %.*s", (int)lround(share * BAR_WIDTH), full);
}

/* What the count at the first stop is made of: none of it is the boot code's. */
static void print_firmware(const struct recording *recording, const struct text *text)
{
    const struct recorded_stop *first = recording->stops;

    if (recording->count == 0)
        return;
    text_print(text, TEXT_DIM, "what is before %s is SeaBIOS, which loads the image%s\n",
               first->stage->name,
               first->stage->index > 0 ? ", and the image's own real-mode code" : "");
}

static void single_text(const struct profile *profile, const struct text *text)
{
    const struct recording *a = profile->a;
    uint64_t total;
    bool likely = false;

    text_print(text, TEXT_DIM, "\n%2s %-*s %14s %14s %7s\n", "", NAME_WIDTH, "checkpoint",
               "since reset", "since the last", "share");
    for (size_t i = 0; i < a->count; i++) {
        const struct recorded_stop *stop = &a->stops[i];
        char share[8];

        share_words(a, stop, share);
        likely = pair_stage_text(stop, NULL, text) || likely;
        text_print(text, TEXT_PLAIN, " %14s %14s", text_count(stop->instructions),
                   text_count(profile_cost(a, stop)));
        if (share[0])
            text_print(text, TEXT_PLAIN, " %7s", share);
        print_bar(a, stop, text);
        text_print(text, TEXT_PLAIN, "\n");
    }
    if (recording_total(a, &total))
        text_print(text, TEXT_PLAIN, "   %-*s %14s %14s %7s\n", NAME_WIDTH, "startup-32 to entry",
                   "", text_count(total), "100%");
    print_firmware(a, text);
    if (likely)
        pair_likely_text(text);
}

static void print_side(const struct recording *recording, const struct recorded_stop *stop,
                       size_t *blanks, const struct text *text)
{
    char share[8];

    share_words(recording, stop, share);
    text_print(text, TEXT_PLAIN, "%*s %14s", (int)*blanks, "",
               stop ? text_count(profile_cost(recording, stop)) : "-");
    *blanks = share[0] ? 0 : 7;
    if (share[0])
        text_print(text, TEXT_PLAIN, " %6s", share);
}

/* What the lines have that must be said below them. */
struct notes {
    bool gap, likely;
};

/* The two costs, where they compare; behind them a mark when a line between was only one's. */
static void print_pair(const struct profile *profile, const struct recorded_pair *pair,
                       struct notes *notes, const struct text *text)
{
    size_t blanks = 0; /* still to print, so that no line ends in them */
    char difference[32], ratio[16];

    notes->likely = pair_stage_text(pair->a, pair->b, text) || notes->likely;
    print_side(profile->a, pair->a, &blanks, text);
    print_side(profile->b, pair->b, &blanks, text);
    if (pair->a && pair->b) {
        bool gap = pair->cost_a != profile_cost(profile->a, pair->a) ||
                   pair->cost_b != profile_cost(profile->b, pair->b);

        pair_difference_text(pair->cost_a, pair->cost_b, difference);
        pair_ratio_text(pair->cost_a, pair->cost_b, ratio);
        text_print(text, TEXT_PLAIN, "%*s %15s %7s%s", (int)blanks, "", difference, ratio,
                   gap ? " *" : "");
        notes->gap = notes->gap || gap;
    } else if (pair->elsewhere) {
        text_print(text, TEXT_DIM, "%*s in another order", (int)blanks, "");
    }
    text_print(text, TEXT_PLAIN, "\n");
}

static void print_total(const struct profile *profile, const struct text *text)
{
    char difference[32], ratio[16];
    uint64_t a, b;

    if (!recording_total(profile->a, &a) || !recording_total(profile->b, &b))
        return;
    pair_difference_text(a, b, difference);
    pair_ratio_text(a, b, ratio);
    text_print(text, TEXT_PLAIN, "   %-*s %14s %6s %14s %6s %15s %7s\n", NAME_WIDTH,
               "startup-32 to entry", text_count(a), "", text_count(b), "", difference, ratio);
}

static void sizes_text(const struct profile *profile, const struct text *text)
{
    const struct recorded_image *a = &profile->a->image, *b = &profile->b->image;
    const struct {
        const char *name;
        size_t a, b;
    } rows[] = {
        {"bytes of the image", a->file_size, b->file_size},
        {"of its payload", a->payload_size, b->payload_size},
        {"unpacked", a->unpacked_size, b->unpacked_size},
    };
    char difference[32], ratio[16];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pair_difference_text(rows[i].a, rows[i].b, difference);
        pair_ratio_text(rows[i].a, rows[i].b, ratio);
        text_print(text, TEXT_PLAIN, "   %-*s %14s %6s %14s %6s %15s %7s\n", NAME_WIDTH,
                   rows[i].name, text_count(rows[i].a), "", text_count(rows[i].b), "", difference,
                   ratio);
    }
}

static void both_text(const struct profile *profile, const struct text *text)
{
    struct recorded_pair pairs[RECORDED_PAIRS_MAX];
    size_t count = recording_match(profile->a, profile->b, pairs);
    struct notes notes = {0};

    text_print(text, TEXT_DIM, "\n   %-*s %14s %6s %14s %6s %15s %7s\n", NAME_WIDTH, "instructions",
               "A", "share", "B", "share", "B - A", "B / A");
    for (size_t i = 0; i < count; i++)
        print_pair(profile, &pairs[i], &notes, text);
    print_total(profile, text);
    text_print(text, TEXT_PLAIN, "\n");
    sizes_text(profile, text);
    text_print(text, TEXT_PLAIN, "\n");
    print_firmware(profile->a, text);
    if (notes.likely)
        pair_likely_text(text);
    if (notes.gap)
        text_print(
            text, TEXT_DIM,
            "* compared since the last line that has both, as one boot has stages between\n");
}

void profile_text(const struct profile *profile, const struct text *text)
{
    pair_boot_text(profile->b ? "A" : "", profile->a, &profile->guest_a, text);
    if (profile->b)
        pair_boot_text("B", profile->b, &profile->guest_b, text);
    if (profile->b)
        both_text(profile, text);
    else
        single_text(profile, text);
}

static json_t *side_json(const struct recording *recording, const struct recorded_stop *stop)
{
    double share;

    if (!stop)
        return json_null();
    return json_pack("{s:I,s:I,s:o,s:s}", "instructions", (json_int_t)stop->instructions,
                     "since_last", (json_int_t)profile_cost(recording, stop), "share",
                     profile_share(recording, stop, &share) ? json_real(share) : json_null(),
                     "certainty", stage_certainty_name(stop->stage->certainty));
}

static json_t *single_json(const struct recording *a)
{
    json_t *list = json_array();

    for (size_t i = 0; i < a->count; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:I,s:o}", "checkpoint", a->stops[i].stage->name, "index",
                            (json_int_t)a->stops[i].stage->index, "a", side_json(a, &a->stops[i])));
    return list;
}

static json_t *pairs_json(const struct profile *profile)
{
    struct recorded_pair pairs[RECORDED_PAIRS_MAX];
    size_t count = recording_match(profile->a, profile->b, pairs);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct recorded_pair *pair = &pairs[i];
        bool both = pair->a && pair->b;

        json_array_append_new(
            list,
            json_pack("{s:s,s:I,s:o,s:o,s:o,s:o}", "checkpoint", pair->stage->name, "index",
                      (json_int_t)pair->stage->index, "a", side_json(profile->a, pair->a), "b",
                      side_json(profile->b, pair->b), "difference",
                      both ? json_integer((json_int_t)(pair->cost_b - pair->cost_a)) : json_null(),
                      "ratio", both ? pair_ratio_json(pair->cost_a, pair->cost_b) : json_null()));
    }
    return list;
}

json_t *profile_json(const struct profile *profile)
{
    json_t *object = json_pack("{s:o}", "a", pair_boot_json(profile->a, &profile->guest_a));
    uint64_t a, b;

    if (!profile->b) {
        json_object_set_new(object, "stages", single_json(profile->a));
        return object;
    }
    bool totals = recording_total(profile->a, &a) && recording_total(profile->b, &b);
    json_object_set_new(object, "b", pair_boot_json(profile->b, &profile->guest_b));
    json_object_set_new(object, "difference",
                        totals ? json_integer((json_int_t)(b - a)) : json_null());
    json_object_set_new(object, "ratio", totals ? pair_ratio_json(a, b) : json_null());
    json_object_set_new(object, "stages", pairs_json(profile));
    return object;
}
