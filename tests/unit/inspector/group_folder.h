/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder that all tests of a program share: made before the first, removed after the last. */
#ifndef BOOTSCOPE_TESTS_GROUP_FOLDER_H
#define BOOTSCOPE_TESTS_GROUP_FOLDER_H

#include "synthetic.h"

static char *folder;

static inline int set_up(void **state)
{
    (void)state;
    folder = make_folder();
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

#endif
