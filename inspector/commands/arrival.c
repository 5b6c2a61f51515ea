/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arrival.h"

#include <string.h>

#include "disasm.h"
#include "fault.h"
#include "flow.h"
#include "guest_end.h"

/* QEMU hangs up a moment before it can be reaped. */
#define REAP_MS 2000

static const char *const names[] = {
    [ARRIVED_START] = "start",
    [ARRIVED_CHECKPOINT] = "checkpoint",
    [ARRIVED_BREAKPOINT] = "breakpoint",
    [ARRIVED_WATCHPOINT] = "watchpoint",
    [ARRIVED_STEP] = "step",
    [ARRIVED_CONDITION] = "condition",
    [ARRIVED_INTERRUPT] = "interrupt",
    [ARRIVED_BEGINNING] = "beginning",
    [ARRIVED_ERROR] = "error",
    [ARRIVED_FAULT] = "fault",
    [ARRIVED_HALTED] = "halted",
    [ARRIVED_EXIT] = "exit",
    [ARRIVED_TIMEOUT] = "timeout",
};

const char *arrival_name(enum arrival_kind kind)
{
    return names[kind];
}

/* Whether the boot code has handed over: the kernel may then end the guest as it likes. */
static bool reached_kernel(struct debugger *debugger)
{
    const struct stages *stages = &debugger_session(debugger)->stages;

    for (size_t i = 0; i < stages->count; i++)
        if ((stages->list[i].module == MODULE_KERNEL ||
             strcmp(stages->list[i].name, "kernel-jump") == 0) &&
            debugger_passed(debugger, &stages->list[i]))
            return true;
    return false;
}

/* QEMU pauses at any shutdown: a kernel that powers the machine off has not failed. */
static bool shut_down(struct debugger *debugger, const struct arrival *arrival)
{
    struct qemu *qemu = debugger_session(debugger)->qemu;

    return arrival->kind == ARRIVED_FAULT && qemu && reached_kernel(debugger) &&
           !qemu_triple_fault(qemu);
}

static bool crashed(struct debugger *debugger, const struct arrival *arrival)
{
    return arrival->kind == ARRIVED_ERROR || arrival->kind == ARRIVED_HALTED ||
           (arrival->kind == ARRIVED_FAULT && !shut_down(debugger, arrival));
}

static bool ended(struct debugger *debugger, const struct arrival *arrival)
{
    return arrival->kind == ARRIVED_EXIT || shut_down(debugger, arrival);
}

static enum timeline_event fault_event(enum arrival_kind kind)
{
    switch (kind) {
    case ARRIVED_ERROR:
        return TIMELINE_ERROR;
    case ARRIVED_HALTED:
        return TIMELINE_HALTED;
    default:
        return TIMELINE_FAULT;
    }
}

static struct error *capture_fault(struct debugger *debugger, const struct arrival *arrival,
                                   struct fault *ret)
{
    const struct snapshot *last = debugger_before(debugger);
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (err)
        return err;
    *ret = (struct fault){
        .event = fault_event(arrival->kind),
        .stop = stop,
        .last = last ? last->stage : NULL,
    };
    return fault_capture(ret);
}

static struct error *how_it_ended(struct debugger *debugger, const struct arrival *arrival,
                                  struct guest_end *ret)
{
    struct qemu *qemu = debugger_session(debugger)->qemu;
    enum qemu_end state;

    *ret = (struct guest_end){
        .qemu = qemu,
        .markers = qemu_markers(qemu),
        .reached_kernel = reached_kernel(debugger),
        .shut_down = shut_down(debugger, arrival),
    };
    return ret->shut_down ? NULL : qemu_wait(qemu, loop_in(REAP_MS), &state);
}

/* The user's words for a breakpoint; "" when it is gone. */
static const struct breakpoint *find_breakpoint(const struct debugger *debugger,
                                                unsigned int number)
{
    const struct breakpoint *list;
    size_t count = debugger_breakpoints(debugger, &list);

    for (size_t i = 0; i < count; i++)
        if (list[i].number == number)
            return &list[i];
    return NULL;
}

/* What is said of the reason, besides the checkpoint. */
static void reason(struct debugger *debugger, const struct arrival *arrival, char *out, size_t size)
{
    const struct breakpoint *breakpoint = find_breakpoint(debugger, arrival->number);
    const char *words = breakpoint ? breakpoint->text : "";

    switch (arrival->kind) {
    case ARRIVED_START:
        snprintf(out, size, "start");
        break;
    case ARRIVED_BREAKPOINT:
        snprintf(out, size, "breakpoint %u%s%s", arrival->number, *words ? ", " : "", words);
        break;
    case ARRIVED_WATCHPOINT:
        snprintf(out, size, "watchpoint %u, %s at %s%s%s%s%s", arrival->number, words,
                 text_hex(arrival->watched.value), arrival->now.known ? ": " : "",
                 arrival->before.known ? text_maybe(arrival->before) : "",
                 arrival->before.known ? " -> " : "",
                 arrival->now.known ? text_maybe(arrival->now) : "");
        break;
    case ARRIVED_CONDITION:
        snprintf(out, size, "the condition holds");
        break;
    case ARRIVED_INTERRUPT:
        snprintf(out, size, "interrupted");
        break;
    case ARRIVED_BEGINNING:
        snprintf(out, size, "the beginning: nothing is earlier");
        break;
    case ARRIVED_TIMEOUT:
        snprintf(out, size, "out of time");
        break;
    default:
        out[0] = '\0';
    }
}

