/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * qXfer:features:read: QEMU's own description of the registers, with one line more:
 * <osabi>none</osabi>. Without it gdb takes the guest for a Linux process, whose libraries it would
 * look for in the dynamic linker's memory, and never asks for our list of files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal_gateway.h"

#define DOCUMENT_MAX 0x100000
#define CHUNK        0x7fb /* with the reply's first letter below QEMU 7.2's packet size */
#define TOP          "target.xml"
#define OSABI        "<osabi>none</osabi>"
#define BEFORE_OSABI "</architecture>"

/* Reads the whole document from the stub; *ret is NULL when it has none of that name. */
static struct error *fetch(struct target *target, const char *annex, char **ret)
{
    char request[128], *document = NULL, *reply;
    size_t size = 0, length;
    bool more = true;

    while (more && size < DOCUMENT_MAX) {
        snprintf(request, sizeof(request), "qXfer:features:read:%s:%zx,%x", annex, size, CHUNK);
        struct error *err = target_forward(target, request, &reply, &length);
        if (err) {
            free(document);
            return err;
        }
        more = length > 1 && reply[0] == 'm';
        char *grown = length > 0 && (reply[0] == 'm' || reply[0] == 'l')
                          ? realloc(document, size + length)
                          : NULL;
        if (grown) {
            document = grown;
            memcpy(document + size, reply + 1, length); /* and its NUL */
            size += length - 1;
        }
        free(reply);
        more = more && grown;
    }
    *ret = document;
    return NULL;
}

static struct error *add_osabi(char **document)
{
    char *at = strstr(*document, BEFORE_OSABI);

    if (!at)
        return NULL;
    at += strlen(BEFORE_OSABI);
    char *whole;
    if (asprintf(&whole, "%.*s" OSABI "%s", (int)(at - *document), *document, at) < 0)
        return error_new(ERROR_SYSTEM, TOP ": out of memory");
    free(*document);
    *document = whole;
    return NULL;
}

static bool plain_name(const char *annex)
{
    size_t length = strspn(annex,
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    return length > 0 && annex[length] == '\0';
}

void gateway_features(struct gateway *gateway, const char *annex, const char *at)
{
    struct error *err = NULL;

    if (!plain_name(annex) || strlen(annex) >= sizeof(gateway->document_name)) {
        gateway_reply(gateway, "E00");
        return;
    }
    if (strcmp(annex, gateway->document_name) != 0) {
        free(gateway->document);
        gateway->document = NULL;
        snprintf(gateway->document_name, sizeof(gateway->document_name), "%s", annex);
        err = fetch(gateway->session->target, annex, &gateway->document);
        if (!err && gateway->document && strcmp(annex, TOP) == 0)
            err = add_osabi(&gateway->document);
    }
    if (err)
        gateway_refuse(gateway, err);
    else
        gateway_slice(gateway, gateway->document, at);
}
