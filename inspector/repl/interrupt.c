/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>

volatile sig_atomic_t interrupted, continued;

/* What the handlers need: they have no context of their own. */
static struct debugger *guest;
static struct termios terminal;
static bool has_terminal;
static int pipe_fds[2] = {-1, -1};

static void on_signal(int number)
{
    int kept = errno;

    if (number == SIGINT) {
        interrupted = 1;
        debugger_interrupt(guest);
    } else {
        continued = 1;
    }
    /* A full pipe is readable already. */
    ssize_t written = write(pipe_fds[1], "", 1);
    (void)written;
    errno = kept;
}

static void on_end(int number)
{
    if (has_terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
    signal(number, SIG_DFL);
    raise(number);
}

static const struct {
    int number;
    void (*handler)(int number);
} handled[] = {{SIGINT, on_signal}, {SIGCONT, on_signal}, {SIGTERM, on_end}, {SIGHUP, on_end}};

#define HANDLED (sizeof(handled) / sizeof(handled[0]))

struct error *interrupt_begin(struct debugger *debugger, int *ret_fd)
{
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
        return error_errno(errno, "pipe for signals");
    guest = debugger;
    interrupted = continued = 0;
    has_terminal = tcgetattr(STDIN_FILENO, &terminal) == 0;
    /* No SA_RESTART: a signal ends the wait in poll(). */
    for (size_t i = 0; i < HANDLED; i++) {
        struct sigaction action = {.sa_handler = handled[i].handler};

        sigaction(handled[i].number, &action, NULL);
    }
    *ret_fd = pipe_fds[0];
    return NULL;
}

void interrupt_clear(void)
{
    interrupted = 0;
    debugger_drop_interrupt(guest);
}

void interrupt_drain(void)
{
    char bytes[64];

    while (read(pipe_fds[0], bytes, sizeof(bytes)) > 0)
        ;
}

void interrupt_end(void)
{
    for (size_t i = 0; i < HANDLED; i++)
        signal(handled[i].number, SIG_DFL);
    for (int i = 0; i < 2; i++) {
        close(pipe_fds[i]);
        pipe_fds[i] = -1;
    }
}
