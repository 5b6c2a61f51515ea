/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson claims of its guest: check blocks, and numbers in sentences. */
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "guest_internal.h"
#include "here.h"
#include "number_form.h"

struct live {
    const struct live_value *value;
    char text[NUMBER_FORM_MAX];
};

static struct error *look_value(void *context, struct lesson_guest *guest)
{
    struct live *live = context;
    uint64_t value;
    struct error *err = guest_evaluate(guest, live->value->expression, &value);

    return err ? err : number_form(live->value->shown, value, live->text);
}

struct error *lesson_guest_value(struct lesson_guest *guest, const struct live_value *value,
                                 char **ret)
{
    struct live live = {.value = value};
    struct error *err = guest_elsewhere(guest, value->at, NULL, 0, look_value, &live);

    if (err)
        return error_context(err, "%s:%u", guest->lesson->path, value->line);
    *ret = strdup(live.text);
    if (!*ret)
        abort();
    return NULL;
}

static void tell(void *context, const char *statement, const char *message, const json_t *values)
{
    const struct text *text = context;
    const json_t *value;
    size_t index;

    text_print(text, message ? TEXT_BAD : TEXT_GOOD, "  %s", message ? "no " : "ok ");
    text_print(text, TEXT_PLAIN, " %s\n", statement);
    if (message)
        text_print(text, TEXT_PLAIN, "      %s\n", message);
    for (index = 0; index < json_array_size(values); index++) {
        value = json_array_get(values, index);
        text_print(text, TEXT_PLAIN, "      %-24s %s\n",
                   json_string_value(json_object_get(value, "text")),
                   json_string_value(json_object_get(value, "now")));
    }
}

struct error *lesson_guest_check(struct lesson_guest *guest, const struct lesson_step *step,
                                 const struct text *text)
{
    const struct lesson *lesson = guest->lesson;
    struct error *err = checks_here(guest->debugger, lesson->path,
                                    line_at(lesson->text, step->check.text), step->check.text,
                                    step->check.length, tell, (void *)text);

    return err && error_kind(err) == ERROR_CHECK
               ? error_context(err, "%s:%u", lesson->path, step->line)
               : err;
}
