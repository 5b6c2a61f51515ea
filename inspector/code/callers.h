/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the code around a call tells: whether a number can be the return address of a call that led
 * to a place, and what text was handed over.
 */
#ifndef BOOTSCOPE_CODE_CALLERS_H
#define BOOTSCOPE_CODE_CALLERS_H

#include "functions.h"

/* A call instruction; link addresses. */
struct call_found {
    uint64_t call;
    bool direct;     /* else through a register or memory */
    uint64_t target; /* with direct */
};

/*
 * Whether a call ends at return_address, and what it calls leads to place without a return: the place
 * is an instruction of the called function. Of a call through a register that cannot be told, and is
 * taken for granted.
 */
bool call_leads_to(struct functions *functions, uint64_t return_address, uint64_t place,
                   struct call_found *ret);

/*
 * The address constant that is loaded last before the call, on the straight way to it, into the
 * register of the first argument: of 64-bit code a rip-relative lea of rdi, with no other call in
 * between; of 16-bit code (-mregparm) a mov to eax, also for a call before that one. False: none.
 */
bool caller_text_address(const struct code *code, uint64_t call, uint64_t *ret);

/*
 * The register that keeps the first argument (rdi) of a function: one that calls preserve, which rdi is
 * copied to on the straight way from function to place, and which nothing else writes there.
 * False: none. *ret is one of rbx, rbp, r12 to r15.
 */
bool saved_argument(const struct code *code, uint64_t function, uint64_t place, enum insn_gpr *ret);

#endif
