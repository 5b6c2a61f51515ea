/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "mkimage.h"

extern char **environ;

/* Files of the temporary directory. Every one is listed for removal before it can exist. */
enum { FILE_PAYLOAD, FILE_SOURCE, FILE_OBJECT, FILE_ELF, FILE_LOG, FILE_COUNT };
static const char *const file_names[FILE_COUNT] = {"payload.gz", "piggy.S", "piggy.o", "stub.elf",
                                                   "messages"};

struct workshop {
    char directory[PATH_MAX];
    char files[FILE_COUNT][PATH_MAX];
};

static bool open_workshop(struct workshop *shop, struct failure *why)
{
    const char *parent = getenv("TMPDIR");
    if (!parent || !*parent)
        parent = "/tmp";
    int length = snprintf(shop->directory, sizeof(shop->directory), "%s/mkimage.XXXXXX", parent);
    /* Room for the longest file name after it. */
    if (length < 0 || (size_t)length + 16 >= sizeof(shop->directory))
        return fail(why, "%s: file name too long", parent);
    if (!mkdtemp(shop->directory))
        return fail_errno(why, parent);
    bool listed = cleanup_add(shop->directory) >= 0;
    for (int i = 0; i < FILE_COUNT; i++) {
        char *file = stpcpy(shop->files[i], shop->directory);
        *file++ = '/';
        strcpy(file, file_names[i]);
        listed = listed && cleanup_add(shop->files[i]) >= 0;
    }
    return listed || fail(why, "%s: too many temporary files", shop->directory);
}

/* Puts the first thing that a program complained about after the message; warnings come before. */
static void add_complaint(const char *log, struct failure *why)
{
    char line[512] = "";
    FILE *file = fopen(log, "re");
    if (!file)
        return;
    while (fgets(line, sizeof(line), file) && strstr(line, "warning: "))
        ;
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    if (line[0]) {
        struct failure first = *why;
        failure_set(why, "%.400s: %s", first.text, line);
    }
}

static bool wait_for(pid_t child, const char *program, const char *log, struct failure *why)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail_errno(why, program);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        failure_set(why, "%s: killed by signal %d", program, WTERMSIG(status));
    else
        failure_set(why, "%s: exit status %d", program, WEXITSTATUS(status));
    add_complaint(log, why);
    return false;
}

/* Runs a program found on PATH; what it says goes to the log. */
static bool run(const struct workshop *shop, const char *const argv[], struct failure *why)
{
    const char *log = shop->files[FILE_LOG];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t child;
    int error = posix_spawnp(&child, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        errno = error;
        return fail_errno(why, argv[0]);
    }
    return wait_for(child, argv[0], log, why);
}

static bool assemble(const struct workshop *shop, unsigned int bits, struct failure *why)
{
    const char *const argv[] = {"as",
                                bits == 32 ? "--32" : "--64",
                                "-I",
                                shop->directory,
                                "-o",
                                shop->files[FILE_OBJECT],
                                shop->files[FILE_SOURCE],
                                NULL};
    return run(shop, argv, why);
}

static bool link_parts(const struct workshop *shop, const char *stub, unsigned int bits,
                       struct failure *why)
{
    char script[PATH_MAX], object[PATH_MAX];
    if (snprintf(script, sizeof(script), "%s/stub.lds", stub) >= (int)sizeof(script) ||
        snprintf(object, sizeof(object), "%s/stub.o", stub) >= (int)sizeof(object))
        return fail(why, "%s: file name too long", stub);
    /* ld would name them too, in more words and with the temporary directory in them. */
    if (access(script, R_OK) != 0)
        return fail_errno(why, script);
    if (access(object, R_OK) != 0)
        return fail_errno(why, object);
    const char *const argv[] = {"ld",
                                "-m",
                                bits == 32 ? "elf_i386" : "elf_x86_64",
                                "-pie",
                                "--no-dynamic-linker",
                                "-z",
                                "noexecstack",
                                "--build-id=sha1",
                                "-T",
                                script,
                                object,
                                shop->files[FILE_OBJECT],
                                "-o",
                                shop->files[FILE_ELF],
                                NULL};
    return run(shop, argv, why);
}

bool link_stub(const char *stub, unsigned int bits, const struct bytes *piggy_source,
               const struct bytes *compressed, struct bytes *ret, struct failure *why)
{
    struct workshop shop = {0};
    bool ok = open_workshop(&shop, why) &&
              write_file(shop.files[FILE_PAYLOAD], compressed->data, compressed->size, why) &&
              write_file(shop.files[FILE_SOURCE], piggy_source->data, piggy_source->size, why) &&
              assemble(&shop, bits, why) && link_parts(&shop, stub, bits, why) &&
              read_file(shop.files[FILE_ELF], ret, why);
    cleanup_run();
    return ok;
}
