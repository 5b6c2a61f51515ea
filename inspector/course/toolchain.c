/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "elf_file.h"
#include "image.h"
#include "install.h"
#include "text_file.h"

#define FILE_NAME      "toolchain.txt"
#define FILE_BYTES_MAX 65536
#define FIRST_LINE                                                                                 \
    "# What made the outputs and numbers in the lessons. Written by make lessons-update.\n"

void toolchain_set(struct toolchain *toolchain, const char *name, const char *text)
{
    struct toolchain_line *line = NULL;

    for (size_t i = 0; i < toolchain->count && !line; i++)
        if (strcmp(toolchain->lines[i].name, name) == 0)
            line = &toolchain->lines[i];
    if (!line && toolchain->count == TOOLCHAIN_LINES_MAX)
        return;
    if (!line) {
        line = &toolchain->lines[toolchain->count++];
        line->name = span_copy((struct span){name, strlen(name)});
        line->text = NULL;
    }
    free(line->text);
    line->text = span_copy(span_trim((struct span){text, strlen(text)}));
}

const char *toolchain_find(const struct toolchain *toolchain, const char *name)
{
    for (size_t i = 0; i < toolchain->count; i++)
        if (strcmp(toolchain->lines[i].name, name) == 0)
            return toolchain->lines[i].text;
    return NULL;
}

void toolchain_clear(struct toolchain *toolchain)
{
    for (size_t i = 0; i < toolchain->count; i++) {
        free(toolchain->lines[i].name);
        free(toolchain->lines[i].text);
    }
    *toolchain = (struct toolchain){0};
}

/* Strings, a NUL behind each; the first is the compiler's. */
static struct error *read_comment(const struct elf_file *file, struct toolchain *ret)
{
    GElf_Shdr header;
    Elf_Scn *section = elf_file_section(file, ".comment", &header);
    const Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    char *text;

    if (!data || !data->d_buf || data->d_size == 0)
        return error_new(ERROR_INPUT, "no .comment section, which names the compiler");
    text = strndup(data->d_buf, data->d_size);
    if (!text)
        abort();
    toolchain_set(ret, "compiler", text);
    free(text);
    return NULL;
}

static struct error *ask_compiler(struct toolchain *ret)
{
    char *path = install_find("stub.elf");
    struct elf_file file;
    struct error *err;

    if (!path)
        return error_new(ERROR_INPUT, "stub.elf: not built, so its compiler is not known");
    err = elf_file_open(path, &file);
    if (!err) {
        err = read_comment(&file, ret);
        elf_file_close(&file);
    }
    err = error_context(err, "%s", path);
    free(path);
    return err;
}

static struct error *ask_qemu(struct toolchain *ret)
{
    FILE *stream = popen("exec qemu-system-x86_64 --version 2>/dev/null", "re");
    char line[256] = "";

    if (!stream || !fgets(line, sizeof(line), stream))
        line[0] = '\0';
    while (stream && fgetc(stream) != EOF)
        ;
    if (stream)
        pclose(stream);
    if (!*line)
        return error_new(ERROR_INPUT, "qemu-system-x86_64 --version says nothing");
    toolchain_set(ret, "qemu", line);
    return NULL;
}

struct error *toolchain_present(struct toolchain *ret)
{
    struct error *err;

    *ret = (struct toolchain){0};
    err = ask_compiler(ret);
    if (!err)
        err = ask_qemu(ret);
    if (err)
        toolchain_clear(ret);
    return err;
}

struct error *toolchain_add_image(struct toolchain *toolchain, const char *name, const char *path)
{
    struct image *image;
    struct error *err;

    /* Ours say what they are, not which they are; and the compiler has its own line. */
    if (strncmp(name, "linux/", 6) != 0)
        return NULL;
    err = image_open(path, &image);
    if (err)
        return err;
    if (image->version[0])
        toolchain_set(toolchain, name, image->version);
    image_close(image);
    return NULL;
}

static struct error *read_line(const char *path, unsigned int number, struct span line,
                               struct toolchain *ret)
{
    struct span name = {line.text, 0};
    char *key, *text;

    while (name.length < line.length && memcmp(line.text + name.length, ": ", 2) != 0)
        name.length++;
    if (name.length == line.length || name.length == 0)
        return error_new(ERROR_INPUT,
                         "%s:%u: no \"NAME: TEXT\"; make lessons-update writes it anew", path,
                         number);
    key = span_copy(name);
    text = span_copy((struct span){line.text + name.length + 2, line.length - name.length - 2});
    toolchain_set(ret, key, text);
    free(key);
    free(text);
    return NULL;
}

static struct error *read_lines(const char *path, const char *text, struct toolchain *ret)
{
    struct error *err = NULL;

    for (unsigned int number = 1; !err && *text; number++) {
        size_t length = strcspn(text, "\n");

        if (*text != '#' && !span_is_blank((struct span){text, length}))
            err = read_line(path, number, (struct span){text, length}, ret);
        text += length + (text[length] == '\n');
    }
    return err;
}

static char *file_path(const char *lessons)
{
    char *path;

    if (asprintf(&path, "%s/" FILE_NAME, lessons) < 0)
        abort();
    return path;
}

struct error *toolchain_read(const char *lessons, struct toolchain *ret)
{
    char *path = file_path(lessons), *text = NULL;
    struct error *err = NULL;
    size_t length;

    *ret = (struct toolchain){0};
    if (text_file_exists(path))
        err = text_file_read(path, FILE_BYTES_MAX, &text, &length);
    if (!err && text)
        err = read_lines(path, text, ret);
    if (err)
        toolchain_clear(ret);
    free(text);
    free(path);
    return err;
}

static int by_name(const void *a, const void *b)
{
    const struct toolchain_line *left = a, *right = b;

    return strcmp(left->name, right->name);
}

struct error *toolchain_write(const char *lessons, const struct toolchain *toolchain)
{
    struct toolchain sorted = *toolchain;
    char *path = file_path(lessons), *text;
    struct error *err;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        abort();
    qsort(sorted.lines, sorted.count, sizeof(sorted.lines[0]), by_name);
    fputs(FIRST_LINE, out);
    for (size_t i = 0; i < sorted.count; i++)
        fprintf(out, "%s: %s\n", sorted.lines[i].name, sorted.lines[i].text);
    fclose(out);
    err = text_file_write(path, text, length, NULL);
    free(text);
    free(path);
    return err;
}

char *toolchain_difference(const struct toolchain *recorded, const struct toolchain *now)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct toolchain_line *line = &now->lines[i];
        const char *then = toolchain_find(recorded, line->name);
        char *sentence;

        if (!then || strcmp(then, line->text) == 0)
            continue;
        if (asprintf(&sentence, "%s is %s, not %s", line->name, line->text, then) < 0)
            abort();
        return sentence;
    }
    return NULL;
}
