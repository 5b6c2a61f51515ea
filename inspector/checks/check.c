/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope check: runs check files against the boots of an image. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "boot_files.h"
#include "image.h"
#include "options.h"
#include "report.h"
#include "workers.h"

enum { KEY_JOBS = 'j', KEY_JSON = 0x200, KEY_TAP, KEY_JUNIT, KEY_ONLY, KEY_SHARD, KEY_LIST };

struct check {
    struct guest_options guest;
    const char *image, *junit;
    const char *files[PLAN_FILES_MAX];
    struct plan_options plan;
    unsigned int jobs;
    bool tap, list;
    struct report report;
};

static const struct argp_option options[] = {
    {"jobs", KEY_JOBS, "N", 0, "so many guests at once (default: the number of processors)", 0},
    {"only", KEY_ONLY, "TAG|PATTERN", 0,
     "only checks with this tag, or with a name that fits; may be repeated", 0},
    {"shard", KEY_SHARD, "I/N", 0, "only the I-th of N parts of the guests", 0},
    {"list", KEY_LIST, NULL, 0, "list the checks, start no guest", 0},
    {"tap", KEY_TAP, NULL, 0, "TAP 14 instead of text", 0},
    {"junit", KEY_JUNIT, "FILE", 0, "write JUnit's XML to FILE as well", 0},
    {0},
};

static void parse_jobs(struct check *check, const char *argument, struct argp_state *state)
{
    char *end;
    unsigned long jobs = strtoul(argument, &end, 10);

    if (*argument < '0' || *argument > '9' || *end || jobs == 0 || jobs > WORKERS_MAX)
        argp_error(state, "--jobs %s: a number from 1 to %d", argument, WORKERS_MAX);
    check->jobs = (unsigned int)jobs;
}

static void parse_argument(struct check *check, const char *argument, struct argp_state *state)
{
    if (!check->image)
        check->image = argument;
    else if (check->plan.file_count == PLAN_FILES_MAX)
        argp_error(state, "more than %d files", PLAN_FILES_MAX);
    else
        check->files[check->plan.file_count++] = argument;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct check *check = state->input;

    switch (key) {
    case KEY_JOBS:
        parse_jobs(check, argument, state);
        break;
    case KEY_ONLY:
        if (check->plan.only_count == PLAN_ONLY_MAX)
            argp_error(state, "more than %d --only", PLAN_ONLY_MAX);
        check->plan.only[check->plan.only_count++] = argument;
        break;
    case KEY_SHARD:
        if (!shard_parse(argument, &check->plan.shard))
            argp_error(state, "--shard %s: write 1/3, 2/3 or 3/3", argument);
        break;
    case KEY_LIST:
        check->list = true;
        break;
    case KEY_TAP:
        check->tap = true;
        break;
    case KEY_JUNIT:
        check->junit = argument;
        break;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &check->guest;
        break;
    case ARGP_KEY_ARG:
        parse_argument(check, argument, state);
        break;
    case ARGP_KEY_END:
        if (!check->image || !check->plan.file_count)
            argp_error(state, check->image ? "which FILE?" : "which IMAGE?");
        if (check->tap && check->guest.json)
            argp_error(state, "--tap or --json, not both");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* The checkpoints, without a guest: names in the files must be among them. */
static struct error *find_stages(const struct check *check, struct stages *ret,
                                 struct error **ret_refused)
{
    struct boot_files files = {0};
    struct image *image = NULL;
    struct error *err = image_open(check->image, &image);

    if (!err)
        err = image_try_unpack(image, ret_refused);
    if (!err)
        err = boot_files_open(image, &check->guest, &files);
    if (!err)
        err = boot_files_usable(&files, check->image, false);
    if (!err)
        *ret = files.stages;
    boot_files_close(&files);
    image_close(image);
    return err;
}

static void done(void *context, const struct guest *guest)
{
    struct check *check = context;

    report_guest(&check->report, guest);
}

/* A check that does not fit an image whose payload does not unpack: that is what is wrong. */
static struct error *make_plan(const struct check *check, struct plan *ret)
{
    struct stages stages;
    struct error *refused = NULL;
    struct error *err = find_stages(check, &stages, &refused);

    if (!err)
        err = plan_make(&check->plan, &stages, ret);
    if (!err || !refused) {
        error_free(refused);
        return err;
    }
    error_free(err);
    return refused;
}

static struct error *run(struct check *check, struct plan *plan, int *ret_status)
{
    struct workers_options workers = {.image = check->image,
                                      .guest = &check->guest,
                                      .jobs = check->jobs ? check->jobs : workers_default(),
                                      .done = done,
                                      .context = check,
                                      .work = run_guest};
    struct error *err;
    FILE *junit = NULL;

    if (check->list) {
        report_list(&check->report);
        return NULL;
    }
    /* Before any guest is booted for it. */
    err = check->junit ? report_junit_open(check->junit, &junit) : NULL;
    if (err)
        return err;
    report_begin(&check->report);
    err = workers_run(plan, &workers);
    if (!err)
        *ret_status = report_end(&check->report);
    if (!err && junit)
        return report_junit(plan, check->junit, junit);
    if (junit)
        fclose(junit);
    return err;
}

struct error *check_file(const char *image, const char *file, const struct text *text,
                         int *ret_status)
{
    struct check check = {.image = image, .files = {file}};
    struct plan plan;
    struct error *err;

    guest_options_init(&check.guest);
    check.plan.shard = (struct shard){1, 1};
    check.plan.files = check.files;
    check.plan.file_count = 1;
    check.report = (struct report){.text = text, .plan = &plan, .format = REPORT_TEXT};
    err = make_plan(&check, &plan);
    if (err)
        return err;
    err = run(&check, &plan, ret_status);
    plan_free(&plan);
    return err;
}

struct error *subcommand_check(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "IMAGE FILE...",
        "Boot IMAGE and check what FILEs say of it (docs/checks.md). Options about the guest hold "
        "where a file's matrix does not say otherwise.",
        children,
        NULL,
        NULL};
    struct check *check = calloc(1, sizeof(*check));
    struct text text = text_to(stdout);
    struct plan plan;
    struct error *err;

    if (!check)
        return error_new(ERROR_SYSTEM, "no memory");
    guest_options_init(&check->guest);
    check->plan.shard = (struct shard){1, 1};
    check->plan.files = check->files;
    argp_parse(&argp, argc, argv, 0, NULL, check);
    check->report = (struct report){.text = &text, .plan = &plan};
    check->report.format = check->tap ? REPORT_TAP : check->guest.json ? REPORT_JSON : REPORT_TEXT;
    err = make_plan(check, &plan);
    if (!err) {
        err = run(check, &plan, ret_status);
        plan_free(&plan);
    }
    free(check);
    return err;
}