static void print_counts(struct debugger *debugger, const struct stop *stop, struct flow *flow)
{
    const struct snapshot *before = debugger_before(debugger);

    if (!stop->instructions.known)
        return;
    flow_print(flow, TEXT_PLAIN, "%s instructions", text_count(stop->instructions.value));
    if (before && before->instructions.known)
        flow_print(flow, TEXT_DIM, "+%s since %s",
                   text_count(stop->instructions.value - before->instructions.value),
                   before->stage->name);
}

static void print_heading(struct debugger *debugger, const struct arrival *arrival,
                          const struct stop *stop, const struct text *text)
{
    const struct snapshot *before = debugger_before(debugger);
    struct flow flow = flow_start(text, "");
    char why[160];

    reason(debugger, arrival, why, sizeof(why));
    if (stop->stage || !*why) {
        const struct stage *stage = stop->stage ? stop->stage : before ? before->stage : NULL;
        const char *name = stage ? stage->name : "start";

        text_print(text, TEXT_DIM, stage ? "%2u " : "   ", stage ? stage->index : 0);
        text_print(text, TEXT_HEADING, "%s%s", name, stop->stage ? "" : "+");
        int pad = 20 - (int)strlen(name) - !stop->stage;
        text_print(text, TEXT_PLAIN, "%*s", pad > 0 ? pad : 0, "");
        flow.column = 23;
    }
    if (*why) {
        text_print(text, TEXT_HEADING, "%s%s", stop->stage ? "  " : "", why);
        flow.column += strlen(why) + (stop->stage ? 2 : 0);
    }
    flow_print(&flow, TEXT_PLAIN, "%s", cpu_mode_name(registers_mode(&stop->regs)));
    print_counts(debugger, stop, &flow);
    flow_end(&flow);
}

/* Columns of a line of code before its text, the label included. */
#define NEXT_COLUMNS 53

bool arrival_in_copy(const struct stop *stop)
{
    const struct facts *facts = &stop->facts;
    uint64_t pc = registers_pc(&stop->regs).value, size;

    if (facts->running_kernel || facts->running_copy)
        return !facts->running_kernel;
    if (!facts->load.known || !facts->copy.known || !stop->stub ||
        !symbols_value(stop->stub, "_end", &size))
        return false;
    /* The two may overlap: it is the loaded code that runs there. */
    return pc - facts->copy.value < size && pc - facts->load.value >= size;
}

/* One line: where a call leads has its source named only if there is room. */
static void print_next(const struct disasm_line *next, const struct text *text)
{
    struct disasm_line line = *next;
    char *source = strstr(line.target, " (");

    if (source && NEXT_COLUMNS + strlen(line.text) + 4 + strlen(line.target) > TEXT_COLUMNS)
        *source = '\0';
    text_label(text, "next");
    disasm_line_text(&line, text);
}

/* Two lines: the place in the source, and the instruction that comes next. */
static struct error *print_place(const struct stop *stop, const struct text *text)
{
    virt_t pc = registers_pc(&stop->regs);
    char where[SNAPSHOT_WHERE_MAX] = "";
    struct disasm_line next;
    struct error *err;
    bool there;

    struct flow flow = flow_start(text, "at");
    flow_print(&flow, TEXT_PLAIN, "%s", text_hex(pc.value));
    if (stop_describe(stop, pc, where, sizeof(where)))
        flow_print(&flow, TEXT_PLAIN, "%s", where);
    if (arrival_in_copy(stop))
        flow_print(&flow, TEXT_DIM, "in the copy");
    flow_end(&flow);
    err = disasm_one(stop, &next, &there);
    if (err)
        return err;
    if (there) {
        print_next(&next, text);
    } else {
        text_label(text, "next");
        text_print(text, TEXT_BAD, "cannot be read: not mapped\n");
    }
    return NULL;
}

struct error *arrival_place(struct debugger *debugger, const struct arrival *arrival,
                            const struct text *text)
{
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (err)
        return err;
    print_heading(debugger, arrival, stop, text);
    return print_place(stop, text);
}

