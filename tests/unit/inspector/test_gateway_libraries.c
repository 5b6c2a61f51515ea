/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files gdb is told of at each phase of the boot, and by which names. */
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "image.h"
#include "libraries.h"
#include "symbols.h"

#define LOAD    UINT64_C(0x100000)
#define COPY    UINT64_C(0x1893000)
#define OUTPUT  UINT64_C(0x5e00000)
#define VIRTUAL UINT64_C(0x1dc00000)
#define PREF    UINT64_C(0x1000000)

struct world {
    char folder[64];
    struct symbols *setup, *stub, *kernel;
    struct image image;
    struct stop stop;
    struct library_names names;
};

/* The built file under a name of the test's. */
static struct symbols *linked(const struct world *world, const char *from, const char *to)
{
    const char *build = getenv("BUILD");
    char relative[4096], path[256];
    struct symbols *symbols;

    snprintf(relative, sizeof(relative), "%s/%s", build ? build : "build", from);
    snprintf(path, sizeof(path), "%s/%s", world->folder, to);
    FILE *in = fopen(relative, "r"), *out = fopen(path, "w");
    char bytes[4096];
    size_t got;
    assert_non_null(in);
    assert_non_null(out);
    while ((got = fread(bytes, 1, sizeof(bytes), in)) > 0)
        assert_int_equal(fwrite(bytes, 1, got, out), got);
    fclose(in);
    fclose(out);
    good(symbols_open(path, &symbols));
    return symbols;
}

static int open_world(void **state)
{
    static struct world world;

    world = (struct world){.folder = "/tmp/bootscope-libraries.XXXXXX"};
    if (!mkdtemp(world.folder))
        return -1;
    world.setup = linked(&world, "setup.elf", "setup.elf");
    world.stub = linked(&world, "stub.elf", "a<b>&\"c' d.elf");
    world.kernel = linked(&world, "kernel.elf", "kernel.elf");
    world.image.setup.pref_address = PREF;
    world.image.setup.code32_start = LOAD;
    world.stop = (struct stop){
        .image = &world.image, .setup = world.setup, .stub = world.stub, .kernel = world.kernel};
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;
    struct symbols *const all[] = {world->setup, world->stub, world->kernel};

    libraries_end(&world->names);
    for (size_t i = 0; i < 3; i++) {
        unlink(symbols_path(all[i]));
        symbols_close(all[i]);
    }
    return rmdir(world->folder);
}

struct entry {
    const char *name; /* in the folder; NULL: the copy of the setup code's */
    const char *dots;
    uint64_t address;
};

static void announces(struct world *world, const struct entry *entries, size_t count)
{
    char expected[4096];
    struct libraries libraries;
    char *document;
    int at = snprintf(expected, sizeof(expected),
                      "<?xml version=\"1.0\"?>\n<!DOCTYPE library-list SYSTEM "
                      "\"library-list.dtd\">\n<library-list>\n");

    good(libraries_at(&world->stop, true, &world->names, &libraries));
    good(libraries_document(&libraries, &document));
    for (size_t i = 0; i < count; i++) {
        char folder[128];

        snprintf(folder, sizeof(folder), "%s", world->folder);
        if (!entries[i].name)
            snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)getpid());
        at += snprintf(expected + at, sizeof(expected) - (size_t)at, "  <library name=\"%s/%s",
                       folder, entries[i].dots);
        at += entries[i].name
                  ? snprintf(expected + at, sizeof(expected) - (size_t)at, "%s", entries[i].name)
                  : snprintf(expected + at, sizeof(expected) - (size_t)at, "%d",
                             libraries.list[i].copy);
        at += snprintf(expected + at, sizeof(expected) - (size_t)at,
                       "\"><segment address=\"0x%llx\"/></library>\n",
                       (unsigned long long)entries[i].address);
    }
    snprintf(expected + at, sizeof(expected) - (size_t)at, "</library-list>\n");
    assert_string_equal(document, expected);
    free(document);
}
#define ANNOUNCES(...)                                                                             \
    do {                                                                                           \
        static const struct entry list[] = {__VA_ARGS__};                                          \
        announces(world, list, sizeof(list) / sizeof(list[0]));                                    \
    } while (0)

#define ODD           "a&#60;b&#62;&#38;&#34;c&#39; d.elf"
#define KERNEL_LINKED UINT64_C(0xffffffff81000000)

static struct maybe at(uint64_t value)
{
    return (struct maybe){.known = true, .value = value};
}

static void test_each_phase(void **state)
{
    struct world *world = *state;
    struct facts *facts = &world->stop.facts;

    ANNOUNCES({NULL, "", 0x10000}, {ODD, "", LOAD}, {"kernel.elf", "", KERNEL_LINKED});
    facts->setup = at(0x90000); /* another boot loader's choice: another place, another name */
    facts->load = at(LOAD);
    ANNOUNCES({NULL, "./", 0x90000}, {ODD, "", LOAD}, {"kernel.elf", "", KERNEL_LINKED});
    facts->copy = at(COPY);
    ANNOUNCES({NULL, "./", 0x90000}, {ODD, "", LOAD}, {ODD, "./", COPY},
              {"kernel.elf", "", KERNEL_LINKED});
    facts->running_copy = true;
    ANNOUNCES({NULL, "./", 0x90000}, {ODD, "./", COPY}, {"kernel.elf", "", KERNEL_LINKED});
    facts->output = at(OUTPUT);
    facts->virtual = at(VIRTUAL);
    ANNOUNCES({NULL, "./", 0x90000}, {ODD, "./", COPY}, {"kernel.elf", "./", OUTPUT},
              {"kernel.elf", "././", KERNEL_LINKED + VIRTUAL - PREF});
    *facts = (struct facts){0}; /* back in time: the names of then */
    ANNOUNCES({NULL, "", 0x10000}, {ODD, "", LOAD}, {"kernel.elf", "", KERNEL_LINKED});
}

static void test_a_guest_of_somebody_elses(void **state)
{
    struct world *world = *state;
    struct libraries libraries;

    good(libraries_at(&world->stop, false, &world->names, &libraries));
    assert_int_equal(libraries.count, 2); /* where setup is, nobody knows yet */
    assert_ptr_equal(libraries_find(&libraries, LOAD), &libraries.list[0]);
    assert_ptr_equal(libraries_find(&libraries, LOAD - 1), NULL);
    assert_ptr_equal(libraries_find(&libraries, libraries.list[0].end), NULL);
    world->stop.stub = world->stop.kernel = NULL;
    good(libraries_at(&world->stop, false, &world->names, &libraries));
    assert_int_equal(libraries.count, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(test_each_phase), CASE(test_a_guest_of_somebody_elses)};

    return cmocka_run_group_tests_name("gateway_libraries", tests, NULL, NULL);
}
