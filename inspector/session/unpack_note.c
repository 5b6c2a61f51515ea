/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unpack_note.h"

#include "flow.h"
#include "views.h"

void unpack_note(const struct session *session, bool json, const struct text *text)
{
    if (!session->not_unpacked)
        return;
    const char *reason = error_message(session->not_unpacked);

    if (json) {
        json_t *line = json_pack("{s:s}", "not_unpacked", reason);

        json_dumpf(line, text->stream, JSON_COMPACT);
        putc('\n', text->stream);
        json_decref(line);
        return;
    }
    struct flow flow = flow_start(text, "payload");
    flow_words(&flow, TEXT_BAD, reason);
    flow_words(&flow, TEXT_PLAIN,
               "- it is booted all the same, and nothing of the kernel is proved");
    flow_end(&flow);
}