/* After a step there is little to say, and often: two lines. */
static struct error *stepped(struct debugger *debugger, const struct arrival *arrival,
                             const struct text *text)
{
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (err || arrival->kind != ARRIVED_STEP || stop->stage)
        return err ? err : arrival_place(debugger, arrival, text);
    return print_place(stop, text);
}

struct error *arrival_text(struct debugger *debugger, const struct arrival *arrival,
                           const struct text *text)
{
    struct guest_end end;
    struct fault fault;
    struct error *err;

    if (crashed(debugger, arrival)) {
        err = capture_fault(debugger, arrival, &fault);
        if (!err)
            fault_text(&fault, text);
        return err;
    }
    if (!ended(debugger, arrival))
        return stepped(debugger, arrival, text);
    if (!debugger_session(debugger)->qemu)
        return NULL;
    err = how_it_ended(debugger, arrival, &end);
    if (!err)
        guest_end_text(&end, text);
    return err;
}

static json_t *maybe_count(struct maybe count)
{
    return count.known ? json_integer((json_int_t)count.value) : json_null();
}

static struct error *add_place(const struct stop *stop, json_t *object)
{
    virt_t pc = registers_pc(&stop->regs);
    char where[SNAPSHOT_WHERE_MAX] = "";
    struct disasm_line next;
    struct error *err;
    bool there;

    stop_describe(stop, pc, where, sizeof(where));
    err = disasm_one(stop, &next, &there);
    if (err)
        return err;
    json_object_set_new(object, "instructions", maybe_count(stop->instructions));
    json_object_set_new(object, "pc", json_hex(pc.value));
    json_object_set_new(object, "mode", json_string(cpu_mode_name(registers_mode(&stop->regs))));
    json_object_set_new(object, "where", json_string(where));
    json_object_set_new(object, "instruction", there ? disasm_line_json(&next) : json_null());
    return NULL;
}

static struct error *add_end(struct debugger *debugger, const struct arrival *arrival,
                             json_t *object)
{
    struct guest_end end;
    struct fault fault;
    struct error *err = NULL;

    if (crashed(debugger, arrival)) {
        err = capture_fault(debugger, arrival, &fault);
        if (!err)
            json_object_set_new(object, "fault", fault_json(&fault));
    } else if (ended(debugger, arrival) && debugger_session(debugger)->qemu) {
        err = how_it_ended(debugger, arrival, &end);
        if (!err)
            json_object_set_new(object, "end", json_string(guest_end_word(&end)));
    }
    return err;
}

struct error *arrival_json(struct debugger *debugger, const struct arrival *arrival, json_t **ret)
{
    bool numbered = arrival->kind == ARRIVED_BREAKPOINT || arrival->kind == ARRIVED_WATCHPOINT;
    const struct stop *stop = NULL;
    struct error *err = NULL;

    if (arrival->kind != ARRIVED_EXIT)
        err = debugger_stop(debugger, &stop);
    if (err)
        return err;
    const struct stage *stage = stop ? stop->stage : NULL;
    json_t *object = json_pack(
        "{s:s,s:s?,s:o,s:o,s:o,s:o,s:o,s:n,s:n,s:n,s:n,s:n,s:n,s:n}", "arrival",
        arrival_name(arrival->kind), "checkpoint", stage ? stage->name : NULL, "index",
        stage ? json_integer(stage->index) : json_null(), "number",
        numbered ? json_integer(arrival->number) : json_null(), "watched",
        arrival->kind == ARRIVED_WATCHPOINT ? json_hex(arrival->watched.value) : json_null(),
        "before", json_maybe(arrival->before), "now", json_maybe(arrival->now), "instructions",
        "pc", "mode", "where", "instruction", "fault", "end");
    if (stop)
        err = add_place(stop, object);
    if (!err)
        err = add_end(debugger, arrival, object);
    if (err)
        json_decref(object);
    else
        *ret = object;
    return err;
}

static struct error *crash_error(struct debugger *debugger, const struct arrival *arrival)
{
    struct fault fault;
    struct error *err = capture_fault(debugger, arrival, &fault);

    return err ? err : fault_error(&fault, 0);
}

struct error *arrival_error(struct debugger *debugger, const struct arrival *arrival)
{
    struct guest_end end;
    struct error *err;

    if (crashed(debugger, arrival))
        return crash_error(debugger, arrival);
    if (arrival->kind == ARRIVED_TIMEOUT)
        return error_new(ERROR_TIMEOUT, "out of time; the guest is stopped where it was, and goes "
                                        "on when told to (--timeout sets the time)");
    if (!ended(debugger, arrival))
        return NULL;
    if (!debugger_session(debugger)->qemu)
        return error_new(ERROR_GUEST, "the guest is gone");
    err = how_it_ended(debugger, arrival, &end);
    return err ? err : guest_end_error(&end);
}
