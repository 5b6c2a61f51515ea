/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope lesson: the options; player/ is what a learner sees, authoring/ what --check and its like do. */
#include <argp.h>
#include <stdlib.h>
#include <unistd.h>

#include "grade.h"
#include "handout.h"
#include "gdb_script.h"
#include "skeleton.h"
#include "subcommand.h"
#include "verify.h"
#include "words_main.h"

enum {
    KEY_CHECK = 0x200,
    KEY_UPDATE,
    KEY_TAP,
    KEY_GDB,
    KEY_NEW,
    KEY_GRADE,
    KEY_MARK,
    KEY_JSON,
    KEY_ALL,
    KEY_HANDOUT,
    KEY_JOBS = 'j'
};

#define JOBS_MAX 64

static const char usage[] =
    "\n[NAME|NUMBER]\nlist\nhint\nskip\nreset NAME\nstart EXERCISE\nverify [EXERCISE]";
static const char doc[] =
    "Walk the boot path in a live guest, step by step: texts, commands that run, and questions "
    "that "
    "one answers before seeing. Without NAME it goes on where you stopped; NAME or NUMBER opens a "
    "lesson (5), or an exercise (e5).\v"
    "  list              all lessons and exercises, and what you have done of them\n"
    "  hint              the next hint of the question that is open\n"
    "  skip              give that question up: its answer is told\n"
    "  reset NAME        forget one lesson; reset --all begins altogether anew\n"
    "  start EXERCISE    make the folder in which an exercise is worked on\n"
    "  verify EXERCISE   build it, boot it, and say whether it is mended\n\n"
    "In a lesson, Enter runs the commands that are shown and goes on; a number, yes or no answers "
    "a question. All commands of `bootscope repl` work there, and `help` lists them and the "
    "lesson's words. Progress is kept in $XDG_STATE_HOME/bootscope/lessons.json, else in "
    "~/.local/state/bootscope/lessons.json.";

struct lesson_arguments {
    bool check;
    const char *gdb, *fresh;
    const char *handout; /* a path; NULL: no */
    struct lesson_words words;
    struct verify_options verify;
};

static const struct argp_option options[] = {
    {"check", KEY_CHECK, NULL, 0,
     "run the lessons NAME (or all), answer their questions from solution.yaml, and compare all "
     "that they say with the live guest",
     0},
    {"update", KEY_UPDATE, NULL, 0, "rewrite the outputs and numbers in the lessons NAME (or all)",
     0},
    {"tap", KEY_TAP, NULL, 0, "with --check: the Test Anything Protocol", 0},
    {"gdb", KEY_GDB, "NAME", 0, "print the lesson as a script for gdb (docs/gdb.md)", 0},
    {"new", KEY_NEW, "NAME", 0, "make the skeleton of a lesson, with the next number", 0},
    {"jobs", KEY_JOBS, "N", 0,
     "with --check or --update: so many lessons at once (default: one per CPU)", 0},
    {"grade", KEY_GRADE, NULL, 0,
     "print the points of all lessons and exercises as JSON; exit status 0 when all is done, else "
     "1",
     0},
    {"pass-mark", KEY_MARK, "PERCENT", 0,
     "with --grade: exit status 0 from so many percent of the points on", 0},
    {"json", KEY_JSON, NULL, 0, "list as JSON", 0},
    {"handout", KEY_HANDOUT, "FILE", 0,
     "write all lessons and exercises as one HTML page to print, with the numbers of a run and the "
     "answers at the end",
     0},
    {"all", KEY_ALL, NULL, 0, "reset all lessons: the progress file is moved aside, damaged or not",
     0},
    {0},
};

static unsigned int jobs_argument(struct argp_state *state, const char *argument)
{
    char *end;
    long jobs = strtol(argument, &end, 10);

    if (end == argument || *end || jobs < 1 || jobs > JOBS_MAX)
        argp_error(state, "--jobs %s: a number from 1 to %d", argument, JOBS_MAX);
    return (unsigned int)jobs;
}

