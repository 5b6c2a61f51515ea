/* SPDX-License-Identifier: GPL-3.0-or-later */
/* q and Q packets: what each side can do, and what there is to know. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal_gateway.h"

struct query {
    const char *name;  /* a beginning of the packet, when it ends in ':' or ','; else all of it */
    const char *reply; /* when it is always the same */
    void (*handle)(struct gateway *gateway, const char *rest);
};

/* "name+" among "a+;b-;c=1". */
static bool client_has(const char *features, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = features; at; at = strchr(at, ';')) {
        at += *at == ';';
        if (strncmp(at, name, length) == 0 && at[length] == '+')
            return true;
    }
    return false;
}

static void supported(struct gateway *gateway, const char *features)
{
    const char *reverse = debugger_can_travel(gateway->debugger) ? ";ReverseStep+;ReverseContinue+"
                                                                 : "";

    gateway->swbreak = client_has(features, "swbreak");
    gateway->hwbreak = client_has(features, "hwbreak");
    gateway_reply(gateway,
                  "PacketSize=%x;qXfer:features:read+;qXfer:libraries:read+;qXfer:exec-file:read+;"
                  "QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+%s",
                  CLIENT_PACKET_MAX, reverse);
}

static void no_acks(struct gateway *gateway, const char *rest)
{
    (void)rest;
    gateway_reply(gateway, "OK");
    gateway->client.acks = false;
}

void gateway_slice(struct gateway *gateway, const char *document, const char *at)
{
    char body[CLIENT_PACKET_MAX / 2 + 1];
    uint64_t offset, length;
    const char *end = at + strlen(at);
    const char *comma = rsp_hex_number(at, end, &offset);

    if (!document || !comma || *comma != ',' || !rsp_hex_number(comma + 1, end, &length)) {
        gateway_reply(gateway, "E00");
        return;
    }
    size_t size = strlen(document);
    size_t rest = offset < size ? size - offset : 0;
    if (length > sizeof(body) - 1)
        length = sizeof(body) - 1;
    bool last = rest <= length;
    size_t count = last ? rest : length;
    body[0] = last ? 'l' : 'm';
    if (count > 0)
        memcpy(body + 1, document + offset, count);
    client_send(&gateway->client, body, count + 1);
}

/* A reader begins at 0: then the list is made anew, and is what it was told. */
static struct error *list_libraries(struct gateway *gateway)
{
    const struct stop *stop;
    struct error *err = debugger_stop(gateway->debugger, &stop);

    if (!err)
        err = libraries_at(stop, gateway->session->qemu, &gateway->names, &gateway->told);
    free(gateway->library_text);
    gateway->library_text = NULL;
    if (!err)
        err = libraries_document(&gateway->told, &gateway->library_text);
    return err;
}

static void libraries(struct gateway *gateway, const char *at)
{
    struct error *err = NULL;

    if (strncmp(at, "0,", 2) == 0 || !gateway->library_text)
        err = list_libraries(gateway);
    if (err)
        gateway_refuse(gateway, err);
    else
        gateway_slice(gateway, gateway->library_text, at);
}

static void exec_file(struct gateway *gateway, const char *at)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), gateway->exec_fd);
    gateway_slice(gateway, gateway->exec_fd < 0 ? NULL : path, at);
}

/* "OBJECT:read:ANNEX:OFFSET,LENGTH" */
static void transfer(struct gateway *gateway, const char *rest)
{
    char object[32], annex[sizeof(gateway->document_name)] = "";
    int at = 0;

    if (sscanf(rest, "%31[^:]:read:%n", object, &at) != 1 || at == 0) {
        gateway_reply(gateway, "%s", "");
        return;
    }
    rest += at;
    const char *colon = strchr(rest, ':');
    if (!colon || (size_t)(colon - rest) >= sizeof(annex)) {
        gateway_reply(gateway, "E00");
        return;
    }
    memcpy(annex, rest, (size_t)(colon - rest));
    annex[colon - rest] = '\0';
    if (strcmp(object, "features") == 0)
        gateway_features(gateway, annex, colon + 1);
    else if (strcmp(object, "libraries") == 0)
        libraries(gateway, colon + 1);
    else if (strcmp(object, "exec-file") == 0)
        exec_file(gateway, colon + 1);
    else
        gateway_reply(gateway, "%s", "");
}

static void monitor(struct gateway *gateway, const char *digits)
{
    gateway_monitor(gateway, digits, strlen(digits));
}

/* Only lldb asks for the host. */
static void host(struct gateway *gateway, const char *rest)
{
    char triple[64];
    static const char name[] = "x86_64-unknown-none";

    (void)rest;
    gateway->lldb = true;
    triple[rsp_to_hex(name, strlen(name), triple)] = '\0';
    gateway_reply(gateway, "triple:%s;endian:little;ptrsize:8;", triple);
}

static void process(struct gateway *gateway, const char *rest)
{
    char triple[64];
    static const char name[] = "x86_64-unknown-none";

    (void)rest;
    triple[rsp_to_hex(name, strlen(name), triple)] = '\0';
    gateway_reply(gateway, "pid:1;triple:%s;endian:little;ptrsize:8;", triple);
}

static const struct query queries[] = {
    {"qSupported:", NULL, supported},
    {"qSupported", NULL, supported},
    {"QStartNoAckMode", NULL, no_acks},
    {"qXfer:", NULL, transfer},
    {"qRcmd,", NULL, monitor},
    {"qHostInfo", NULL, host},
    {"qProcessInfo", NULL, process},
    {"qC", "QC1", NULL},
    {"qfThreadInfo", "m1", NULL},
    {"qsThreadInfo", "l", NULL},
    {"qAttached", "1", NULL}, /* leaving leaves the guest as it is */
    {"jThreadsInfo", "[{\"tid\":1}]", NULL},
    {"qSymbol::", "OK", NULL},
};

/* What follows the name when body is this query, else NULL. */
static const char *matches(const struct query *query, const char *body)
{
    size_t length = strlen(query->name);
    char last = query->name[length - 1];

    if (strncmp(body, query->name, length) != 0)
        return NULL;
    return last == ':' || last == ',' || body[length] == '\0' || body[length] == ':' ? body + length
                                                                                     : NULL;
}

void gateway_query(struct gateway *gateway, const char *body, size_t length)
{
    /* A NUL would cut it short; no query has one. */
    bool whole = strlen(body) == length;

    for (size_t i = 0; whole && i < sizeof(queries) / sizeof(queries[0]); i++) {
        const char *rest = matches(&queries[i], body);

        if (!rest)
            continue;
        if (queries[i].reply)
            client_send_text(&gateway->client, queries[i].reply);
        else
            queries[i].handle(gateway, rest);
        return;
    }
    gateway_reply(gateway, "%s", "");
}
