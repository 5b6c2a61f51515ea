/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * peak KIB COMMAND [ARGUMENT...]: runs the command and fails with status 99 when its own resident
 * memory was ever above KIB; says what it was on stderr. Processes that the command starts do not
 * count, so getrusage() will not do: its figure is the largest of all. The command is held at its
 * exit instead, where the kernel still has its high-water mark in /proc.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_ABOVE  99
#define STATUS_BROKEN 98

static void die(const char *what)
{
    fprintf(stderr, "peak: %s: %s\n", what, strerror(errno));
    exit(STATUS_BROKEN);
}

static long high_water(pid_t pid)
{
    char path[64], line[256];
    long kib = -1;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        die(path);
    while (kib < 0 && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "VmHWM: %ld", &kib) != 1)
            kib = -1;
    }
    fclose(file);
    return kib;
}

static pid_t start(char **arguments)
{
    pid_t pid = fork();

    if (pid < 0)
        die("fork");
    if (pid > 0)
        return pid;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        die("ptrace");
    execvp(arguments[0], arguments);
    die(arguments[0]);
    return -1;
}

/* Lets the process go on from each stop; *ret_kib is its high-water mark at its exit. */
static int follow(pid_t pid, long *ret_kib)
{
    int status, pass_on = 0;

    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        int signal = WSTOPSIG(status);

        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
            *ret_kib = high_water(pid);
        /* The first trap is the exec; one with an event is ptrace's own; the rest is the command's. */
        pass_on = signal == SIGTRAP ? 0 : signal;
        if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL) < 0 ||
            ptrace(PTRACE_CONT, pid, NULL, (long)pass_on) < 0)
            die("ptrace");
    }
    return status;
}

int main(int argc, char **argv)
{
    long limit = argc > 2 ? atol(argv[1]) : 0, kib = -1;

    if (limit <= 0) {
        fprintf(stderr, "usage: peak KIB COMMAND [ARGUMENT...]\n");
        return STATUS_BROKEN;
    }
    int status = follow(start(argv + 2), &kib);
    fprintf(stderr, "peak: %ld KiB\n", kib);
    if (kib < 0 || !WIFEXITED(status))
        return STATUS_BROKEN;
    return kib > limit ? STATUS_ABOVE : WEXITSTATUS(status);
}
