/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope sweep: many boots, and whether KASLR spreads them evenly over the places it may use. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "subcommand.h"
#include "boot_files.h"
#include "image.h"
#include "options.h"
#include "sweep_guests.h"
#include "sweep_probe.h"
#include "sweep_report.h"
#include "sweep_results.h"
#include "text.h"

#define COUNT_DEFAULT 100
#define ALPHA_DEFAULT 0.001

enum {
    KEY_JOBS = 'j',
    KEY_OUTPUT = 'o',
    KEY_COUNT = 'n',
    KEY_SEEDS = 0x200,
    KEY_FIRST_SEED,
    KEY_RANDOM,
    KEY_REPORT,
    KEY_ALPHA
};

struct sweep {
    struct guest_options guest;
    const char *image, *output;
    char **files; /* of --report */
    int file_count;
    uint64_t count, first, last; /* seeds first to last */
    bool count_set, range_set, first_set, random, report;
    unsigned int jobs;
    double alpha;
    struct text out;
    struct sweep_results results;
    int fd;         /* of output, or -1 */
    uint64_t given; /* seeds, or boots, handed out */
    size_t known;   /* boots that were in the file; with seeds they are sorted */
};

static const struct argp_option options[] = {
    {"count", KEY_COUNT, "N", 0, "so many boots (default 100)", 0},
    {"seeds", KEY_SEEDS, "A-B", 0, "boots with kaslr_seed=A to kaslr_seed=B (default 1 to N)", 0},
    {"first-seed", KEY_FIRST_SEED, "A", 0, "with --count: seeds from A on", 0},
    {"random", KEY_RANDOM, NULL, 0,
     "no seeds: the guest's own randomness decides, so that two sweeps differ", 0},
    {"jobs", KEY_JOBS, "N", 0, "so many guests at once (default: one per CPU)", 0},
    {"output", KEY_OUTPUT, "FILE", 0,
     "keep a line for each boot in FILE, and go on where it ends when it is there already", 0},
    {"report", KEY_REPORT, NULL, 0,
     "boot nothing: the arguments are files written by --output, reported on as one sweep", 0},
    {"alpha", KEY_ALPHA, "P", 0,
     "a choice is called uneven when chance makes one like it with less probability (default "
     "0.001)",
     0},
    {0},
};

static bool parse_whole(const char *text, char **ret_end, uint64_t *ret)
{
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *ret = strtoull(text, ret_end, 10);
    return !errno && *ret <= SWEEP_SEED_MAX;
}

static uint64_t whole(const struct argp_state *state, const char *option, const char *text,
                      uint64_t minimum, uint64_t maximum)
{
    uint64_t value = 0;
    char *end;

    if (!parse_whole(text, &end, &value) || *end || value < minimum || value > maximum)
        argp_error(state, "%s %s: not a whole number from %llu to %llu", option, text,
                   (unsigned long long)minimum, (unsigned long long)maximum);
    return value;
}

static void parse_seeds(struct sweep *sweep, const char *text, const struct argp_state *state)
{
    char *end;

    if (!parse_whole(text, &end, &sweep->first) || *end != '-' ||
        !parse_whole(end + 1, &end, &sweep->last) || *end || sweep->last < sweep->first ||
        sweep->last - sweep->first >= SWEEP_BOOTS_MAX)
        argp_error(state, "--seeds %s: not a range like 1-100, of at most %d seeds", text,
                   SWEEP_BOOTS_MAX);
    sweep->range_set = true;
}

static void parse_alpha(struct sweep *sweep, const char *text, const struct argp_state *state)
{
    char *end;

    sweep->alpha = strtod(text, &end);
    if (end == text || *end || !(sweep->alpha > 0) || !(sweep->alpha < 1))
        argp_error(state, "--alpha %s: not a probability between 0 and 1", text);
}

