/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What names, memory and places mean at a stop, on a guest and symbols that are made up. */
#include "view_test.h"

#include "evaluate.h"
#include "layout.h"
#include "place.h"

#define PREF    UINT64_C(0x1000000)
#define LOAD    UINT64_C(0x100000)
#define COPY    UINT64_C(0x1800000)
#define OUTPUT  UINT64_C(0x5000000)
#define VIRTUAL UINT64_C(0x9000000)

/* The parts of a debugger that names are looked up in. */
struct debugger {
    struct session session;
    struct stop stop;
    bool gone;
    bool passed[4];
    struct snapshot records[4];
};

struct error *debugger_stop(struct debugger *debugger, const struct stop **ret)
{
    if (debugger->gone)
        return error_new(ERROR_GUEST, "the guest is gone");
    *ret = &debugger->stop;
    return NULL;
}

struct session *debugger_session(struct debugger *debugger)
{
    return &debugger->session;
}

bool debugger_passed(const struct debugger *debugger, const struct stage *stage)
{
    return debugger->passed[stage - debugger->session.stages.list];
}

const struct snapshot *debugger_record(const struct debugger *debugger, const struct stage *stage)
{
    return &debugger->records[stage - debugger->session.stages.list];
}

static const struct fake_symbol setup_list[] = {{"main", 0x300}, {"_end", 0x2000}};
static const struct fake_symbol stub_list[] = {
    {"startup_32", 0}, {"startup_64", 0x200},     {"rbx", 0x280},  {"abs_count", 5},
    {"main", 0x300},   {"extract_kernel", 0x630}, {"copy", 0x700}, {"_end", 0x9000},
};
static const struct fake_symbol kernel_list[] = {
    {"percpu", 0x40},
    {"_text", START_KERNEL_MAP + PREF},
    {"startup_64", START_KERNEL_MAP + PREF + 0x40},
    {"late", START_KERNEL_MAP + PREF + 0x80},
    {"_end", START_KERNEL_MAP + PREF + 0x10000},
};
static struct symbols setup = {setup_list, 2}, stub = {stub_list, 8}, kernel = {kernel_list, 5};
static struct image image = {.setup = {.pref_address = PREF},
                             .kernel = {.size = 1, .entry = PREF + 0x40}};

/* Just loaded: the CPU is at startup_32. */
static struct debugger *new_debugger(void)
{
    struct debugger *debugger = calloc(1, sizeof(*debugger));
    struct stages *stages = &debugger->session.stages;

    debugger->stop = view_stop();
    debugger->stop.setup = &setup;
    debugger->stop.stub = &stub;
    debugger->stop.kernel = &kernel;
    debugger->stop.image = &image;
    debugger->stop.facts.load = known(LOAD);
    debugger->stop.regs.rip = LOAD;
    stages->count = 4;
    for (size_t i = 0; i < 4; i++)
        stages->list[i].index = (uint32_t)i;
    return debugger;
}

static void free_debugger(struct debugger *debugger)
{
    target_close(debugger->stop.target);
    free(debugger);
}

/* The kernel is chosen and the copy runs. */
static void copy_runs(struct debugger *debugger)
{
    struct facts *facts = &debugger->stop.facts;

    facts->copy = known(COPY);
    facts->output = known(OUTPUT);
    facts->virtual = known(VIRTUAL);
    facts->running_copy = true;
    debugger->stop.regs.rip = COPY + 0x630;
}

static void kernel_runs(struct debugger *debugger, uint64_t rip)
{
    copy_runs(debugger);
    debugger->stop.facts.running_kernel = true;
    debugger->stop.regs.rip = rip;
}

static void expect(struct debugger *debugger, const char *text, uint64_t value)
{
    uint64_t found = 0;
    struct error *err = evaluate(debugger, text, &found);

    if (err)
        fail_msg("%s: %s", text, error_message(err));
    if (found != value)
        fail_msg("%s is 0x%lx, not 0x%lx", text, found, value);
}

