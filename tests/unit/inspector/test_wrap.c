/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of wrap: what is packed, the packer's process and its words, the staging folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "group_folder.h"
#include "outcome.h"
#include "packer.h"
#include "progress.h"
#include "staging.h"
#include "wrap.h"

/* An error of any kind. */
static void expect(struct error *err, const char *part)
{
    assert_non_null(err);
    bad(one_line(err), error_kind(err), part);
}

static char *inside(const char *name)
{
    char *path;

    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static char *image_around(const char *name, const struct blob *kernel)
{
    struct blob payload = pack_payload(CODEC_LZ4, kernel);
    struct blob blob = synth_image(&payload);
    char *path = write_blob(folder, name, &blob);

    blob_free(&payload);
    blob_free(&blob);
    return path;
}

static struct image *open_around(const struct blob *kernel)
{
    char *path = image_around("image", kernel);
    struct image *image = NULL;

    assert_null(image_open(path, &image));
    assert_null(image_unpack(image, NULL, NULL));
    free(path);
    return image;
}

static void test_payload_is_the_images_own(void **state)
{
    struct blob kernel = synth_kernel(true);
    struct image *image = open_around(&kernel);
    struct scratch *payload;

    (void)state;
    assert_null(wrap_payload(image, &payload));
    assert_int_equal(payload->size, kernel.size);
    assert_memory_equal(payload->bytes, kernel.data, kernel.size);
    scratch_free(payload);
    image_close(image);
    blob_free(&kernel);
}

/* The stub walks three lists: a table of two must become the one that has the same sites in three. */
static void test_missing_inverse_list_becomes_an_empty_one(void **state)
{
    static const uint32_t abs64[] = SYNTH_ABS64, abs32[] = SYNTH_ABS32;
    struct blob kernel = synth_kernel(false), expected = synth_elf(4 * (3 + 3 + 4));
    struct image *image = open_around(&kernel);
    struct scratch *payload;
    size_t at = put_sites(&expected, SYNTH_ELF_SIZE, SYNTH_DATA, abs64, 3);

    (void)state;
    at = put_sites(&expected, at, 0, NULL, 0);
    put_sites(&expected, at, SYNTH_TEXT, abs32, 4);
    assert_null(wrap_payload(image, &payload));
    assert_int_equal(payload->size, expected.size);
    assert_memory_equal(payload->bytes, expected.data, expected.size);
    scratch_free(payload);
    image_close(image);
    blob_free(&kernel);
    blob_free(&expected);
}

static void test_kernel_without_relocations_is_refused(void **state)
{
    struct blob kernel = synth_elf(0);
    struct image *image = open_around(&kernel);
    struct scratch *payload;

    (void)state;
    expect(wrap_payload(image, &payload), "no relocation table");
    image_close(image);
    blob_free(&kernel);
}

static void test_outputs_that_would_do_harm(void **state)
{
    struct blob kernel = synth_kernel(true);
    char *path = image_around("vmlinuz", &kernel);
    char *link_path = inside("link");
    struct wrap_options options = {.vmlinuz = path, .output = path};

    (void)state;
    expect(wrap_run(&options), "is the kernel itself");
    assert_int_equal(link(path, link_path), 0);
    options.output = link_path;
    expect(wrap_run(&options), "is the kernel itself");
    options.output = folder;
    expect(wrap_run(&options), "no regular file");
    options.output = "/dev/full";
    expect(wrap_run(&options), "/dev/full: exists and is no regular file");
    free(path);
    free(link_path);
    blob_free(&kernel);
}

static void hear(struct packer_ear *ear, const char *text)
{
    /* Byte by byte: a read may end anywhere. */
    for (; *text; text++)
        packer_hear(ear, text, 1);
}

static void test_bars_and_words_are_told_apart(void **state)
{
    struct packer_ear ear = {0};
    char *shown;
    size_t size;

    (void)state;
    ear.terminal = open_memstream(&shown, &size);
    hear(&ear, "\rpacking 10%\rpacking 20%\r\033[Kmkimage: disk K full\nmore\n");
    fclose(ear.terminal);
    assert_string_equal(shown, "\rpacking 10%\rpacking 20%\r\033[K");
    assert_string_equal(ear.said, "mkimage: disk K full\nmore\n");
    free(shown);

    ear = (struct packer_ear){0};
    for (int i = 0; i < 1000; i++)
        hear(&ear, "long ");
    assert_int_equal(strlen(ear.said), sizeof(ear.said) - 1);
}

/* A stand-in for mkimage that runs this shell text; its arguments are mkimage's. */
static struct error *run_packer(const char *shell, volatile pid_t *child)
{
    struct blob text = {NULL, 0};
    char *script;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    text.size = (size_t)asprintf((char **)&text.data, "#!/bin/sh\ncd '%s'\n%s\n", folder, shell);
    script = write_blob(folder, "fake", &text);
    chmod(script, 0755);
    struct packer_job job = {
        .program = script,
        .stub_folder = "STUB",
        .payload_fd = fd,
        .pref_address = 0x1000000,
        .alignment = 0x200000,
        .version = "6.1 with blanks",
        .image = "IMAGE",
        .elf = "ELF",
    };
    struct error *err = packer_run(&job, child);
    close(fd);
    free(script);
    free(text.data);
    return err;
}

static void test_packer_gets_its_arguments_and_the_payload(void **state)
{
    volatile pid_t child = 0;

    (void)state;
    assert_null(run_packer("printf '%s\\n' \"$@\" >arguments; cat \"$4\" >payload", &child));
    assert_int_equal(child, 0);
    char *path = inside("arguments");
    FILE *file = fopen(path, "r");
    char line[64];
    static const char *const words[] = {
        "--stub",    "STUB",        "--payload", NULL,        "--pref-address",
        "0x1000000", "--alignment", "0x200000",  "--version", "6.1 with blanks",
        "-o",        "IMAGE",       "--elf",     "ELF"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_non_null(fgets(line, sizeof(line), file));
        line[strcspn(line, "\n")] = '\0';
        if (words[i])
            assert_string_equal(line, words[i]);
    }
    assert_null(fgets(line, sizeof(line), file));
    fclose(file);
    free(path);
    path = inside("payload");
    struct stat copied, original;
    assert_int_equal(stat(path, &copied), 0);
    assert_int_equal(stat("/proc/self/exe", &original), 0);
    assert_int_equal(copied.st_size, original.st_size);
    free(path);
}

static void test_packers_complaint_is_the_error(void **state)
{
    volatile pid_t child = 0;

    (void)state;
    expect(run_packer("echo 'mkimage: FILE: the reason' >&2; echo second >&2; exit 1", &child),
           "mkimage: FILE: the reason");
    expect(run_packer("exit 3", &child), "mkimage: exit status 3");
    expect(run_packer("kill -9 $$", &child), "mkimage: killed by signal 9");
    assert_null(run_packer("echo 'a warning' >&2; exit 0", &child));
}

static void make_staged(const struct staging *staging)
{
    struct blob text = {(uint8_t *)(uintptr_t) "made", 4};

    free(write_blob(staging->folder, "image", &text));
    free(write_blob(staging->folder, "image.elf", &text));
}

static void test_staged_files_appear_together_or_not_at_all(void **state)
{
    char *target = inside("out"), *elf = inside("out.elf");
    struct staging *staging;

    (void)state;
    assert_null(staging_begin(target, &staging));
    make_staged(staging);
    staging_end(staging); /* never published */
    assert_int_equal(access(target, F_OK), -1);
    assert_int_equal(access(elf, F_OK), -1);

    assert_null(staging_begin(target, &staging));
    make_staged(staging);
    char *kept = strdup(staging->folder);
    assert_null(staging_publish(staging));
    staging_end(staging);
    assert_int_equal(access(target, F_OK), 0);
    assert_int_equal(access(elf, F_OK), 0);
    assert_int_equal(access(kept, F_OK), -1);
    free(kept);
    unlink(target);
    unlink(elf);

    assert_int_equal(mkdir(elf, 0700), 0); /* in the way of the symbols: then no image either */
    assert_null(staging_begin(target, &staging));
    make_staged(staging);
    expect(staging_publish(staging), "out.elf: exists and is no regular file");
    staging_end(staging);
    assert_int_equal(access(target, F_OK), -1);
    rmdir(elf);
    expect(staging_begin("/no/such/folder/out", &staging), "/no/such/folder/out: cannot be made");
    free(target);
    free(elf);
}

/* The folder and the packer are gone before the signal's victim is. */
static void test_signal_leaves_nothing_behind(void **state)
{
    char *target = inside("killed"), *sleeper = inside("sleeper");
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        struct staging *staging;
        if (staging_begin(target, &staging))
            _exit(1);
        make_staged(staging);
        pid_t child = fork();
        if (child == 0) {
            pause();
            _exit(0);
        }
        staging->child = child;
        FILE *file = fopen(sleeper, "w");
        fprintf(file, "%d", (int)child);
        fclose(file);
        raise(SIGTERM);
        _exit(2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    int sleeping = 0;
    FILE *file = fopen(sleeper, "r");
    assert_int_equal(fscanf(file, "%d", &sleeping), 1);
    fclose(file);
    assert_int_equal(kill(sleeping, 0), -1);
    char pattern[4096];
    snprintf(pattern, sizeof(pattern), "ls -d '%s'.* >/dev/null 2>&1", target);
    assert_int_not_equal(system(pattern), 0);
    free(target);
    free(sleeper);
}

static void test_progress_text(void **state)
{
    char text[100];

    (void)state;
    progress_format("unpacking", 0, 64 << 20, 2000, text, sizeof(text));
    assert_string_equal(text,
                        "unpacking [                                        ]   0%  0 B of 64 MiB");
    progress_format("unpacking", 32 << 20, 64 << 20, 2000, text, sizeof(text));
    assert_string_equal(
        text, "unpacking [####################                    ]  50%  32 MiB of 64 MiB");
    progress_format("unpacking", 99, 64, 2000, text, sizeof(text)); /* never above the whole */
    assert_non_null(strstr(text, "] 100%  64 B of 64 B"));
    progress_format("verifying", 5, 0, 2999, text, sizeof(text));
    assert_string_equal(text, "verifying, 2 s");
}

static void test_progress_is_silent_where_nobody_watches(void **state)
{
    char *shown;
    size_t size;
    FILE *stream = tmpfile();
    struct progress progress = progress_begin(stream, "unpacking");

    (void)state;
    progress.started -= 5000;
    progress_update(&progress, 1, 2);
    assert_int_equal(ftell(stream), 0);
    fclose(stream);

    stream = open_memstream(&shown, &size);
    progress.stream = stream;
    progress.terminal = true;
    progress_update(&progress, 1, 2);
    progress_update(&progress, 2, 2); /* too soon after the last */
    progress_end(&progress);
    fclose(stream);
    assert_non_null(strstr(shown, "50%"));
    assert_null(strstr(shown, "100%"));
    assert_string_equal(shown + size - 4, "\r\033[K");
    free(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_payload_is_the_images_own),
        cmocka_unit_test(test_missing_inverse_list_becomes_an_empty_one),
        cmocka_unit_test(test_kernel_without_relocations_is_refused),
        cmocka_unit_test(test_outputs_that_would_do_harm),
        cmocka_unit_test(test_bars_and_words_are_told_apart),
        cmocka_unit_test(test_packer_gets_its_arguments_and_the_payload),
        cmocka_unit_test(test_packers_complaint_is_the_error),
        cmocka_unit_test(test_staged_files_appear_together_or_not_at_all),
        cmocka_unit_test(test_signal_leaves_nothing_behind),
        cmocka_unit_test(test_progress_text),
        cmocka_unit_test(test_progress_is_silent_where_nobody_watches),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
