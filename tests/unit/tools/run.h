/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a program in an empty folder of its own and looks at what it leaves there. */
#ifndef BOOTSCOPE_TESTS_TOOLS_RUN_H
#define BOOTSCOPE_TESTS_TOOLS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run {
    int status;        /* exit status; -1: killed */
    char errors[2048]; /* what it wrote to stderr */
};

/* How to run it; all zero is plain. */
struct run_options {
    const char *path;  /* PATH for the child */
    size_t file_limit; /* RLIMIT_FSIZE, with SIGXFSZ ignored: a full disk; 0: none */
};

/* Runs argv (NULL at its end). Fails the test when it cannot. */
struct run run_program(const char *const argv[], const struct run_options *options);

/* Around a test: makes a folder under /tmp and sets TMPDIR to it; removes it with its files. */
int set_up(void **state);
int tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* A path in that folder; the text lives until sixteen calls later. */
const char *in_folder(const char *name);

/* How many entries the folder has. */
size_t count_folder(void);

/* The whole file, malloc()ed; fails the test when it cannot be read. */
uint8_t *load_file(const char *path, size_t *ret_size);
void store_file(const char *path, const void *data, size_t size);

/* Exit status 2, one line on stderr that begins with "PROGRAM: " and contains reason. */
void assert_refused(const struct run *run, const char *program, const char *reason);

#endif