static void refuse(struct debugger *debugger, const char *text, const char *part)
{
    uint64_t value;
    struct error *err = evaluate(debugger, text, &value);

    if (!err)
        fail_msg("%s: no error", text);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    if (!strstr(error_message(err), part))
        fail_msg("%s: \"%s\" is not in: %s", text, part, error_message(err));
    error_free(err);
}

static void test_values_of_the_boot(void **state)
{
    struct debugger *debugger = new_debugger();

    (void)state;
    expect(debugger, "load", LOAD);
    refuse(debugger, "copy", "copy: not known yet");
    refuse(debugger, "output", "output: not known yet");
    refuse(debugger, "entry", "entry: not known yet");
    refuse(debugger, "virtual_delta", "not known yet");
    refuse(debugger, "boot_params", "not known yet");
    refuse(debugger, "instructions", "not counted");
    copy_runs(debugger);
    debugger->stop.facts.boot_params = known(0x14000);
    debugger->stop.facts.setup = known(0x10000);
    debugger->stop.instructions = known(77);
    expect(debugger, "copy", COPY);
    expect(debugger, "output", OUTPUT);
    expect(debugger, "virtual", VIRTUAL);
    expect(debugger, "physical_delta", OUTPUT - PREF);
    expect(debugger, "virtual_delta", VIRTUAL - PREF);
    expect(debugger, "entry", OUTPUT + 0x40);
    expect(debugger, "setup", 0x10000);
    expect(debugger, "boot_params + 1", 0x14001);
    expect(debugger, "instructions", 77);
    free_debugger(debugger);
}

static void test_registers(void **state)
{
    struct debugger *debugger = new_debugger();

    (void)state;
    debugger->stop.regs.gpr[RAX] = UINT64_C(0x1122334455667788);
    debugger->stop.regs.gpr[RBX] = 9;
    debugger->stop.regs.gdtr.base = 0x11000;
    expect(debugger, "rax", UINT64_C(0x1122334455667788));
    expect(debugger, "$eax", 0x55667788);
    expect(debugger, "ax", 0x7788);
    expect(debugger, "cr0 >> 31", 1);
    expect(debugger, "gdtr", 0x11000);
    expect(debugger, "$rbx", 9);
    expect(debugger, "rbx", LOAD + 0x280); /* a symbol has the name */
    refuse(debugger, "$startup_32", "startup_32: no such register");
    debugger->stop.regs.hidden_known = false;
    refuse(debugger, "gdtr", "does not tell");
    free_debugger(debugger);
}

static void test_pc_is_linear(void **state)
{
    struct debugger *debugger = new_debugger();

    (void)state;
    debugger->stop.regs.cr0 = 0x10; /* real mode */
    debugger->stop.regs.segment[SEG_CS].base = 0x10200;
    debugger->stop.regs.rip = 0x120;
    expect(debugger, "rip", 0x120);
    expect(debugger, "pc", 0x10320);
    expect(debugger, "$pc", 0x10320);
    free_debugger(debugger);
}

static void test_symbols_are_where_their_module_is_now(void **state)
{
    struct debugger *debugger = new_debugger();

    (void)state;
    expect(debugger, "extract_kernel", LOAD + 0x630);
    expect(debugger, "abs_count", 5); /* a number, wherever the code is */
    refuse(debugger, "setup.main", "the setup code, whose place is not known yet");
    refuse(debugger, "late", "the kernel, whose place is not known yet");
    debugger->stop.facts.output = known(PREF);
    refuse(debugger, "late", "not known yet"); /* KASLR has not chosen */
    copy_runs(debugger);
    expect(debugger, "extract_kernel", COPY + 0x630);
    expect(debugger, "late", OUTPUT + 0x80);
    expect(debugger, "percpu", 0x40);
    kernel_runs(debugger, OUTPUT + 0x40);
    expect(debugger, "late", OUTPUT + 0x80);
    kernel_runs(debugger, START_KERNEL_MAP + VIRTUAL + 0x40);
    expect(debugger, "late", START_KERNEL_MAP + VIRTUAL + 0x80);
    expect(debugger, "extract_kernel", COPY + 0x630);
    free_debugger(debugger);
}

