/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * qRcmd: the inspector's commands as gdb's `monitor COMMAND`. They print into memory, which goes out
 * as "O" packets. Whoever is on the socket may see and change the guest, and nothing else: no
 * command reads or writes a file of the host.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "internal_gateway.h"

#define FLUSH_HINT                                                                                 \
    "The guest is elsewhere now: `maintenance flush register-cache' has gdb look again.\n"

static const char gateway_help[] =
    "\nhere, in the gateway\n"
    "  stop-at checkpoints|breakpoints   where gdb's continue stops: at each checkpoint as well,\n"
    "                                    or at breakpoints only, as it does at first\n"
    "  libraries                         which file is where: what to add to its link addresses,\n"
    "                                    and its first byte (lldb: target modules load --slide)\n";

/* The gateway's own command; false when line is another. */
static bool stop_at(struct gateway *gateway, const char *line, FILE *out)
{
    static const char name[] = "stop-at";
    char what[32] = "", more[2] = "";

    if (strncmp(line, name, strlen(name)) != 0 || (line[strlen(name)] && line[strlen(name)] != ' '))
        return false;
    int words = sscanf(line + strlen(name), "%31s %1s", what, more);
    bool checkpoints = strcmp(what, "checkpoints") == 0;
    if (words != 1 || (!checkpoints && strcmp(what, "breakpoints") != 0)) {
        fputs("usage: stop-at checkpoints|breakpoints\n", out);
        return true;
    }
    gateway->stop_at_checkpoints = checkpoints;
    fprintf(out, "continue stops at %s\n",
            checkpoints ? "every checkpoint, and at breakpoints" : "breakpoints only");
    return true;
}

static void print_libraries(struct gateway *gateway, FILE *out)
{
    struct libraries libraries;
    const struct stop *stop;
    struct error *err = debugger_stop(gateway->debugger, &stop);

    if (!err)
        err = libraries_at(stop, gateway->session->qemu, &gateway->names, &libraries);
    if (err)
        fprintf(out, "%s\n", error_message(err));
    else
        libraries_text(&libraries, out);
    error_free(err);
}

static void run(struct gateway *gateway, const char *line, FILE *out)
{
    struct text text = {.stream = out};
    struct environment environment = {
        .debugger = gateway->debugger, .text = &text, .interrupted = &gateway->interrupted};

    line += strspn(line, " \t");
    if (stop_at(gateway, line, out))
        return;
    if (strcmp(line, "libraries") == 0) {
        print_libraries(gateway, out);
        return;
    }
    struct error *err = commands_execute(&environment, line);
    if (err)
        fprintf(out, "%s\n", error_message(err));
    error_free(err);
    if (strcmp(line, "help") == 0)
        fputs(gateway_help, out);
    if (environment.quit)
        fputs("to end the guest, use the debugger's `kill'; to leave it, `detach'\n", out);
    if (environment.moved) {
        gateway->arrival = *debugger_arrival(gateway->debugger);
        gateway->held = gateway->inserted_here = gateway->after_event = false;
        if (!gateway->looks_again)
            fputs(FLUSH_HINT, out);
        gateway->moved_unseen = true;
    }
}

static bool decode(const char *digits, size_t length, char line[COMMAND_LINE_MAX])
{
    if (length % 2 || length / 2 >= COMMAND_LINE_MAX || !rsp_from_hex(digits, line, length / 2))
        return false;
    line[length / 2] = '\0';
    return strlen(line) == length / 2;
}

void gateway_monitor(struct gateway *gateway, const char *digits, size_t length)
{
    char line[COMMAND_LINE_MAX], *words = NULL;
    size_t size = 0;

    if (!decode(digits, length, line)) {
        gateway_refuse(gateway, error_new(ERROR_INPUT,
                                          "packet qRcmd: not a line of less than %d bytes in hex",
                                          COMMAND_LINE_MAX));
        return;
    }
    FILE *out = open_memstream(&words, &size);
    if (!out) {
        gateway_refuse(gateway, error_errno(errno, "monitor"));
        return;
    }
    /* Ctrl-C ends a command that lets the guest run. */
    gateway->interrupted = 0;
    debugger_drop_interrupt(gateway->debugger);
    /* One that came right behind the packet is meant for what it begins. */
    if (client_take_interrupt(&gateway->client))
        debugger_interrupt(gateway->debugger);
    gateway->client.running = true;
    run(gateway, line, out);
    gateway->client.running = false;
    fclose(out);
    gateway_say(gateway, words, size);
    free(words);
    gateway_reply(gateway, "OK");
}
