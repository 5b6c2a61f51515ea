/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which packet goes where. What is not known is answered by an empty packet, as the protocol wants. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal_gateway.h"

void gateway_reply(struct gateway *gateway, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    client_send_text(&gateway->client, text);
}

/* Messages quote packets: nothing in them may move the cursor or start another line. */
static void say_safely(const char *message)
{
    fputs("bootscope gateway: ", stderr);
    for (; *message; message++)
        putc(*message >= ' ' && *message <= '~' ? *message : '.', stderr);
    putc('\n', stderr);
}

void gateway_refuse(struct gateway *gateway, struct error *err)
{
    say_safely(error_message(err));
    error_free(err);
    gateway_reply(gateway, "E01");
}

void gateway_say(struct gateway *gateway, const char *text, size_t length)
{
    static const size_t most = (CLIENT_PACKET_MAX - 1) / 2;
    char body[CLIENT_PACKET_MAX];

    while (length > 0) {
        size_t piece = length < most ? length : most;

        body[0] = 'O';
        client_send(&gateway->client, body, 1 + rsp_to_hex(text, piece, body + 1));
        text += piece;
        length -= piece;
    }
}

/* The first action decides: there is one thread. */
static void cont(struct gateway *gateway, const char *actions)
{
    switch (actions[0]) {
    case 'c':
    case 'C':
        gateway_move(gateway, MOTION_GO);
        break;
    case 's':
    case 'S':
        gateway_move(gateway, MOTION_STEP);
        break;
    default:
        gateway_refuse(gateway, error_new(ERROR_INPUT, "vCont: no such action: %.20s", actions));
    }
}

static void multi_letter(struct gateway *gateway, const char *body)
{
    if (strcmp(body, "vCont?") == 0) {
        gateway_reply(gateway, "vCont;c;C;s;S");
    } else if (strncmp(body, "vCont;", strlen("vCont;")) == 0) {
        cont(gateway, body + strlen("vCont;"));
    } else if (strncmp(body, "vKill", strlen("vKill")) == 0) {
        gateway->ending = true;
        gateway_reply(gateway, "OK");
    } else {
        gateway_reply(gateway, "%s", "");
    }
}

/* The guest stays where it is, for the next debugger. */
static void detach(struct gateway *gateway)
{
    gateway_clear_points(gateway);
    gateway_reply(gateway, "OK");
}

/* "c", "s", and with a signal "C05", "S05"; with an address they mean a jump, which nobody sends. */
static void resume(struct gateway *gateway, const char *body, size_t length)
{
    size_t plain = body[0] == 'C' || body[0] == 'S' ? 3 : 1;

    if (length != plain)
        gateway_refuse(gateway, error_new(ERROR_INPUT,
                                          "packet \"%.20s\": resumes only where it stands", body));
    else
        gateway_move(gateway, body[0] == 'c' || body[0] == 'C' ? MOTION_GO : MOTION_STEP);
}

static void backwards(struct gateway *gateway, const char *body)
{
    if (strcmp(body, "bs") == 0)
        gateway_move(gateway, MOTION_STEP_BACK);
    else if (strcmp(body, "bc") == 0)
        gateway_move(gateway, MOTION_BACK);
    else
        gateway_reply(gateway, "%s", "");
}

/* R has no reply; the debugger asks with "?" where the guest is. */
static void restart(struct gateway *gateway)
{
    struct error *err = debugger_restart(gateway->debugger, &gateway->arrival);

    gateway->held = false;
    if (err)
        fprintf(stderr, "bootscope gateway: restart: %s\n", error_message(err));
    error_free(err);
}

static void run_control(struct gateway *gateway, const char *body, size_t length)
{
    switch (body[0]) {
    case '?':
        gateway_tell_stop(gateway);
        break;
    case 'c':
    case 'C':
    case 's':
    case 'S':
        resume(gateway, body, length);
        break;
    case 'b':
        backwards(gateway, body);
        break;
    case 'v':
        multi_letter(gateway, body);
        break;
    case 'D':
        detach(gateway);
        break;
    case 'k':
        gateway->ending = true;
        break;
    case 'R':
        restart(gateway);
        break;
    case 'H': /* there is one thread: whichever is meant, it is that */
    case 'T':
        gateway_reply(gateway, "OK");
        break;
    default:
        gateway_reply(gateway, "%s", "");
    }
}

void gateway_packet(struct gateway *gateway, const char *body, size_t length)
{
    switch (body[0]) {
    case 'q':
    case 'Q':
    case 'j':
        gateway_query(gateway, body, length);
        break;
    case 'g':
        gateway_read_all(gateway);
        break;
    case 'G':
        gateway_write_all(gateway, body + 1, length - 1);
        break;
    case 'p':
        gateway_read_one(gateway, body);
        break;
    case 'P':
        gateway_write_one(gateway, body, length);
        break;
    case 'm':
    case 'x':
        gateway_read_memory(gateway, body, length, body[0] == 'x');
        break;
    case 'M':
    case 'X':
        gateway_write_memory(gateway, body, length, body[0] == 'X');
        break;
    case 'Z':
    case 'z':
        gateway_point(gateway, body, length);
        break;
    default:
        run_control(gateway, body, length);
    }
}