static void test_which_of_several_symbols(void **state)
{
    struct debugger *debugger = new_debugger();

    (void)state;
    copy_runs(debugger);
    debugger->stop.facts.setup = known(0x10000);
    expect(debugger, "startup_64", COPY + 0x200);
    expect(debugger, "main", COPY + 0x300);
    expect(debugger, "kernel.startup_64", OUTPUT + 0x40);
    expect(debugger, "setup.main", 0x10300);
    expect(debugger, "copy", COPY); /* a value of the boot ... */
    expect(debugger, "sym(copy)", COPY + 0x700);
    expect(debugger, "sym(kernel.startup_64)", OUTPUT + 0x40);
    refuse(debugger, "kernel.extract_kernel", "no such symbol");
    refuse(debugger, "sym(rax)", "rax: no such symbol in setup");
    debugger->stop.regs.rip = 0x10300;
    expect(debugger, "main", 0x10300); /* setup runs */
    kernel_runs(debugger, OUTPUT + 0x40);
    expect(debugger, "startup_64", OUTPUT + 0x40);
    expect(debugger, "stub.startup_64", COPY + 0x200);
    free_debugger(debugger);
}

static void add_key(struct marker *marker, const char *key, uint64_t value)
{
    snprintf(marker->keys[marker->count].key, MARKER_KEY_MAX, "%s", key);
    marker->keys[marker->count++].value = value;
}

/* Checkpoints 0 to 2 were passed, 3 was, before the guest went back. */
static void test_keys_of_markers(void **state)
{
    struct debugger *debugger = new_debugger();
    struct marker here = {0};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        debugger->passed[i] = i < 3;
        debugger->records[i].crosscheck.present = i != 0;
        add_key(&debugger->records[i].marker, "step", i);
    }
    add_key(&debugger->records[0].marker, "unseen", 1);
    add_key(&debugger->records[1].marker, "rax", 2);
    add_key(&debugger->records[3].marker, "future", 3);
    expect(debugger, "step", 2);
    expect(debugger, "marker.step", 2);
    expect(debugger, "marker.rax", 2);
    expect(debugger, "rax", 0); /* the register */
    refuse(debugger, "unseen", "no such symbol, register, value or marker key");
    refuse(debugger, "marker.unseen", "no marker so far has this key");
    refuse(debugger, "future", "no such");
    add_key(&here, "step", 9);
    debugger->stop.stage = &debugger->session.stages.list[2];
    debugger->stop.marker = &here;
    expect(debugger, "step", 9);
    debugger->stop.marker = NULL;
    expect(debugger, "step", 1); /* the present checkpoint's own record is not an earlier one */
    free_debugger(debugger);
}

static void test_memory(void **state)
{
    struct debugger *debugger = new_debugger();

    (void)state;
    fake_target_ram(debugger->stop.target, 0x1000, 0x1000);
    fake_target_poke64(debugger->stop.target, 0x1100, UINT64_C(0x1122334455667788));
    fake_target_hide(debugger->stop.target, 0x1200, 0x100);
    expect(debugger, "u8[0x1100]", 0x88);
    expect(debugger, "u16[0x1100]", 0x7788);
    expect(debugger, "u32[0x1100]", 0x55667788);
    expect(debugger, "u64[0x1000 + 0x100]", UINT64_C(0x1122334455667788));
    expect(debugger, "phys32[0x1104]", 0x11223344);
    expect(debugger, "phys8[0x1200]", 0);
    refuse(debugger, "u8[0x1200]", "u8[0x1200]: cannot be read: not mapped");
    refuse(debugger, "phys8[0x9000]", "phys8[0x9000]: cannot be read: no RAM or ROM is there");
    free_debugger(debugger);
}

static void test_a_guest_that_is_gone(void **state)
{
    struct debugger *debugger = new_debugger();
    struct place_text place;
    uint64_t value;

    (void)state;
    debugger->gone = true;
    view_error(evaluate(debugger, "rax", &value), ERROR_GUEST);
    view_error(evaluate(debugger, "u8[0]", &value), ERROR_GUEST);
    view_error(
        evaluate_place(&(struct environment){.debugger = debugger, .json = true}, "main", &place),
        ERROR_GUEST);
    expect(debugger, "1 + 1", 2); /* needs no guest */
    free_debugger(debugger);
}

