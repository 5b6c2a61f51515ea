/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session with one guest over the GDB remote protocol: registers, memory, breakpoints, run
 * control. It owns a connected stream socket and waits in the caller's loop, so that other channels
 * are served while the guest runs.
 *
 * Every function can fail with ERROR_CLOSED (the stub hung up), ERROR_PROTOCOL (an E reply or
 * something that is no valid reply) and ERROR_TIMEOUT (no reply within the reply timeout, 10 s
 * unless target_set_reply_timeout says otherwise); further errors are named where they occur.
 */
#ifndef BOOTSCOPE_TARGET_TARGET_H
#define BOOTSCOPE_TARGET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "loop.h"
#include "registers.h"

struct target;

/*
 * Opens a session on fd (a connected socket; the target owns it from here on, also when this
 * fails): negotiates qSupported, reads target.xml and its annexes for the register layout.
 */
struct error *target_open(int fd, struct loop *loop, struct target **ret);
/*
 * Connects to "unix:PATH" or "HOST:PORT", and says nothing yet; *ret_fd is the caller's. ERROR_INPUT
 * for anything else or when nobody listens. QEMU pauses its guest when a connection comes.
 */
struct error *target_dial(const char *address, int *ret_fd);
/* The same and target_open() in one. */
struct error *target_connect(const char *address, struct loop *loop, struct target **ret);
/* Detaches nothing, kills nothing: closes the connection and frees the session. NULL is allowed. */
void target_close(struct target *target);
void target_set_reply_timeout(struct target *target, int64_t milliseconds);

/* All registers; the hidden parts through the monitor's "info registers" where the stub has one. */
struct error *target_registers(struct target *target, struct registers *ret);
/*
 * Only registers_pc(), in half the time: the hidden part of cs is asked for when cs, cr0 or efer
 * are not as they were when it was read last.
 */
struct error *target_pc(struct target *target, virt_t *ret);
/*
 * Writes one register by its name in target.xml (rip, rax, eflags, ...). ERROR_INPUT: no such name,
 * or the value does not fit.
 */
struct error *target_write_register(struct target *target, const char *name, uint64_t value);

/*
 * Reads guest memory, pipelined by the stub's packet size. Physical reads are checked against the
 * guest's RAM and ROM when the stub can tell them (the monitor's "info mtree"): an address outside
 * is ERROR_PROTOCOL with the address in it, not a run of zeros. Nothing is written to buffer past
 * what was read, but its contents are unspecified on error.
 */
struct error *target_read_phys(struct target *target, phys_t address, void *buffer, size_t length);
struct error *target_read_virt(struct target *target, virt_t address, void *buffer, size_t length);
struct error *target_write_phys(struct target *target, phys_t address, const void *buffer,
                                size_t length);
struct error *target_write_virt(struct target *target, virt_t address, const void *buffer,
                                size_t length);

/*
 * Names the file that is the guest's RAM: fd, open for reading and the caller's until target_close(),
 * is the whole of the region that QEMU's memory map ("info mtree -f") calls name. From here on
 * target_read_phys() reads what lies in that region from the file, at the offset that the map of the
 * same stop gives, and everything else (ROM, other regions, a file that is too short) over the
 * protocol as before. The guest must not be resumed by anybody else. fd -1 ends this.
 */
void target_share_ram(struct target *target, int fd, const char *name);

/*
 * True when [address, address + length) is guest RAM or ROM, or when nothing is known about the
 * guest's memory map. Asks the stub when the guest has run since the map was read.
 */
bool target_is_memory(struct target *target, phys_t address, uint64_t length);

/*
 * Breakpoints match linear addresses, whatever the mode. One that is inserted twice is one in the
 * stub, and stays until it was removed twice. Removing one that is not there does nothing.
 */
struct error *target_insert_breakpoint(struct target *target, virt_t address);
struct error *target_remove_breakpoint(struct target *target, virt_t address);
bool target_has_breakpoint(const struct target *target, virt_t address);

enum watch_kind { WATCH_KIND_WRITE, WATCH_KIND_READ, WATCH_KIND_ACCESS };

/*
 * Watchpoints are on linear addresses; the guest stops behind the access. ERROR_INPUT when the stub
 * refuses or has none, when length is 0, or beyond 256 of them.
 */
struct error *target_insert_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length);
/* One with these very values; when there is none, nothing happens. */
struct error *target_remove_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length);
/* How many watchpoints stop the guest when it reads the byte at address. */
size_t target_read_watches(const struct target *target, virt_t address);

enum stop_reason {
    STOP_BREAKPOINT, /* or a finished single step: T05 */
    STOP_WATCHPOINT,
    STOP_INTERRUPT, /* T02: somebody stopped it */
    STOP_SHUTDOWN,  /* T03: shutdown or triple fault with -action shutdown=pause */
    STOP_EXITED,    /* W: the guest, and QEMU with it, ended; or X */
    STOP_HALTED,    /* the CPU is halted, and nothing will wake it (target_on_long_run) */
};