static int mark_argument(struct argp_state *state, const char *argument)
{
    char *end;
    long mark = strtol(argument, &end, 10);

    if (end == argument || *end || mark < 0 || mark > 100)
        argp_error(state, "--pass-mark %s: a number from 0 to 100", argument);
    return (int)mark;
}

static void check_together(struct argp_state *state, const struct lesson_arguments *arguments)
{
    const struct verify_options *verify = &arguments->verify;
    const struct lesson_words *words = &arguments->words;
    bool runs = arguments->check || verify->update, makes = arguments->gdb || arguments->fresh;
    bool of_words = words->json || words->all || words->grade;

    if (arguments->check && verify->update)
        argp_error(state, "--check and --update: one of them, please");
    if (words->grade && runs)
        argp_error(state, "--grade goes with neither --check nor --update");
    if (words->mark != GRADE_NO_MARK && !words->grade)
        argp_error(state, "--pass-mark goes with --grade");
    if ((words->json || words->all) && runs)
        argp_error(state, "--json and --all go with neither --check nor --update");
    if (arguments->handout && (runs || of_words || makes || verify->name_count))
        argp_error(state, "--handout goes alone");
    if (makes && (runs || of_words || verify->name_count || (arguments->gdb && arguments->fresh)))
        argp_error(state, "--gdb NAME and --new NAME stand alone");
    if (verify->tap && !arguments->check)
        argp_error(state, "--tap goes with --check");
    if (verify->jobs && !runs)
        argp_error(state, "--jobs goes with --check or --update");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct lesson_arguments *arguments = state->input;
    struct verify_options *verify = &arguments->verify;

    switch (key) {
    case KEY_CHECK:
        arguments->check = true;
        break;
    case KEY_UPDATE:
        verify->update = true;
        break;
    case KEY_TAP:
        verify->tap = true;
        break;
    case KEY_GDB:
        arguments->gdb = argument;
        break;
    case KEY_NEW:
        arguments->fresh = argument;
        break;
    case KEY_GRADE:
        arguments->words.grade = true;
        break;
    case KEY_MARK:
        arguments->words.mark = mark_argument(state, argument);
        break;
    case KEY_JSON:
        arguments->words.json = true;
        break;
    case KEY_HANDOUT:
        arguments->handout = argument;
        break;
    case KEY_ALL:
        arguments->words.all = true;
        break;
    case KEY_JOBS:
        verify->jobs = jobs_argument(state, argument);
        break;
    case ARGP_KEY_ARGS:
        verify->names = state->argv + state->next;
        verify->name_count = (size_t)(state->argc - state->next);
        break;
    case ARGP_KEY_END:
        check_together(state, arguments);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static unsigned int cpus(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > JOBS_MAX ? JOBS_MAX : (unsigned int)count;
}

static struct error *print_handout(const char *path)
{
    struct library library;
    struct error *err = library_open(&library);

    if (err)
        return err;
    err = handout_write(&library, path);
    library_clear(&library);
    return err;
}

static struct error *show(struct lesson_arguments *arguments, int *ret_status)
{
    arguments->words.count = (int)arguments->verify.name_count;
    arguments->words.words = arguments->verify.names;
    return lesson_main_words(&arguments->words, ret_status);
}

struct error *subcommand_lesson(int argc, char **argv, int *ret_status)
{
    static const struct argp argp = {options, parse, usage, doc, NULL, NULL, NULL};
    struct lesson_arguments arguments = {.words = {.mark = GRADE_NO_MARK}};
    struct verify_options *verify = &arguments.verify;

    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.handout)
        return print_handout(arguments.handout);
    if (arguments.gdb)
        return gdb_script_print(arguments.gdb);
    if (arguments.fresh)
        return skeleton_make(arguments.fresh);
    if (!arguments.check && !verify->update)
        return show(&arguments, ret_status);
    if (!verify->jobs)
        verify->jobs = cpus();
    return lessons_verify(verify, ret_status);
}
