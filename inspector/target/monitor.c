/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rsp.h"
#include "internal.h"

#define MONITOR_MAX 0x100000 /* bytes of output */

struct text_buffer {
    char *text;
    size_t length;
};

static struct error *add_hex(struct text_buffer *buffer, const char *digits, size_t count)
{
    size_t length = count / 2;

    if (count % 2 || buffer->length + length > MONITOR_MAX)
        return error_new(ERROR_PROTOCOL, "monitor: reply of %zu digits after %zu bytes", count,
                         buffer->length);
    char *text = realloc(buffer->text, buffer->length + length + 1);
    if (!text)
        return error_errno(ENOMEM, "monitor reply");
    buffer->text = text;
    if (!rsp_from_hex(digits, text + buffer->length, length))
        return error_new(ERROR_PROTOCOL, "monitor: reply is not hex: \"%.20s\"", digits);
    buffer->length += length;
    text[buffer->length] = '\0';
    return NULL;
}

/* Output comes in "O" packets up to an "OK", or as one packet of bare hex. */
static struct error *collect_output(struct target *target, struct reply *reply,
                                    struct text_buffer *buffer)
{
    struct error *err = NULL;

    while (!err && reply->length > 0 && reply->body[0] == 'O' && !reply_is(reply, "OK")) {
        err = add_hex(buffer, reply->body + 1, reply->length - 1);
        if (!err)
            err = connection_receive(target->connection, reply);
    }
    if (err || reply_is(reply, "OK"))
        return err;
    if (reply->length == 0 || (reply->length == 3 && reply->body[0] == 'E'))
        return reply_error("monitor command", reply, "its output");
    return add_hex(buffer, reply->body, reply->length);
}

struct error *target_monitor(struct target *target, const char *command, char **ret)
{
    struct text_buffer buffer = {0};
    char request[512] = "qRcmd,";
    size_t length = strlen(request);
    struct reply reply;

    if (strlen(command) > (sizeof(request) - length - 1) / 2)
        return error_new(ERROR_INPUT, "monitor command: longer than %zu bytes",
                         (sizeof(request) - length - 1) / 2);
    length += rsp_to_hex(command, strlen(command), request + length);
    request[length] = '\0';
    struct error *err = target_request(target, request, &reply);
    if (!err && reply.length == 0) {
        *ret = NULL;
        return NULL;
    }
    if (!err)
        err = add_hex(&buffer, "", 0);
    if (!err)
        err = collect_output(target, &reply, &buffer);
    if (err) {
        free(buffer.text);
        return error_context(err, "monitor \"%.40s\"", command);
    }
    *ret = buffer.text;
    return NULL;
}
