/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first and only process of the demo's initramfs. It says that userspace was reached, tells
 * what the running kernel itself believes about where it is (so that the stub's markers and the
 * inspector's deltas can be held against a third witness), and ends the guest through
 * isa-debug-exit, as the teaching kernel does.
 */
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layout.h"

/* Prints the lines of a file that contain text, with a label. */
static void show(const char *label, const char *path, const char *text)
{
    char line[512];
    FILE *file = fopen(path, "r");

    if (!file)
        return;
    while (fgets(line, sizeof(line), file)) {
        if (!strstr(line, text))
            continue;
        line[strcspn(line, "\n")] = '\0';
        printf("%s: %s\n", label, line + strspn(line, " "));
        break;
    }
    fclose(file);
}

int main(void)
{
    mkdir("/proc", 0555);
    if (mount("proc", "/proc", "proc", 0, NULL) == 0) {
        show("init: kernel", "/proc/version", "Linux");
        show("init: physical", "/proc/iomem", "Kernel code");
        show("init: virtual", "/proc/kallsyms", " _text\n");
    }
    puts("init: userspace reached");
    fflush(stdout);
    sync();
    if (ioperm(DEBUG_EXIT_PORT, 4, 1) == 0)
        outl(TEACHING_PASS, DEBUG_EXIT_PORT);
    /* No such device: switch the machine off instead. */
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}
