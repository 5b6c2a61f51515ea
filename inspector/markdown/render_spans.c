/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words, and what stands among them: code, emphasis, links. */
#include <string.h>

#include "render_entity.h"
#include "render_internal.h"

static enum text_style style_now(const struct render *render)
{
    if (render->code)
        return TEXT_LABEL;
    if (render->strong || render->heading || render->cell_heading)
        return TEXT_HEADING;
    return render->emphasis ? TEXT_EMPHASIS : TEXT_PLAIN;
}

static void add(struct render *render, const char *bytes, size_t length)
{
    bool together = render->code || render->in_code_block;

    styled_add(&render->words, render->in_code_block ? TEXT_PLAIN : style_now(render), together,
               bytes, length);
}

/* Where a link leads is worth saying when it is no file beside the text. */
static void add_address(struct render *render, const MD_ATTRIBUTE *href)
{
    size_t shown = render->words.length - render->link_start;
    const char *text = render->words.bytes + render->link_start;
    bool elsewhere = memmem(href->text, href->size, ":", 1);

    if (!elsewhere || (shown == href->size && memcmp(text, href->text, shown) == 0))
        return;
    add(render, " (", 2);
    add(render, href->text, href->size);
    add(render, ")", 1);
}

/* Without colour, backquotes say what is code. */
static void quote_code(struct render *render)
{
    if (!render->text->colour)
        styled_add(&render->words, TEXT_LABEL, true, "`", 1);
}

int render_enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct render *render = context;

    (void)detail;
    if (type == MD_SPAN_CODE) {
        quote_code(render);
        render->code++;
    }
    render->strong += type == MD_SPAN_STRONG;
    render->emphasis += type == MD_SPAN_EM;
    if (type == MD_SPAN_A)
        render->link_start = render->words.length;
    return 0;
}

int render_leave_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct render *render = context;

    if (type == MD_SPAN_CODE) {
        render->code--;
        quote_code(render);
    }
    render->strong -= type == MD_SPAN_STRONG;
    render->emphasis -= type == MD_SPAN_EM;
    if (type == MD_SPAN_A)
        add_address(render, &((const MD_SPAN_A_DETAIL *)detail)->href);
    return 0;
}

int render_text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE length, void *context)
{
    struct render *render = context;
    char decoded[RENDER_ENTITY_MAX];

    switch (type) {
    case MD_TEXT_HTML:
        break;
    case MD_TEXT_BR:
        add(render, "\n", 1);
        break;
    case MD_TEXT_SOFTBR:
        add(render, " ", 1);
        break;
    case MD_TEXT_NULLCHAR:
        add(render, "\xef\xbf\xbd", 3);
        break;
    case MD_TEXT_ENTITY:
        if (render_entity(bytes, length, decoded))
            add(render, decoded, strlen(decoded));
        else
            add(render, bytes, length);
        break;
    default:
        if (!render->in_html)
            add(render, bytes, length);
        break;
    }
    return 0;
}
