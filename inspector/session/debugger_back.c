/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backwards. */
#include "debugger_internal.h"

static struct error *cannot(const struct debugger *debugger)
{
    (void)debugger;
    return error_new(ERROR_INPUT, "this session does not keep what it would need to go back");
}

struct error *debugger_back(struct debugger *debugger, const struct stage *stage,
                            struct arrival *ret)
{
    (void)stage;
    (void)ret;
    return cannot(debugger);
}

struct error *debugger_restart(struct debugger *debugger, struct arrival *ret)
{
    (void)ret;
    return cannot(debugger);
}

struct error *debugger_step_back(struct debugger *debugger, uint64_t count, struct arrival *ret)
{
    (void)count;
    (void)ret;
    return cannot(debugger);
}

struct error *debugger_run_back(struct debugger *debugger, struct arrival *ret)
{
    (void)ret;
    return cannot(debugger);
}

struct error *debugger_go(struct debugger *debugger, uint64_t instructions, struct arrival *ret)
{
    (void)instructions;
    (void)ret;
    return cannot(debugger);
}

void debugger_forget_ahead(struct debugger *debugger)
{
    for (size_t i = 0; i < debugger->session.stages.count; i++)
        if (!debugger_passed(debugger, &debugger->session.stages.list[i]))
            snapshot_free(&debugger->records[i].snapshot);
}