/* Options that would say two things about one. */
static void check_options(struct sweep *sweep, const struct argp_state *state)
{
    if (sweep->report ? sweep->file_count == 0 : sweep->file_count != 1)
        argp_error(state, sweep->report ? "which FILEs?" : "one IMAGE, please");
    if (sweep->report && (sweep->count_set || sweep->range_set || sweep->first_set ||
                          sweep->random || sweep->output || sweep->jobs))
        argp_error(state, "--report boots nothing: only --alpha and --json go with it");
    if (sweep->range_set && (sweep->count_set || sweep->first_set))
        argp_error(state, "--seeds says which boots already: no --count or --first-seed with it");
    if (sweep->random && (sweep->range_set || sweep->first_set))
        argp_error(state, "--random boots have no seeds");
    if (sweep->guest.append && strstr(sweep->guest.append, "kaslr_seed="))
        argp_error(state, "--append %s: the seed is what a sweep varies", sweep->guest.append);
    if (sweep->range_set)
        sweep->count = sweep->last - sweep->first + 1;
    if (sweep->count - 1 > SWEEP_SEED_MAX - sweep->first)
        argp_error(state, "there are not so many seeds above %llu",
                   (unsigned long long)sweep->first);
    sweep->image = sweep->report ? NULL : sweep->files[0];
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct sweep *sweep = state->input;

    switch (key) {
    case KEY_COUNT:
        sweep->count = whole(state, "--count", argument, 1, SWEEP_BOOTS_MAX);
        sweep->count_set = true;
        break;
    case KEY_SEEDS:
        parse_seeds(sweep, argument, state);
        break;
    case KEY_FIRST_SEED:
        sweep->first = whole(state, "--first-seed", argument, 0, SWEEP_SEED_MAX);
        sweep->first_set = true;
        break;
    case KEY_RANDOM:
        sweep->random = true;
        break;
    case KEY_JOBS:
        sweep->jobs = (unsigned int)whole(state, "--jobs", argument, 1, SWEEP_JOBS_MAX);
        break;
    case KEY_OUTPUT:
        sweep->output = argument;
        break;
    case KEY_REPORT:
        sweep->report = true;
        break;
    case KEY_ALPHA:
        parse_alpha(sweep, argument, state);
        break;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &sweep->guest;
        break;
    case ARGP_KEY_ARGS:
        sweep->files = state->argv + state->next;
        sweep->file_count = state->argc - state->next;
        break;
    case ARGP_KEY_SUCCESS:
        check_options(sweep, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static bool known_seed(const struct sweep *sweep, uint64_t seed)
{
    size_t low = 0, high = sweep->known;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sweep->results.boots[middle].seed == seed)
            return true;
        if (sweep->results.boots[middle].seed < seed)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool next_boot(void *context, uint64_t *ret_seed)
{
    struct sweep *sweep = context;

    while (!sweep->random && sweep->given < sweep->count &&
           known_seed(sweep, sweep->first + sweep->given))
        sweep->given++;
    if (sweep->given >= sweep->count)
        return false;
    *ret_seed = sweep->first + sweep->given++;
    return true;
}

static struct error *take_boot(void *context, const struct sweep_boot *boot)
{
    struct sweep *sweep = context;
    struct error *err = NULL;

    if (sweep->fd >= 0)
        err = sweep_results_write(sweep->output, sweep->fd, boot);
    return err ? err : sweep_results_add(&sweep->results, boot);
}

/* What is known already is not booted again. */
static struct error *resume(struct sweep *sweep, const json_t *setup)
{
    size_t dropped;
    struct error *err;

    if (!sweep->output) {
        sweep->results.setup = json_deep_copy(setup);
        return NULL;
    }
    err = sweep_results_resume(sweep->output, setup, &sweep->results, &sweep->fd);
    if (err)
        return err;
    if (sweep->results.torn)
        fprintf(stderr, "bootscope sweep: %s: its last line was torn, and is left out\n",
                sweep->output);
    err = sweep_results_sort(&sweep->results, &dropped);
    sweep->known = sweep->results.count;
    if (sweep->random)
        sweep->given = sweep->known < sweep->count ? sweep->known : sweep->count;
    return err;
}

static unsigned int cpus(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

    return count < SWEEP_JOBS_MAX ? (unsigned int)count : SWEEP_JOBS_MAX;
}

/* A file that has its first line has the probe's answer, too. */
static bool has_results(const struct sweep *sweep)
{
    struct stat status;

    return sweep->output && stat(sweep->output, &status) == 0 && status.st_size > 0;
}

/*
 * The choice is read from the stub's markers. Linux's own decompressor emits none, and one would wait
 * for them until the time is up.
 */
static struct error *emits_markers(struct image *image, const struct guest_options *guest)
{
    struct boot_files files;
    struct error *err = boot_files_open(image, guest, &files);
    bool linux_own = !err && (files.stages.discovered || files.refused[0]);
    bool wraps = files.wraps;

    boot_files_close(&files);
    if (!linux_own)
        return err;
    return error_new(
        ERROR_INPUT,
        "%s: sweep reads the markers of the annotated stub, and this decompressor emits "
        "none%s",
        image->path, wraps ? "; put the stub in front of the kernel with bootscope wrap" : "");
}

static struct error *boot_all(struct sweep *sweep)
{
    struct image *image;
    json_t *setup = NULL;
    struct error *err = image_open(sweep->image, &image);

    if (err)
        return err;
    err = image_unpack(image, NULL, NULL);
    if (!err)
        err = emits_markers(image, &sweep->guest);
    if (!err)
        err = sweep_setup(image, &sweep->guest, !sweep->random, &setup);
    image_close(image);
    if (!err && !has_results(sweep))
        err = sweep_probe(sweep->image, &sweep->guest, setup);
    if (!err)
        err = resume(sweep, setup);
    json_decref(setup);
    if (err)
        return err;
    return sweep_guests_run(&(struct sweep_guests){.guest = &sweep->guest,
                                                   .image = sweep->image,
                                                   .seeded = !sweep->random,
                                                   .jobs = sweep->jobs ? sweep->jobs : cpus(),
                                                   .next = next_boot,
                                                   .take = take_boot,
                                                   .context = sweep});
}

static struct error *merge_all(struct sweep *sweep)
{
    struct error *err = NULL;

    for (int i = 0; i < sweep->file_count && !err; i++) {
        struct sweep_results results = {0};

        err = sweep_results_read(sweep->files[i], &results);
        if (!err && results.torn)
            fprintf(stderr, "bootscope sweep: %s: its last line is torn, and is left out\n",
                    sweep->files[i]);
        if (!err)
            err = sweep_results_merge(sweep->files[i], &sweep->results, &results);
        sweep_results_free(&results);
    }
    return err;
}

static struct error *print_report(struct sweep *sweep, int *ret_status)
{
    struct sweep_report report;
    size_t dropped;
    struct error *err = sweep_results_sort(&sweep->results, &dropped);

    if (!err)
        err = sweep_report_make(&sweep->results, sweep->alpha, &report);
    if (err)
        return err;
    if (sweep->guest.json) {
        json_t *line = sweep_report_json(&report);

        json_dumpf(line, sweep->out.stream, JSON_COMPACT);
        putc('\n', sweep->out.stream);
        json_decref(line);
    } else {
        sweep_report_text(&report, &sweep->out);
    }
    *ret_status = sweep_report_passed(&report) ? 0 : 1;
    sweep_report_free(&report);
    return NULL;
}

struct error *subcommand_sweep(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "IMAGE\n--report FILE...",
        "Boot IMAGE many times, each until KASLR has chosen, and test whether it spreads the "
        "kernel evenly over the places there are.",
        children,
        NULL,
        NULL};
    struct sweep sweep = {.out = text_to(stdout),
                          .fd = -1,
                          .count = COUNT_DEFAULT,
                          .first = 1,
                          .alpha = ALPHA_DEFAULT};
    struct error *err;

    guest_options_init(&sweep.guest);
    argp_parse(&argp, argc, argv, 0, NULL, &sweep);
    err = sweep.report ? merge_all(&sweep) : boot_all(&sweep);
    if (!err)
        err = print_report(&sweep, ret_status);
    sweep_results_free(&sweep.results);
    if (sweep.fd >= 0)
        close(sweep.fd);
    return err;
}
