/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson's options are those that all commands share; argp parses them as it does those. */
#include <string.h>
#include <unistd.h>

#include "guest_internal.h"
#include "install.h"

/* A learner has Ctrl-C; and how busy a machine is decides nothing. */
#define PATIENCE_MS 600000

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct lesson_guest *guest = state->input;

    (void)argument;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &guest->options;
        return 0;
    }
    if (key == ARGP_KEY_ERROR)
        guest->bad_word = state->next - 1;
    return ARGP_ERR_UNKNOWN; /* no arguments, and no options beside the shared ones */
}

static struct error *bad(const struct lesson *lesson, const char *message, const char *word)
{
    return error_new(ERROR_INPUT, "%s:%u: options: %s%s", lesson->path, lesson->options_line,
                     message, word);
}

/* build/init.cpio.gz, or init.cpio.gz: it stands where the images stand. */
static void find_initrd(struct lesson_guest *guest)
{
    const char *name = guest->options.initrd;

    if (!name || name[0] == '/')
        return;
    if (strncmp(name, "build/", 6) == 0)
        name += 6;
    guest->initrd = install_find(name);
    if (guest->initrd)
        guest->options.initrd = guest->initrd;
}

struct error *guest_options_parse(struct lesson_guest *guest)
{
    static const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {NULL, parse, NULL, NULL, children, NULL, NULL};
    const struct lesson *lesson = guest->lesson;
    static char name[] = "options";
    char *argv[LESSON_WORDS_MAX + 2] = {name};
    int at = 0, argc = (int)lesson->option_count + 1;

    guest_options_init(&guest->options);
    guest->options.timeout_ms = PATIENCE_MS;
    for (int i = 1; i < argc; i++)
        argv[i] = lesson->options[i - 1];
    /* argp would print and exit by itself. */
    error_t status = argp_parse(
        &argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_IN_ORDER, &at, guest);
    if (status || at < argc) {
        int word = guest->bad_word > 0 ? guest->bad_word : at;

        return bad(lesson, "not understood: ", argv[word < argc ? word : argc - 1]);
    }
    if (guest->options.json || guest->options.qemu)
        return bad(lesson, "--json and --qemu are not a lesson's to say", "");
    find_initrd(guest);
    return NULL;
}
