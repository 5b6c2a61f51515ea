/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "connection.h"

#define REPLY_EXCERPT 40

static void reply_excerpt(const char *bytes, size_t length, char out[static REPLY_EXCERPT + 4])
{
    size_t shown = length < REPLY_EXCERPT ? length : REPLY_EXCERPT;

    for (size_t i = 0; i < shown; i++)
        out[i] = isprint((unsigned char)bytes[i]) ? bytes[i] : '.';
    strcpy(out + shown, length > shown ? "..." : "");
}

struct error *reply_error(const char *request, const struct reply *reply, const char *what)
{
    char shown[REPLY_EXCERPT + 4];

    reply_excerpt(reply->body, reply->length, shown);
    if (reply->length == 0)
        return error_new(ERROR_PROTOCOL, "%.64s: not supported by the debug stub", request);
    if (reply->length == 3 && reply->body[0] == 'E')
        return error_new(ERROR_PROTOCOL, "%.64s: debug stub answers error %s", request, shown + 1);
    return error_new(ERROR_PROTOCOL, "%.64s: expected %s, got \"%s\"", request, what, shown);
}

static const char *event_name(enum rsp_event event)
{
    switch (event) {
    case RSP_BAD_CHECKSUM:
        return "wrong checksum";
    case RSP_MALFORMED:
        return "malformed escape or repetition";
    case RSP_TOO_LONG:
        return "too long";
    default:
        return "refused";
    }
}

struct error *reply_damaged(const struct reply *reply, enum rsp_event event)
{
    char shown[REPLY_EXCERPT + 4];

    reply_excerpt(reply->body, reply->length, shown);
    return error_new(ERROR_PROTOCOL, "debug stub: reply \"%s\": %s", shown, event_name(event));
}

bool reply_is(const struct reply *reply, const char *text)
{
    return reply->length == strlen(text) && memcmp(reply->body, text, reply->length) == 0;
}
