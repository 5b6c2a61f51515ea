/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qmp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define EXCERPT_MAX 60

static void take_event(struct qmp *qmp, const char *event, const json_t *object)
{
    const json_t *guest = json_object_get(json_object_get(object, "data"), "guest");

    if (strcmp(event, "SHUTDOWN") != 0)
        return;
    qmp->shutdown = true;
    qmp->guest_shutdown = json_is_true(guest);
}

/* A reply carries the id of its command; one to an older command, given up on, is dropped. */
static void take_object(struct qmp *qmp, json_t *object)
{
    const char *event = json_string_value(json_object_get(object, "event"));
    const json_t *id = json_object_get(object, "id");

    if (json_object_get(object, "QMP"))
        qmp->greeted = true;
    else if (event)
        take_event(qmp, event, object);
    else if (json_is_integer(id) && json_integer_value(id) == qmp->last_id && !qmp->reply)
        qmp->reply = json_incref(object);
}

static void take_malformed(struct qmp *qmp)
{
    size_t length = qmp->length < EXCERPT_MAX ? qmp->length : EXCERPT_MAX;

    if (qmp->malformed)
        return;
    qmp->malformed = strndup(qmp->line, length);
    for (char *at = qmp->malformed; at && *at; at++) {
        if (*at < ' ' || *at > '~')
            *at = '.';
    }
}

static void end_line(struct qmp *qmp)
{
    json_t *object = NULL;

    if (!qmp->overlong)
        object = json_loadb(qmp->line, qmp->length, 0, NULL);
    if (json_is_object(object))
        take_object(qmp, object);
    else
        take_malformed(qmp);
    json_decref(object);
    qmp->length = 0;
    qmp->overlong = false;
}

static void take_bytes(void *context, const char *bytes, size_t length)
{
    struct qmp *qmp = context;

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            end_line(qmp);
        else if (qmp->length < QMP_LINE_MAX)
            qmp->line[qmp->length++] = bytes[i];
        else
            qmp->overlong = true;
    }
}

struct error *qmp_open(struct qmp *qmp, int fd, struct loop *loop)
{
    memset(qmp, 0, sizeof(*qmp));
    return stream_open(&qmp->stream, fd, loop, take_bytes, qmp);
}

void qmp_close(struct qmp *qmp)
{
    stream_close(&qmp->stream);
    json_decref(qmp->reply);
    free(qmp->malformed);
    qmp->reply = NULL;
    qmp->malformed = NULL;
}

/* Serves the loop until the greeting, or the reply, is there. */
static struct error *await(struct qmp *qmp, bool greeting, const char *what, int64_t deadline)
{
    while (greeting ? !qmp->greeted : !qmp->reply) {
        bool timed_out;

        if (qmp->malformed)
            return error_new(ERROR_PROTOCOL, "QMP %s: not JSON: \"%s\"", what, qmp->malformed);
        if (qmp->stream.fd < 0)
            return error_new(ERROR_CLOSED, "QMP %s: QEMU hung up", what);
        if (loop_now() >= deadline)
            return error_new(ERROR_TIMEOUT, "QMP %s: no answer", what);
        struct error *err = loop_once(qmp->stream.loop, deadline, &timed_out);
        if (err)
            return err;
    }
    return NULL;
}

/* arguments: "" or ,"arguments":{..} */
static struct error *send_command(struct qmp *qmp, const char *command, const char *arguments)
{
    char line[256];
    int length = snprintf(line, sizeof(line), "{\"execute\":\"%s\",\"id\":%lld%s}\n", command,
                          (long long)++qmp->last_id, arguments);

    json_decref(qmp->reply);
    qmp->reply = NULL;
    if (qmp->stream.fd < 0)
        return error_new(ERROR_CLOSED, "QMP %s: QEMU hung up", command);
    /* A command is far smaller than a socket's buffer and only one is ever under way. */
    if (send(qmp->stream.fd, line, (size_t)length, MSG_NOSIGNAL) == length)
        return NULL;
    if (errno == EPIPE || errno == ECONNRESET)
        return error_new(ERROR_CLOSED, "QMP %s: QEMU hung up", command);
    return error_errno(errno, "QMP %s", command);
}

static struct error *execute(struct qmp *qmp, const char *command, const char *arguments,
                             int64_t deadline, json_t **ret)
{
    struct error *err = send_command(qmp, command, arguments);

    if (!err)
        err = await(qmp, false, command, deadline);
    if (err)
        return err;
    const json_t *refusal = json_object_get(qmp->reply, "error");
    if (refusal) {
        const char *reason = json_string_value(json_object_get(refusal, "desc"));

        return error_new(ERROR_PROTOCOL, "QMP %s: %s", command, reason ? reason : "refused");
    }
    *ret = json_incref(json_object_get(qmp->reply, "return"));
    return NULL;
}

struct error *qmp_execute(struct qmp *qmp, const char *command, int64_t deadline, json_t **ret)
{
    return execute(qmp, command, "", deadline, ret);
}

struct error *qmp_monitor(struct qmp *qmp, const char *command, int64_t deadline, char **ret)
{
    char arguments[128];
    json_t *output = NULL;

    snprintf(arguments, sizeof(arguments), ",\"arguments\":{\"command-line\":\"%s\"}", command);
    struct error *err = execute(qmp, "human-monitor-command", arguments, deadline, &output);
    if (err)
        return err;
    *ret = json_is_string(output) ? strdup(json_string_value(output)) : NULL;
    json_decref(output);
    return *ret ? NULL : error_new(ERROR_PROTOCOL, "QMP %s: no text in its answer", command);
}

struct error *qmp_negotiate(struct qmp *qmp, int64_t deadline)
{
    json_t *nothing = NULL;
    struct error *err = await(qmp, true, "greeting", deadline);

    if (!err)
        err = qmp_execute(qmp, "qmp_capabilities", deadline, &nothing);
    if (!err)
        json_decref(nothing);
    return err;
}
