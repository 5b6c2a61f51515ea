/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QEMU that has ended as a test says, behind what qemu.h tells of an end. */
#ifndef BOOTSCOPE_TESTS_FAKE_QEMU_H
#define BOOTSCOPE_TESTS_FAKE_QEMU_H

#include "qemu.h"

struct qemu {
    enum qemu_end state;
    bool triple_fault;
    int exit_status, signal;
    const char *console, *stderr_text; /* NULL: "" */
};

#endif
