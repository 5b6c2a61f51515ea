/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the program headers are done, and where control is again whether or not there was anything
 * to relocate. Both are looked for behind the comparison with the ELF magic: in what control
 * reaches from there, in the functions that it calls, and then in the function's callers.
 */
#include "discover_loading.h"
#include "discover_loops.h"

/* Functions between extract_kernel and the comparison. */
#define DEPTH 4

/* What a called function has: the whole call relocates, unless the function loads the kernel, too. */
static void take_callee(const struct insn *call, const struct loading_loops *inner,
                        struct loading_loops *loops)
{
    if (inner->behind_relocating && !loops->behind_relocating) {
        uint64_t behind_headers = loops->behind_headers;

        *loops = *inner;
        loops->behind_headers = behind_headers;
        if (!inner->behind_headers) {
            loops->before_relocating = call->target;
            loops->behind_relocating = insn_end(call);
            loops->skipped = false;
        }
    }
    if (inner->behind_headers && !loops->behind_headers)
        loops->behind_headers = inner->behind_relocating ? inner->behind_headers : insn_end(call);
}

/* In the functions that the graph's code calls itself. */
static struct error *find_in_calls(struct analysis *analysis, const struct graph *graph,
                                   struct loading_loops *loops)
{
    struct error *err = NULL;

    for (size_t i = 0; !err && i < graph->insn_count; i++) {
        const struct insn *insn = graph->insns[i];
        struct loading_loops inner = {0};
        struct graph callee;

        if (insn->flow != FLOW_CALL || !insn->direct ||
            !function_returns(&analysis->functions64, insn->target))
            continue;
        err = graph_make(&analysis->functions64, NULL, 0, insn->target, &callee);
        if (err)
            return err;
        err = discover_loops(&analysis->code64, &callee, UINT64_MAX, &inner);
        graph_close(&callee);
        if (!err)
            take_callee(insn, &inner, loops);
    }
    return err;
}

static struct error *find_from(struct analysis *analysis, uint64_t start, uint64_t magic,
                               struct loading_loops *loops)
{
    struct graph graph;
    struct error *err = graph_make(&analysis->functions64, NULL, 0, start, &graph);

    if (err)
        return err;
    err = discover_loops(&analysis->code64, &graph, magic, loops);
    if (!err && (!loops->behind_headers || !loops->behind_relocating))
        err = find_in_calls(analysis, &graph, loops);
    graph_close(&graph);
    return err;
}

bool discover_calls(void *context, const struct insn *insn)
{
    struct discover_caller *caller = context;

    if (insn->flow != FLOW_CALL || !insn->direct || insn->target != caller->callee)
        return false;
    caller->call = insn;
    return true;
}

static bool has_relocs(const struct image *image)
{
    const struct kernel *kernel = image_kernel(image);

    return kernel && kernel->has_relocs;
}

static void add_relocated(struct finding *finding, const struct loading_loops *loops)
{
    if (!loops->behind_relocating) {
        finding_absent(finding, "relocations-applied", has_relocs(finding->image),
                       "no loop behind the ELF check applies relocations: built without "
                       "CONFIG_RANDOMIZE_BASE");
        return;
    }
    struct stage *stage = finding_stage(
        finding, "relocations-applied", MODULE_STUB, loops->behind_relocating, STAGE_FROM_CODE,
        STAGE_LIKELY, "where %s ways meet behind the loops that %s%s",
        loops->skipped ? "their" : "all",
        loops->by_message ? "say \"" RELOCATION_MESSAGE "\""
                          : "add to what sign-extended words point to",
        loops->skipped ? "; not passed when there is nothing to relocate" : "");
    stage->optional = loops->skipped;
}

static void add_stages(struct analysis *analysis, const struct loading_loops *loops)
{
    struct finding *finding = analysis->finding;

    add_relocated(finding, loops);
    if (loops->before_relocating)
        finding_stage(finding, "elf-loaded", MODULE_STUB, loops->before_relocating, STAGE_FROM_CODE,
                      STAGE_LIKELY,
                      "where it is decided whether to relocate; the program headers are done");
    else if (loops->behind_headers)
        finding_stage(finding, "elf-loaded", MODULE_STUB, loops->behind_headers, STAGE_FROM_CODE,
                      STAGE_LIKELY, "behind the loop that compares with PT_LOAD");
    else
        finding_absent(finding, "elf-loaded", true, "no loop over program headers was found");
    finding_after(finding, "elf-loaded", "decompressed");
    finding_after(finding, "relocations-applied", "decompressed");
}

struct error *discover_relocating(struct analysis *analysis, uint64_t function, uint64_t magic)
{
    struct loading_loops loops = {0};
    uint64_t start = magic;
    struct error *err = NULL;

    for (unsigned int depth = 0; !err && depth < DEPTH; depth++) {
        struct discover_caller caller = {.callee = function};

        err = find_from(analysis, start, magic, &loops);
        if (err || (loops.behind_headers && loops.behind_relocating) ||
            function == analysis->extract ||
            !code_reaches(&analysis->functions64, analysis->extract, discover_calls, &caller,
                          &function))
            break;
        start = insn_end(caller.call);
    }
    if (!err)
        add_stages(analysis, &loops);
    return err;
}