struct stop_event {
    enum stop_reason reason;
    int signal;           /* of a T reply, or the status of a W */
    virt_t watched;       /* STOP_WATCHPOINT: the accessed address */
    enum watch_kind kind; /* ... and of which kind the watchpoint is */
};

/*
 * Lets the guest run until it stops, stepping first over a breakpoint at the current pc. When the
 * deadline (loop_now() milliseconds) passes, the guest is interrupted, stays stopped, and
 * ERROR_TIMEOUT is returned. A hang-up while running counts as STOP_EXITED.
 */
struct error *target_continue(struct target *target, int64_t deadline, struct stop_event *ret);
struct error *target_step(struct target *target, struct stop_event *ret);

/*
 * Whether the CPU of a stopped guest is halted for good: hlt with interrupts off, which no more than
 * an NMI or SMI ends; or in real mode, where a handler of the BIOS always returns, a hlt with a jump
 * back to it. False where the stub does not say that it is halted.
 */
struct error *target_is_halted(struct target *target, bool *ret);

/*
 * From here on looks_halted() is asked now and then whether the CPU seems to be halted for good, when
 * the guest runs for longer than half a second at a time. It must not stop the guest. When it has said
 * so twice, the guest is stopped and looked at: STOP_HALTED, or it runs on. Time does not decide
 * anything by this: a CPU that is halted for good stays what it is, and where it is.
 */
typedef bool (*target_looks_halted)(void *context);
void target_on_long_run(struct target *target, target_looks_halted looks_halted, void *context);

/*
 * Stops a running guest from a signal handler (async-signal-safe): target_continue(), target_step()
 * and target_run_for() then end with STOP_INTERRUPT, unless the guest stopped by itself. Until it has
 * been the reason of a stop, an interrupt waits for the next run.
 */
void target_interrupt(struct target *target);
/* One that waits is not wanted any more. */
void target_drop_interrupt(struct target *target);

/*
 * Lets the guest run for about so much wall time, and stops it: STOP_INTERRUPT, unless it stopped
 * by itself before. How far it comes depends on the machine: the caller has to look.
 */
struct error *target_run_for(struct target *target, int64_t nanoseconds, struct stop_event *ret);

/* The same from a handler of the loop: the byte is on its way when this returns. */
void target_interrupt_now(struct target *target);

/*
 * A single step of QEMU's usually lets no interrupt in. From here on it does, so that steps lead
 * to the places that a run leads to. Timers still wait until the guest runs: under -icount
 * sleep=off, QEMU (7.2) turns the clock forward to the next timer whenever the CPU stops for the
 * debugger with timers on. No error when the stub cannot.
 */
struct error *target_exact_steps(struct target *target);

/*
 * After a step that led to a breakpoint: stops there a second time as a run would have stopped, with
 * what QEMU does then (the clock, see target_exact_steps). Nothing is executed.
 */
struct error *target_stop_again(struct target *target, struct stop_event *ret);
/*
 * After a stop by an interrupt: *ret is a STOP_WATCHPOINT when the instruction before it accessed what is watched. QEMU
 * then says only that it was interrupted, and keeps the access in mind for its next stop: if the guest ran on, any
 * access to that page would be taken for one to the watched place, or end QEMU under -icount ("Raised interrupt while
 * not in I/O function"). The guest is stopped where it is once more, with what that does to its clock.
 */
struct error *target_uncover(struct target *target, struct stop_event *ret);

/* The guest was changed behind our back (loadvm): nothing that was read of it holds any more. */
void target_forget(struct target *target);

/*
 * Another stub on fd takes the place of the one that has gone, with no breakpoints or watchpoints.
 * The target stays where it is. Errors of target_open(); fd is taken in any case.
 */
struct error *target_reopen(struct target *target, int fd);

/* Removes every breakpoint and watchpoint of a guest that stands; nothing of one that runs. */
struct error *target_clear(struct target *target);

/*
 * Removes every breakpoint and lets the guest go its own way: it runs on with no debugger. The
 * session is good for target_close() only.
 */
struct error *target_detach(struct target *target);

/*
 * Runs a command of QEMU's monitor (qRcmd) and returns its text, NUL-terminated, owned by the
 * caller; *ret is NULL when the stub has no monitor.
 */
struct error *target_monitor(struct target *target, const char *command, char **ret);

/* For a front door that speaks the protocol itself ---------------------------------------------- */

#define TARGET_REGISTER_MAX 64 /* bytes */

struct target_register {
    const char *name;          /* in target.xml; the target's */
    unsigned int size, offset; /* bytes, and where in a g reply */
};

/* The register of that number in target.xml; false when there is none. */
bool target_register(const struct target *target, unsigned int number, struct target_register *ret);
/*
 * Hands a request that changes nothing (g, p, qXfer:features) to the stub; *ret is the reply's body,
 * E replies and empty ones included, with a NUL behind it; the caller frees it.
 */
struct error *target_forward(struct target *target, const char *request, char **ret,
                             size_t *ret_length);
/* Writes a register as wide as it is, in hex digits of the guest's byte order. */
struct error *target_write_raw(struct target *target, unsigned int number, const char *digits);

#endif
