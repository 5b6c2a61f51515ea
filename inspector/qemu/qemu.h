/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A QEMU that the inspector started: its command line, its channels, its end. All channels are
 * inherited socket pairs and pipes, so there is no port, no path and no race; QEMU dies with this process
 * whatever kills it (PR_SET_PDEATHSIG).
 *
 *      gdb stub  - the caller's (qemu_take_gdb_fd)        port 0xe9 - into struct markers
 *      QMP       - instruction counts, quit               serial    - console text
 */
#ifndef BOOTSCOPE_QEMU_QEMU_H
#define BOOTSCOPE_QEMU_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "loop.h"
#include "markers.h"

struct qemu_options {
    const char *qemu;   /* program; NULL: qemu-system-x86_64 from PATH */
    const char *image;  /* bzImage, for -kernel */
    const char *append; /* command line, or NULL */
    const char *initrd; /* file, or NULL */
    const char *memory; /* QEMU's -m; NULL: 512M */
    const char *cpu;    /* QEMU's -cpu; NULL: QEMU's default */
    bool debug;         /* offer a gdb stub and wait in reset (-S) */
    bool icount;        /* -icount shift=0,sleep=off: exactly repeatable, instructions countable */
    /*
     * Can go back: savevm and loadvm work, and the guest's RAM is no file (the first savevm of one
     * takes 1.6 s, as it touches all of it; of anonymous RAM 25-65 ms). With debug and icount only.
     */
    bool keep;
};

/* How the guest ended. */
enum qemu_end {
    QEMU_RUNNING,
    QEMU_PASS,   /* isa-debug-exit (port 0xf4) with TEACHING_PASS of stub/abi/layout.h */
    QEMU_FAIL,   /* isa-debug-exit with another value */
    QEMU_QUIT,   /* powered off, or a reset turned into a shutdown (qemu_triple_fault() tells) */
    QEMU_KILLED, /* by somebody, by a signal, or by an error that QEMU itself reports */
};

struct qemu;

/*
 * Starts QEMU. ERROR_SYSTEM: no such program ("qemu-system-x86_64: not found in PATH; install
 * qemu-system-x86"), out of descriptors. ERROR_INPUT: QEMU refused its arguments or files; its own
 * message is in the error.
 */
struct error *qemu_start(const struct qemu_options *options, struct loop *loop, struct qemu **ret);

/*
 * The same in two halves, so that something else can be done while QEMU gets ready. After the first
 * only qemu_ready() and qemu_close() may be called; what options point to must last that long. Each
 * fails as qemu_start() does.
 */
struct error *qemu_begin(const struct qemu_options *options, struct loop *loop, struct qemu **ret);
struct error *qemu_ready(struct qemu *qemu);

/* QEMU's process; reaped, and so meaningless, once qemu_end_state() is not QEMU_RUNNING. */
pid_t qemu_pid(const struct qemu *qemu);

/* Kills the guest if it still runs, reaps it, frees everything. NULL is allowed. */
void qemu_close(struct qemu *qemu);

/*
 * With options.keep: starts another QEMU in place of the one that has ended, or that is to be
 * ended, with what savevm kept; the markers and the console's text stay. The options must still be
 * there. There is a new socket to take. Errors of qemu_start().
 */
struct error *qemu_restart(struct qemu *qemu);

/* How far the guest's output was read. Plain data. */
struct qemu_place {
    struct markers_place markers;
    uint64_t console; /* bytes */
};
/* The place now, with all that the stopped guest has written. Errors of qemu_drain(). */
struct error *qemu_place(struct qemu *qemu, struct qemu_place *ret);
/*
 * The machine was loaded (loadvm): what it wrote since that place is taken back, save that text
 * which was dropped from the front, or lies ahead, does not come back.
 */
struct error *qemu_return(struct qemu *qemu, const struct qemu_place *place);
/*
 * Holds console text back from the handler while the guest takes a way that may lead too far, and be taken back. Calls
 * nest; with the last release the handler gets what of it no handler has seen yet, if it is to be shown.
 */
void qemu_hold_text(struct qemu *qemu);
void qemu_release_text(struct qemu *qemu, bool show);
/* While this is on, console text is given to nobody, and is new text later. */
void qemu_mute(struct qemu *qemu, bool on);
/*
 * Has done called once QEMU has written so many lines to its log, while the loop runs; from then on
 * the log is read so slowly that QEMU, which has to wait for that, cannot get far before it is
 * stopped. With "log exec,nochain" and a single instruction to a translation block, a line is an
 * instruction. done NULL ends this.
 */
void qemu_meter(struct qemu *qemu, uint64_t lines, void (*done)(void *context), void *context);
/* The guest takes another way from here on: text that was given once is new when it comes again. */
void qemu_forget_text(struct qemu *qemu);

/* The socket of the gdb stub; the caller owns it now. Only with options.debug, only once. */
int qemu_take_gdb_fd(struct qemu *qemu);

/*
 * The file that is the guest's RAM, for target_share_ram(), with QEMU_RAM_NAME as its name in
 * QEMU's memory map. Good until qemu_close(), which closes it. -1 without options.debug, when
 * options.memory is more than a plain size, or when the system has no such files.
 */
int qemu_ram_fd(const struct qemu *qemu);
#define QEMU_RAM_NAME "bootscope-ram"

/* The markers so far, and the serial console's text so far (the newest 256 KiB, NUL-terminated). */
struct markers *qemu_markers(struct qemu *qemu);
const char *qemu_console(const struct qemu *qemu);

/* Called with each piece of console output as it comes. */
typedef void (*console_handler)(void *context, const char *bytes, size_t length);
void qemu_on_console(struct qemu *qemu, console_handler handler, void *context);

/* Reads what is still in the marker and console channels without waiting. */
struct error *qemu_drain(struct qemu *qemu);

/*
 * The guest's instruction count since reset (QMP query-replay); *ret_known is false without icount.
 */
struct error *qemu_instructions(struct qemu *qemu, bool *ret_known, uint64_t *ret);

/*
 * Whether the CPU is halted with interrupts off, or in real mode by a hlt with a jump back to it,
 * asked while it runs and without stopping it; false when QEMU does not tell. As its registers are
 * read one by one from a CPU that moves, only a CPU that is stopped can be believed.
 */
bool qemu_seems_halted(struct qemu *qemu);
/*
 * The same of a guest without a debugger, for certain: a CPU that seems halted is stopped and asked
 * again, and goes on when it is not.
 */
struct error *qemu_is_halted(struct qemu *qemu, bool *ret);

/* Runs until QEMU has ended or the deadline passed (then QEMU_RUNNING). */
struct error *qemu_wait(struct qemu *qemu, int64_t deadline, enum qemu_end *ret);
/* Looks, without waiting, whether QEMU has ended since the loop last ran. */
void qemu_notice_end(struct qemu *qemu);
/* What is known of the end now, and QEMU's exit status (meaningful unless running or killed). */
enum qemu_end qemu_end_state(struct qemu *qemu);
/*
 * True when a triple fault was why the guest stopped (options.debug: it stands there, T03) or was
 * reset (otherwise: QEMU_QUIT). QEMU's other channels do not tell it from a reboot.
 */
bool qemu_triple_fault(struct qemu *qemu);
int qemu_exit_status(const struct qemu *qemu);
/* The signal that ended it; 0 when none did, or it runs. */
int qemu_signal(const struct qemu *qemu);
/* What QEMU wrote to its own stderr (at most 4 KiB), for error messages. */
const char *qemu_stderr(const struct qemu *qemu);

#endif
