/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arguments.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "checkpoint.h"
#include "layout.h"
#include "ram.h"

#define DEFAULT_PROGRAM "qemu-system-x86_64"
#define DEFAULT_MEMORY  "512M"

static void add(struct arguments *arguments, const char *text)
{
    assert(arguments->count < ARGUMENTS_MAX);
    arguments->list[arguments->count++] = (char *)(uintptr_t)text; /* exec's type; never written */
}

static void add_pair(struct arguments *arguments, const char *option, const char *value)
{
    add(arguments, option);
    add(arguments, value);
}

__attribute__((format(printf, 3, 4))) static void
add_text(struct arguments *arguments, const char *option, const char *format, ...)
{
    va_list args;

    assert(arguments->text_count < ARGUMENTS_TEXTS);
    char *text = arguments->texts[arguments->text_count++];
    va_start(args, format);
    vsnprintf(text, sizeof(arguments->texts[0]), format, args);
    va_end(args);
    add_pair(arguments, option, text);
}

static void add_memory(struct arguments *arguments, const char *memory, int ram)
{
    uint64_t size;

    add_pair(arguments, "-m", memory);
    if (ram < 0 || !ram_size(memory, &size)) {
        add_pair(arguments, "-machine", "pc");
        return;
    }
    add_pair(arguments, "-machine", "pc,memory-backend=" QEMU_RAM_NAME);
    add_text(arguments, "-object",
             "memory-backend-file,id=" QEMU_RAM_NAME
             ",size=%llu,mem-path=/proc/self/fd/%d,share=on",
             (unsigned long long)size, ram);
}

/*
 * A PC with RAM, firmware and nothing else. No VGA: its option ROM adds about 30 ms to a start of
 * 100 ms, and the boot code must do without one anyway. TCG is asked for by name because the
 * breakpoints rest on how it does them.
 */
static void add_machine(struct arguments *arguments, const struct qemu_options *options, int ram)
{
    add(arguments, "-nodefaults");
    add(arguments, "-no-user-config");
    add_pair(arguments, "-display", "none");
    add_pair(arguments, "-accel", "tcg");
    add_memory(arguments, arguments_memory(options), ram);
    if (options->cpu)
        add_pair(arguments, "-cpu", options->cpu);
    if (options->icount) {
        add_pair(arguments, "-icount", "shift=0,sleep=off");
        add_pair(arguments, "-rtc", "base=2000-01-01,clock=vm");
        add_pair(arguments, "-seed", "1"); /* rdrand, and what else QEMU draws lots for */
    }
}

static void add_channels(struct arguments *arguments, const struct inherited *fds)
{
    add_text(arguments, "-chardev", "socket,id=qmp,fd=%d", fds->qmp);
    add_pair(arguments, "-mon", "chardev=qmp,mode=control");
    add_text(arguments, "-chardev", "socket,id=markers,fd=%d", fds->markers);
    add_text(arguments, "-device", "isa-debugcon,iobase=%#x,chardev=markers", CHECKPOINT_PORT);
    add_text(arguments, "-chardev", "file,id=serial,path=/dev/fd/%d", fds->serial);
    add_pair(arguments, "-serial", "chardev:serial");
    add_text(arguments, "-device", "isa-debug-exit,iobase=%#x,iosize=4", DEBUG_EXIT_PORT);
    /* The log of resets is the one place where QEMU says that a reset was a triple fault. */
    add_pair(arguments, "-d", "cpu_reset");
    add_text(arguments, "-D", "/dev/fd/%d", fds->log);
    if (fds->gdb >= 0) {
        add_text(arguments, "-chardev", "socket,id=gdb,fd=%d", fds->gdb);
        add_pair(arguments, "-gdb", "chardev:gdb");
    }
}

/*
 * A drive that is plugged in nowhere, so that the guest sees nothing of it. Only savevm writes
 * there, and what it wrote is of no use to anybody once we are gone: it need not reach a disk.
 */
static void add_keep(struct arguments *arguments, int keep)
{
    if (keep >= 0)
        add_text(arguments, "-drive",
                 "if=none,id=keep,format=qcow2,cache=unsafe,file.locking=off,"
                 "file.filename=/proc/self/fd/%d",
                 keep);
}

/*
 * Under a debugger the CPU is to stand where a triple fault happened; without one QEMU ends. It
 * starts halted in any case, so that a guest cannot be over before its channels are served.
 */
static void add_run_state(struct arguments *arguments, const struct qemu_options *options)
{
    add(arguments, "-S");
    add_pair(arguments, "-action",
             options->debug ? "reboot=shutdown,shutdown=pause" : "reboot=shutdown");
}

/* File names and the command line stand alone, where a comma means nothing to QEMU. */
static void add_files(struct arguments *arguments, const struct qemu_options *options)
{
    if (options->image)
        add_pair(arguments, "-kernel", options->image);
    if (options->initrd)
        add_pair(arguments, "-initrd", options->initrd);
    if (options->append)
        add_pair(arguments, "-append", options->append);
}

const char *arguments_memory(const struct qemu_options *options)
{
    return options->memory ? options->memory : DEFAULT_MEMORY;
}

const char *arguments_program(const struct qemu_options *options)
{
    return options->qemu ? options->qemu : DEFAULT_PROGRAM;
}

void arguments_build(const struct qemu_options *options, const struct inherited *fds,
                     struct arguments *ret)
{
    ret->count = ret->text_count = 0;
    add(ret, arguments_program(options));
    add_machine(ret, options, fds->ram);
    add_channels(ret, fds);
    add_keep(ret, fds->keep);
    add_run_state(ret, options);
    add_files(ret, options);
    ret->list[ret->count] = NULL;
}