static struct place_text place_of(struct debugger *debugger, const char *text)
{
    struct place_text place = {0};
    struct error *err = evaluate_place(&(struct environment){.debugger = debugger, .json = true},
                                       text, &place);

    if (err)
        fail_msg("%s: %s", text, error_message(err));
    return place;
}

static void test_places(void **state)
{
    struct debugger *debugger = new_debugger();
    struct place_text place = place_of(debugger, "extract_kernel");

    (void)state;
    assert_true(place.symbolic);
    assert_int_equal(place.module, MODULE_STUB);
    assert_int_equal(place.link, 0x630);
    assert_int_equal(place.address.value, LOAD + 0x630);
    place = place_of(debugger, "late"); /* a place before the kernel is there */
    assert_true(place.symbolic);
    assert_int_equal(place.module, MODULE_KERNEL);
    assert_int_equal(place.link, START_KERNEL_MAP + PREF + 0x80);
    assert_false(place.address.known);
    place = place_of(debugger, "extract_kernel + 4");
    assert_false(place.symbolic);
    assert_int_equal(place.address.value, LOAD + 0x634);
    place = place_of(debugger, "abs_count"); /* absolute: it never moves */
    assert_false(place.symbolic);
    assert_int_equal(place.address.value, 5);
    place = place_of(debugger, "load");
    assert_false(place.symbolic);
    assert_int_equal(place.address.value, LOAD);
    free_debugger(debugger);
}

static void refuse_place(struct debugger *debugger, const char *text, const char *part)
{
    struct place_text place;
    struct error *err = evaluate_place(&(struct environment){.debugger = debugger, .json = true},
                                       text, &place);

    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    if (!strstr(error_message(err), part))
        fail_msg("%s: \"%s\" is not in: %s", text, part, error_message(err));
    error_free(err);
}

static void test_lines_of_source(void **state)
{
    struct debugger *debugger = new_debugger();
    struct place_text place;

    (void)state;
    fake_symbols_in_file("misc.c");
    place = place_of(debugger, "misc.c:40");
    assert_true(place.symbolic);
    assert_int_equal(place.module, MODULE_STUB);
    assert_int_equal(place.link, 40);
    assert_int_equal(place.address.value, LOAD + 40);
    refuse_place(debugger, "misc.c:101", "misc.c: no code at line 101 or behind it");
    refuse_place(debugger, "other.c:4", "other.c: no such source file");
    refuse_place(debugger, "misc.c:", "column");
    refuse_place(debugger, "misc.c:4x", "column");
    refuse_place(debugger, "misc.c:99999999999999999999", "column");
    place = place_of(debugger, "0?1:5"); /* is an expression */
    assert_int_equal(place.address.value, 5);
    fake_symbols_in_file(NULL);
    free_debugger(debugger);
}

static void test_names_of_values_for_completion(void **state)
{
    struct debugger *debugger = new_debugger();
    size_t count = 0;

    (void)state;
    copy_runs(debugger);
    debugger->stop.facts.boot_params = debugger->stop.facts.setup = known(1);
    debugger->stop.instructions = known(1);
    for (const char *name; (name = evaluate_value_name(count)); count++) {
        uint64_t value;

        view_no_error(evaluate(debugger, name, &value));
    }
    assert_int_equal(count, 10);
    free_debugger(debugger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_the_boot),
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_pc_is_linear),
        cmocka_unit_test(test_symbols_are_where_their_module_is_now),
        cmocka_unit_test(test_which_of_several_symbols),
        cmocka_unit_test(test_keys_of_markers),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_a_guest_that_is_gone),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_lines_of_source),
        cmocka_unit_test(test_names_of_values_for_completion),
    };

    return cmocka_run_group_tests_name("evaluate", tests, NULL, NULL);
}
