/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image_name.h"

#include <stddef.h>
#include <string.h>

#include "resolve.h"
#include "text.h"

#define VMLINUZ "/vmlinuz"
#define LINUX   "linux/"

/* Those of the Makefile, and the kernels that demo/demo.mk fetches: as they are, and under our stub. */
static const char *const names[] = {
    "teaching",    "teaching32", "linux/cloud",         "linux/cloud/vmlinuz",
    "linux/amd64", "linux/rt",   "linux/amd64/vmlinuz", "linux/rt/vmlinuz",
};
#define NAMES_COUNT (sizeof names / sizeof *names)

static bool is_vmlinuz(const char *name)
{
    size_t length = strlen(name), suffix = sizeof VMLINUZ - 1;

    return length > suffix && strcmp(name + length - suffix, VMLINUZ) == 0;
}

char *image_name_file(const char *name)
{
    return text_new(is_vmlinuz(name) ? "%s" : "%s.bzImage", name);
}

char *image_name_target(const char *name)
{
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        if (strncmp(name, LINUX, sizeof LINUX - 1) != 0)
            return text_new("build"); /* the target of everything that needs no download */
        return text_new(is_vmlinuz(name) ? "build/%s" : "build/%s.bzImage", name);
    }
    return NULL;
}

const char *image_name_near(const char *name)
{
    const char *near = NULL;
    unsigned int least = 4;

    for (size_t i = 0; i < NAMES_COUNT; i++) {
        unsigned int distance = resolve_distance(name, strlen(name), names[i], strlen(names[i]),
                                                 least - 1);

        if (distance < least) {
            least = distance;
            near = names[i];
        }
    }
    return near;
}
