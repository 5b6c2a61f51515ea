/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scripted stub answers when it behaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsp_server.h"

static void answer(struct rsp_server *server, const char *body)
{
    rsp_server_packet(server, body, strlen(body));
}

static void answer_xfer(struct rsp_server *server, const char *arguments)
{
    const char *document = NULL;
    char name[32], piece[0x1000];
    size_t offset, size;

    if (sscanf(arguments, "%31[^:]:%zx,%zx", name, &offset, &size) != 3) {
        answer(server, "E00");
        return;
    }
    if (strcmp(name, "target.xml") == 0)
        document = server->target_xml;
    else if (server->annex_name && strcmp(name, server->annex_name) == 0)
        document = server->annex;
    if (!document || offset > strlen(document)) {
        answer(server, "E00");
        return;
    }
    size_t left = strlen(document) - offset;
    size = size < sizeof(piece) - 1 ? size : sizeof(piece) - 1;
    piece[0] = left > size ? 'm' : 'l';
    memcpy(piece + 1, document + offset, left > size ? size : left);
    rsp_server_packet(server, piece, 1 + (left > size ? size : left));
}

static void answer_read(struct rsp_server *server, const char *arguments)
{
    static char digits[2 * SERVER_MEMORY];
    size_t address, length;

    if (sscanf(arguments, "%zx,%zx", &address, &length) != 2 || address > SERVER_MEMORY ||
        length > SERVER_MEMORY - address) {
        answer(server, "E14");
        return;
    }
    rsp_server_packet(server, digits, rsp_to_hex(server->memory + address, length, digits));
}

static void answer_write(struct rsp_server *server, const char *arguments)
{
    size_t address, length;
    int head;

    if (sscanf(arguments, "%zx,%zx:%n", &address, &length, &head) != 2 || address > SERVER_MEMORY ||
        length > SERVER_MEMORY - address || strlen(arguments + head) != 2 * length ||
        !rsp_from_hex(arguments + head, server->memory + address, length))
        answer(server, "E22");
    else
        answer(server, "OK");
}

/* By the default description: numbers 0..16 of 8 bytes, 17..23 of 4, 24..29 of 8. */
static bool register_place(unsigned int number, size_t *ret_offset, size_t *ret_size)
{
    if (number > 29)
        return false;
    *ret_size = number < 17 || number > 23 ? 8 : 4;
    *ret_offset = number < 17    ? 8 * (size_t)number
                  : number <= 23 ? SERVER_EFLAGS + 4 * (size_t)(number - 17)
                                 : SERVER_CR0 + 8 * (size_t)(number - 24);
    return true;
}

static void answer_one_register(struct rsp_server *server, const char *body)
{
    unsigned int number = (unsigned int)strtoul(body + 1, NULL, 16);
    const char *equals = strchr(body, '=');
    char digits[32] = "";
    size_t offset, size;

    if (!register_place(number, &offset, &size)) {
        answer(server, "E00");
    } else if (body[0] == 'p') {
        rsp_to_hex(server->registers + offset, size, digits);
        answer(server, digits);
    } else if (equals && strlen(equals + 1) == 2 * size &&
               rsp_from_hex(equals + 1, server->registers + offset, size)) {
        answer(server, "OK");
    } else {
        answer(server, "E00");
    }
}

/* In two "O" packets, so that the client has to join them. */
static void answer_monitor(struct rsp_server *server, const char *hex)
{
    char command[64] = "", packet[0x2000] = "O";
    const char *text = NULL;
    size_t length = strlen(hex) / 2;

    if (!server->monitor_registers && !server->monitor_mtree) {
        answer(server, "");
        return;
    }
    if (length < sizeof(command))
        rsp_from_hex(hex, command, length);
    if (strcmp(command, "info registers") == 0)
        text = server->monitor_registers;
    else if (strcmp(command, "info mtree -f") == 0)
        text = server->monitor_mtree;
    text = text ? text : "unknown command\r\n";
    size_t half = strlen(text) / 2;
    rsp_server_packet(server, packet, 1 + rsp_to_hex(text, half, packet + 1));
    rsp_server_packet(server, packet, 1 + rsp_to_hex(text + half, strlen(text + half), packet + 1));
    answer(server, "OK");
}

static void resume(struct rsp_server *server, const char *action)
{
    if (strncmp(action, "vCont;s", 7) == 0) {
        server->registers[SERVER_RIP]++;
        answer(server, "T05thread:01;");
        return;
    }
    server->running = true;
    if (server->while_running)
        answer(server, server->while_running);
    if (server->stop_reply) {
        server->running = false;
        answer(server, server->stop_reply);
    }
}

static void answer_query(struct rsp_server *server, const char *body)
{
    char digits[2 * SERVER_REGISTERS];

    if (strncmp(body, "qSupported", 10) == 0)
        answer(server, server->supported);
    else if (strncmp(body, "qXfer:features:read:", 20) == 0)
        answer_xfer(server, body + 20);
    else if (strncmp(body, "qRcmd,", 6) == 0)
        answer_monitor(server, body + 6);
    else if (strcmp(body, "qqemu.PhyMemMode") == 0 && server->qemu)
        answer(server, server->physical ? "1" : "0");
    else if (strcmp(body, "vCont?") == 0)
        answer(server, "vCont;c;C;s;S");
    else if (body[0] == 'g')
        rsp_server_packet(server, digits,
                          rsp_to_hex(server->registers, server->register_bytes, digits));
    else
        answer(server, "");
}

void rsp_server_answer(struct rsp_server *server, const char *body)
{
    if (strncmp(body, "Qqemu.PhyMemMode:", 17) == 0 && server->qemu) {
        server->physical = body[17] == '1';
        answer(server, "OK");
    } else if (strcmp(body, "QStartNoAckMode") == 0) {
        answer(server, "OK");
        server->no_acks = true;
    } else if (body[0] == 'm') {
        answer_read(server, body + 1);
    } else if (body[0] == 'M') {
        answer_write(server, body + 1);
    } else if (body[0] == 'p' || body[0] == 'P') {
        answer_one_register(server, body);
    } else if (body[0] == 'Z' || body[0] == 'z') {
        answer(server, "OK");
    } else if (strncmp(body, "vCont;", 6) == 0) {
        resume(server, body);
    } else {
        answer_query(server, body);
    }
}
