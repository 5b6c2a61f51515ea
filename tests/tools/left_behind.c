/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * left-behind SIGNAL TEXT COMMAND...: starts COMMAND, waits for a line of its output with TEXT in
 * it, kills it by SIGNAL, and sees whether its child processes end as well. Prints what became of
 * each; exit status 0 when there was at least one and all are gone, 1 when not, 2 when it did not
 * come to that.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_BROKEN  2
#define PATIENCE_MS  10000 /* a safety net: the end of a process is waited for, not slept for */
#define PATIENCE_S   60    /* for the line */
#define CHILDREN_MAX 8
#define NAME_MAX_    32

struct child {
    pid_t pid;
    int pidfd;
    char name[NAME_MAX_];
};

_Noreturn static void broken(const char *what)
{
    fprintf(stderr, "left-behind: %s: %s\n", what, strerror(errno));
    exit(EXIT_BROKEN);
}

static int signal_number(const char *name)
{
    for (int i = 1; i < NSIG; i++) {
        const char *known = sigabbrev_np(i);

        if (known && strcmp(known, name) == 0)
            return i;
    }
    fprintf(stderr, "left-behind: %s: no such signal\n", name);
    exit(EXIT_BROKEN);
}

static pid_t start(char **command, FILE **ret_output)
{
    int fds[2];

    if (pipe(fds) < 0)
        broken("pipe");
    pid_t pid = fork();
    if (pid < 0)
        broken("fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        execvp(command[0], command);
        broken(command[0]);
    }
    close(fds[1]);
    *ret_output = fdopen(fds[0], "r");
    if (!*ret_output)
        broken("fdopen");
    return pid;
}

static void await_line(FILE *output, const char *text)
{
    char line[4096];

    alarm(PATIENCE_S);
    while (fgets(line, sizeof(line), output)) {
        if (strstr(line, text)) {
            alarm(0);
            return;
        }
    }
    fprintf(stderr, "left-behind: the output ends without a line with \"%s\"\n", text);
    exit(EXIT_BROKEN);
}

static void name_child(struct child *child)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/comm", (int)child->pid);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(child->name, sizeof(child->name), file))
        broken(path);
    child->name[strcspn(child->name, "\n")] = '\0';
    fclose(file);
}

/* The program has one thread, so one list of children is all there is. */
static int find_children(pid_t pid, struct child *ret)
{
    char path[64];
    int count = 0, child;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        broken(path);
    while (count < CHILDREN_MAX && fscanf(file, "%d", &child) == 1) {
        ret[count] = (struct child){.pid = child, .pidfd = (int)syscall(SYS_pidfd_open, child, 0)};
        if (ret[count].pidfd < 0)
            broken("pidfd_open");
        name_child(&ret[count++]);
    }
    fclose(file);
    return count;
}

/* A descriptor of a process becomes readable when it ends, whoever reaps it. */
static bool gone(const struct child *child)
{
    struct pollfd wait = {.fd = child->pidfd, .events = POLLIN};
    int ready;

    do {
        ready = poll(&wait, 1, PATIENCE_MS);
    } while (ready < 0 && errno == EINTR);
    return ready == 1;
}

int main(int argc, char **argv)
{
    struct child children[CHILDREN_MAX];
    FILE *output;
    int left = 0, status;

    if (argc < 4) {
        fprintf(stderr, "usage: left-behind SIGNAL TEXT COMMAND...\n");
        return EXIT_BROKEN;
    }
    int number = signal_number(argv[1]);
    pid_t pid = start(argv + 3, &output);
    await_line(output, argv[2]);
    int count = find_children(pid, children);
    if (kill(pid, number) < 0 || waitpid(pid, &status, 0) < 0)
        broken("kill");

    for (int i = 0; i < count; i++) {
        bool ended = gone(&children[i]);

        printf("%s %s\n", children[i].name, ended ? "is gone" : "is left behind");
        if (!ended) {
            kill(children[i].pid, SIGKILL);
            left++;
        }
    }
    if (count == 0)
        printf("there was no child process\n");
    return left > 0 || count == 0;
}
