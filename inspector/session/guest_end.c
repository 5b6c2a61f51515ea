/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guest_end.h"

#include <string.h>

#define HALT_LINE   "-- System halted"
#define MESSAGE_MAX 256

/* A shutdown or reset is the kernel's own wish once it runs, and a crash before. */
static const char *quit_word(const struct guest_end *end)
{
    if (qemu_triple_fault(end->qemu))
        return "triple-fault";
    return end->reached_kernel ? "powered-off" : "reset";
}

const char *guest_end_word(const struct guest_end *end)
{
    if (end->stopped)
        return "error";
    if (end->halted)
        return "halted";
    if (end->left)
        return "left";
    if (end->shut_down)
        return quit_word(end);
    switch (qemu_end_state(end->qemu)) {
    case QEMU_RUNNING:
        return "timeout";
    case QEMU_PASS:
        return "pass";
    case QEMU_FAIL:
        return "fail";
    case QEMU_QUIT:
        return quit_word(end);
    case QEMU_KILLED:
        return "killed";
    }
    return "killed";
}

/* Text of the guest's or of QEMU's, for one line of ours. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '.';
}

/*
 * The line that the boot code printed before it halted: the last one with text in it above
 * "-- System halted". False when the console shows none.
 */
static bool halt_message(const struct guest_end *end, char *out, size_t size)
{
    const char *console = qemu_console(end->qemu);
    const char *halt = NULL;

    for (const char *at = console; (at = strstr(at, HALT_LINE)) != NULL; at++)
        halt = at;
    /* Code that has no console of its own yet may halt without that line. */
    if (!halt)
        halt = console + strlen(console);
    while (halt > console && strchr("\r\n ", halt[-1]))
        halt--;
    const char *start = halt;
    while (start > console && start[-1] != '\n')
        start--;
    snprintf(out, size, "%.*s", (int)(halt - start), start);
    make_printable(out);
    return out[0] != '\0';
}

/* A signal, or the first line of QEMU's own messages that is no warning; "" for neither. */
static void death_message(const struct guest_end *end, char *out, size_t size)
{
    const char *text = qemu_stderr(end->qemu);
    int number = qemu_signal(end->qemu);
    const char *line = text;
    size_t length = strcspn(text, "\n");

    if (number) {
        snprintf(out, size, "killed by signal %d (%s)", number, strsignal(number));
        return;
    }

    while (length > 0 && memmem(line, length, "warning: ", strlen("warning: "))) {
        line += length + (line[length] == '\n');
        length = strcspn(line, "\n");
    }
    snprintf(out, size, "%.*s", (int)length, line);
    make_printable(out);
}

static const char *last_checkpoint(const struct guest_end *end)
{
    for (size_t i = markers_count(end->markers); i-- > 0;) {
        const struct marker *marker = markers_get(end->markers, i);

        if (strcmp(marker->name, CHECKPOINT_ERROR_NAME) != 0)
            return marker->name;
    }
    return NULL;
}

void guest_end_json(const struct guest_end *end, const struct text *text)
{
    enum qemu_end state = end->qemu ? qemu_end_state(end->qemu) : QEMU_RUNNING;
    bool has_status = state != QEMU_RUNNING && state != QEMU_KILLED;
    char message[MESSAGE_MAX] = "";
    json_t *line;

    line = json_pack(
        "{s:s,s:o,s:o,s:o,s:o,s:o,s:I}", "end", guest_end_word(end), "exit_status",
        has_status ? json_integer(qemu_exit_status(end->qemu)) : json_null(), "message",
        end->stopped && halt_message(end, message, sizeof(message)) ? json_string(message)
                                                                    : json_null(),
        "missed", missed_json(&end->missed), "not_passed", missed_optional_json(&end->missed),
        "not_found", missed_unfound_json(&end->missed), "malformed_markers",
        (json_int_t)(end->markers ? markers_malformed(end->markers) : 0));
    json_dumpf(line, text->stream, JSON_COMPACT);
    putc('\n', text->stream);
    json_decref(line);
}

/* What the guest wrote is cut to the width of the page. */
static void malformed_text(const struct markers *markers, const struct text *text)
{
    const char *first = markers_first_malformed(markers);
    char head[80];
    int used = snprintf(head, sizeof(head), "%zu lines on port 0xe9 are no markers; the first: ",
                        markers_malformed(markers));

    text_print(text, TEXT_BAD, "%s%.*s\n", head, TEXT_COLUMNS - used, first[0] ? first : "(empty)");
}

void guest_end_text(const struct guest_end *end, const struct text *text)
{
    const char *word = guest_end_word(end);
    bool good = strcmp(word, "pass") == 0 || strcmp(word, "powered-off") == 0;

    text_print(text, TEXT_PLAIN, "the guest's end: ");
    text_print(text,
               good        ? TEXT_GOOD
               : end->left ? TEXT_PLAIN
                           : TEXT_BAD,
               "%s\n", end->left ? "none yet, it was left at the last checkpoint" : word);
    if (end->markers && markers_malformed(end->markers))
        malformed_text(end->markers, text);
}

static struct error *quit_error(const struct guest_end *end, const char *where)
{
    if (qemu_triple_fault(end->qemu))
        return error_new(ERROR_GUEST, "triple fault %s; bootscope trace shows where", where);
    if (end->reached_kernel)
        return NULL;
    return error_new(ERROR_GUEST, "the guest reset itself %s", where);
}

struct error *guest_end_error(const struct guest_end *end)
{
    const char *last = end->markers ? last_checkpoint(end) : NULL;
    char message[MESSAGE_MAX];
    char where[CHECKPOINT_NAME_MAX + 32] = "before the first checkpoint";

    if (end->left)
        return NULL;
    if (last)
        snprintf(where, sizeof(where), "after checkpoint %s", last);
    if (end->shut_down)
        return quit_error(end, where);
    if (end->stopped) {
        bool said = halt_message(end, message, sizeof(message));

        return error_new(ERROR_GUEST, "the boot code stopped %s: %s", where,
                         said ? message : "it printed no message");
    }
    if (end->halted)
        return error_new(ERROR_GUEST,
                         "the CPU halted for good %s; bootscope trace shows where and why", where);
    switch (qemu_end_state(end->qemu)) {
    case QEMU_PASS:
        return NULL;
    case QEMU_QUIT:
        return quit_error(end, where);
    case QEMU_FAIL:
        return error_new(ERROR_GUEST, "the kernel reports a failure (exit status %d)",
                         qemu_exit_status(end->qemu));
    case QEMU_RUNNING:
        return error_new(ERROR_TIMEOUT, "the guest still runs after %.1f s, %s",
                         (double)end->timeout_ms / 1000, where);
    case QEMU_KILLED:
        break;
    }
    death_message(end, message, sizeof(message));
    return error_new(ERROR_GUEST, "QEMU died %s: %s", where,
                     message[0] ? message : "it gave no reason");
}
