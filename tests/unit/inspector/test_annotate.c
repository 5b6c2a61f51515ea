/* SPDX-License-Identifier: GPL-3.0-or-later */
/* annotate: what an instruction is about to touch, where a loop can be left, and how it is printed. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "annotate_code.h"
#include "annotate_file.h"
#include "annotate_loop.h"
#include "annotation.h"
#include "command.h"
#include "outcome.h"
#include "view_test.h"

#define AT 0x1000

static struct registers cpu(unsigned int bits)
{
    struct registers regs = {.hidden_known = true};

    regs.cr0 = bits == 16 ? 0x10 : bits == 32 ? CR0_PROTECTED : CR0_PAGED;
    regs.cr4 = CR4_WITH_PAE;
    regs.efer = bits == 64 ? EFER_LONG : 0;
    regs.segment[SEG_CS].attributes = bits == 64 ? SEGMENT_CODE64 : SEGMENT_CODE32;
    return regs;
}

static struct code decode(struct registers regs, const char *bytes, size_t length)
{
    struct decoder *decoder;
    struct code code;

    good(decoder_new(&decoder));
    good(decoder_bytes(decoder, &regs, AT, (const uint8_t *)bytes, length, &code));
    decoder_free(decoder);
    return code;
}
#define DECODE(regs, bytes) decode(regs, bytes, sizeof(bytes) - 1)

static void touches(const struct code *code, uint64_t address, unsigned int size, bool reads,
                    bool writes)
{
    assert_true(code->decoded);
    assert_int_equal(code->memory_count, 1);
    assert_int_equal(code->memory[0].address, address);
    assert_int_equal(code->memory[0].size, size);
    assert_int_equal(code->memory[0].reads, reads);
    assert_int_equal(code->memory[0].writes, writes);
}

static void operands(void **state)
{
    struct registers regs = cpu(32);

    (void)state;
    regs.gpr[RDI] = 0x5000;
    regs.gpr[RCX] = 3;
    struct code code = DECODE(regs, "\x89\x84\xcf\x00\x10\x00\x00");
    assert_string_equal(code.text, "movl %eax, 0x1000(%edi, %ecx, 8)");
    touches(&code, 0x6018, 4, false, true);
    code = DECODE(regs, "\x8b\x07"); /* mov (%edi), %eax */
    touches(&code, 0x5000, 4, true, false);
    code = DECODE(regs, "\x83\x07\x01"); /* addl $1, (%edi) */
    touches(&code, 0x5000, 4, true, true);
    code = DECODE(regs, "\x8d\x47\x04"); /* lea 4(%edi), %eax */
    assert_int_equal(code.memory_count, 0);
    code = DECODE(regs, "\xf3\xab"); /* rep stosl */
    assert_true(code.repeats);
    assert_int_equal(code.counter, 3);
    touches(&code, 0x5000, 4, false, true);
    /* 32-bit addresses wrap at 4 GiB */
    regs.gpr[RDI] = 0xfffffff0;
    code = DECODE(regs, "\x8b\x47\x20");
    touches(&code, 0x10, 4, true, false);
}

static void operands_of_other_modes(void **state)
{
    struct registers regs = cpu(64);

    (void)state;
    struct code code = DECODE(regs, "\x48\x8b\x05\x10\x00\x00\x00"); /* mov 0x10(%rip), %rax */
    touches(&code, AT + 7 + 0x10, 8, true, false);
    regs.segment[SEG_GS].base = 0x700000;
    regs.segment[SEG_DS].base = 0x900000; /* means nothing in this mode */
    regs.gpr[RAX] = 0x20;
    code = DECODE(regs, "\x65\x48\x89\x08"); /* mov %rcx, %gs:(%rax) */
    touches(&code, 0x700020, 8, false, true);
    code = DECODE(regs, "\x48\x89\x08");
    touches(&code, 0x20, 8, false, true);
    regs = cpu(16);
    regs.segment[SEG_DS].base = 0x10000;
    regs.segment[SEG_SS].base = 0x20000;
    regs.gpr[RBP] = 8;
    regs.gpr[RBX] = 0xfffe;
    code = DECODE(regs, "\x89\x46\x02"); /* mov %ax, 2(%bp) */
    touches(&code, 0x2000a, 2, false, true);
    code = DECODE(regs, "\x89\x47\x04"); /* mov %ax, 4(%bx): offsets wrap */
    touches(&code, 0x10002, 2, false, true);
}

static void kinds(void **state)
{
    struct registers regs = cpu(32);
    struct code code = DECODE(regs, "\x75\xfe"); /* jne . */

    (void)state;
    assert_true(code.jump && code.conditional && code.direct);
    assert_int_equal(code.target, AT);
    code = DECODE(regs, "\xeb\x10");
    assert_true(code.jump && !code.conditional);
    assert_int_equal(code.target, AT + 0x12);
    code = DECODE(regs, "\xe8\x00\x00\x00\x00");
    assert_true(code.call && code.direct && code.pushes);
    code = DECODE(regs, "\xff\xe0"); /* jmp *%eax */
    assert_true(code.jump && !code.direct);
    code = DECODE(regs, "\xc3");
    assert_true(code.ret);
    code = DECODE(regs, "\x6a\x08");
    assert_true(code.pushes && !code.call);
    code = DECODE(regs, "\x0f\x04");
    assert_false(code.decoded);
    assert_int_equal(code.size, 1);
}

static bool exits_of(const char *bytes, size_t length, uint64_t back, struct loop *ret)
{
    const struct registers regs = cpu(32);
    struct decoder *decoder;
    bool found;

    *ret = (struct loop){.start = AT, .end = AT + length};
    good(decoder_new(&decoder));
    good(loop_exits(decoder, &regs, (const uint8_t *)bytes, back, ret, &found));
    decoder_free(decoder);
    return found;
}
#define EXITS(bytes, back, loop) exits_of(bytes, sizeof(bytes) - 1, back, loop)

static void where_loops_end(void **state)
{
    struct loop loop;

    (void)state;
    /* incl %ecx; cmpl $4, %ecx; jb back */
    assert_true(EXITS("\x41\x83\xf9\x04\x72\xfa", 0, &loop));
    assert_int_equal(loop.exit_count, 1);
    assert_true(loop_left(&loop, AT + 6));
    assert_false(loop_left(&loop, AT));
    /* test %eax, %eax; je out; jmp back: falling through is no way */
    assert_true(EXITS("\x85\xc0\x74\x20\xeb\xfa", 0, &loop));
    assert_int_equal(loop.exit_count, 1);
    assert_int_equal(loop.exits[0], AT + 0x24);
    /* je inside; nop; dec %ecx; jne back */
    assert_true(EXITS("\x74\x01\x90\x49\x75\xfa", 0, &loop));
    assert_int_equal(loop.exit_count, 1);
    /* dec %ecx; jne over; ret; jmp back: it can be left to the caller, when that is known */
    assert_true(EXITS("\x49\x75\x01\xc3\xeb\xfa", 0x7000, &loop));
    assert_int_equal(loop.exits[0], 0x7000);
    assert_false(EXITS("\x49\x75\x01\xc3\xeb\xfa", 0, &loop));
    /* jmp . never ends; jmp *%eax may go anywhere; (bad) is no code */
    assert_true(EXITS("\xeb\xfe", 0, &loop));
    assert_int_equal(loop.exit_count, 0);
    assert_false(EXITS("\xff\xe0\x75\xfc", 0, &loop));
    assert_false(EXITS("\x0f\x04\x75\xfc", 0, &loop));
}

static void a_loop_with_too_many_ways_out(void **state)
{
    char bytes[2 * (LOOP_EXITS_MAX + 2)];
    struct loop loop;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i += 2) {
        bytes[i] = 0x74; /* je, each to another place behind */
        bytes[i + 1] = 0x7f;
    }
    assert_false(exits_of(bytes, sizeof(bytes), 0, &loop));
}

static struct annotation_entry *entry(struct annotation *annotation, const char *code,
                                      unsigned int line, const char *source)
{
    struct annotation_entry *added = annotation_add(annotation);

    added->address = 0x100000 + annotation->count;
    added->code = code ? strdup(code) : NULL;
    added->file = "stub/head_32.S";
    added->line = line;
    added->source = source;
    return added;
}

static void value(struct annotation_entry *to, enum annotation_what what, const char *name,
                  uint64_t address, uint64_t size, uint64_t now, const char *note)
{
    struct annotation_value one = {.what = what, .address = address, .size = size};

    snprintf(one.name, sizeof(one.name), "%s", name);
    snprintf(one.note, sizeof(one.note), "%.79s", note);
    one.before = known(0);
    one.now = known(now);
    annotation_value(to, &one);
}

static void sample(struct annotation *annotation)
{
    struct annotation_entry *added;

    annotation_init(annotation);
    strcpy(annotation->from, "one");
    strcpy(annotation->to, "two");
    annotation->complete = true;
    annotation->instructions = known(12345);
    annotation->stepped = 3;
    added = entry(annotation, "popl %ebp", 81, "1:\tpopl\t%ebp");
    value(added, ANNOTATED_REGISTER, "ebp", 0, 0, 0x100085, "startup_32+0x85");
    added = entry(annotation, "rep stosl %eax, %es:(%edi)", 182, "rep stosl");
    added->kind = ANNOTATED_REPEAT;
    added->times = 6144;
    value(added, ANNOTATED_FILL, "", 0x5000, 0x6000, 0, "");
    value(added, ANNOTATED_REGISTER, "ecx", 0, 0, 0, "");
    added = entry(annotation, "jb 0x1004aa", 194, "jb 1b");
    added->conditional = added->taken = true;
    strcpy(added->target, "build+0x1d");
    added = entry(annotation, "jne 0x10061b", 195, "jnz no_longmode");
    added->conditional = true;
    added = entry(annotation, NULL, 190, "1:");
    added->kind = ANNOTATED_LOOP;
    added->times = 2047;
    added->instructions = known(10235);
    value(added, ANNOTATED_FLAGS, "eflags", 0, 0, 0x44, "PF ZF");
    added = entry(annotation, NULL, 200, "call f");
    added->kind = ANNOTATED_CALL;
    added->depth = 1;
    strcpy(added->target, "f");
    value(added, ANNOTATED_WRITE, "", 0x7000, 4, 0x100085, "startup_32+0x85");
}

static void as_text(void **state)
{
    struct annotation annotation;
    const char *const parts[] = {
        "one to two: 12,345 instructions, 3 of them one by one\n",
        "stub/head_32.S:81",
        "ebp=0x100085 (startup_32+0x85)",
        "rep stosl %eax, %es:(%edi)  (6,144 times)",
        "[0x5000, 0xb000)=0x0 ...",
        "-> build+0x1d\n",
        "not taken\n",
        "... from here 2,047 more times (10,235 instructions), ending with",
        "flags PF ZF",
        "... f ",
        "[0x7000]=0x100085 (startup_32+0x85) was 0x0",
    };

    (void)state;
    sample(&annotation);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        view_has(VIEW_TEXT(annotation_text, &annotation), parts[i]);
    annotation_free(&annotation);
}

/* Names and lines of any length, at any depth: the page stays as wide as it is. */
static void wide_things(void **state)
{
    char wide[180];
    struct annotation annotation;

    (void)state;
    annotation_init(&annotation);
    for (unsigned int i = 0; i < 60; i++) {
        memset(wide, 'w', sizeof(wide));
        wide[i * 3] = '\0';
        struct annotation_entry *added = entry(&annotation, wide, 4000000000U + i, strdup(wide));
        added->depth = i;
        added->taken = i % 2;
        snprintf(added->target, sizeof(added->target), "%.79s", wide);
        for (unsigned int j = 0; j < 4; j++)
            value(added, (enum annotation_what)(j + 1), "eflags", UINT64_MAX, i, UINT64_MAX, wide);
    }
    free(VIEW_TEXT(annotation_text, &annotation));
    for (size_t i = 0; i < annotation.count; i++)
        free((char *)(uintptr_t)annotation.entries[i].source);
    annotation_free(&annotation);
}

static char *markdown(const struct annotation *annotation)
{
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);

    annotation_markdown(annotation, stream);
    fclose(stream);
    return out;
}

static size_t times_in(const char *text, const char *part)
{
    size_t count = 0;

    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void as_markdown(void **state)
{
    struct annotation annotation;

    (void)state;
    sample(&annotation);
    char *text = markdown(&annotation);
    assert_int_equal(times_in(text, "\n# "), 0);
    assert_int_equal(strncmp(text, "# one to two\n", 13), 0);
    assert_int_equal(times_in(text, "\n## stub/head_32.S\n"), 1);
    assert_int_equal(times_in(text, "\n```text\n"), 1);
    assert_int_equal(times_in(text, "\n```\n"), 1);
    free(text);
    /* What would end the fence early makes it longer. */
    annotation.entries[0].source = "````";
    text = markdown(&annotation);
    assert_int_equal(times_in(text, "\n`````text\n"), 1);
    assert_int_equal(times_in(text, "\n`````\n"), 1);
    free(text);
    annotation_free(&annotation);
}

static void as_json(void **state)
{
    struct annotation annotation;

    (void)state;
    sample(&annotation);
    for (size_t i = 1; i < annotation.count; i++) {
        free(annotation.entries[i].code);
        free(annotation.entries[i].values);
    }
    annotation.count = 1;
    view_json(annotation_json(&annotation),
              "{\"complete\":true,\"entries\":[{\"address\":\"0x100001\",\"changed\":{\"ebp\":"
              "{\"before\":\"0x0\",\"name\":\"startup_32+0x85\",\"now\":\"0x100085\"}},\"code\":"
              "\"popl %ebp\",\"depth\":0,\"instructions\":null,\"kind\":\"step\",\"memory\":[],"
              "\"source\":{\"file\":\"stub/head_32.S\",\"line\":81,\"text\":\"1:\\tpopl\\t%ebp\"},"
              "\"target\":null,\"times\":null}],\"from\":\"one\",\"instructions\":12345,"
              "\"stepped\":3,\"to\":\"two\"}");
    annotation_free(&annotation);
}

static size_t files_in(const char *folder)
{
    DIR *directory = opendir(folder);
    size_t count = 0;

    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2;
}

static void as_a_file(void **state)
{
    char folder[] = "/tmp/bootscope-annotate.XXXXXX", path[64], inside[64];
    struct annotation annotation;
    struct stat status;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/out.md", folder);
    sample(&annotation);
    good(annotate_file_check(path));
    assert_int_equal(files_in(folder), 0);
    good(annotate_file_write(path, &annotation));
    good(annotate_file_write(path, &annotation)); /* in place of the one that is there */
    assert_int_equal(files_in(folder), 1);
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size > 100);
    bad_input(annotate_file_check(folder), "not a regular file");
    snprintf(inside, sizeof(inside), "%s/none/out.md", folder);
    bad_input(annotate_file_check(inside), "No such file");
    bad(annotate_file_write(inside, &annotation), ERROR_SYSTEM, "none/out.md");
    /* A folder in the file's place: nothing else stays behind. */
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    bad(annotate_file_write(path, &annotation), ERROR_SYSTEM, "out.md");
    assert_int_equal(files_in(folder), 1);
    rmdir(path);
    rmdir(folder);
    annotation_free(&annotation);
}

/* Who may not write files is told so before the guest is asked for anything. */
static void where_no_files_are_written(void **state)
{
    const struct command *command = commands_find("annotate");
    struct environment environment = {.may_write_files = false};
    struct command_line line = {.name = "annotate", .count = 2, .words = {"-o", "/tmp/x.md"}};

    (void)state;
    bad_input(command->run(&environment, &line), "-o is not allowed here");
    environment.may_write_files = true;
    line.words[1] = "/nowhere/x.md";
    bad_input(command->run(&environment, &line), "/nowhere/x.md: No such file");
    line.count = 1;
    bad_input(command->run(&environment, &line), "-o wants a FILE");
    line.words[0] = "--depth";
    bad_input(command->run(&environment, &line), "--depth wants a number up to 64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands),
        cmocka_unit_test(operands_of_other_modes),
        cmocka_unit_test(kinds),
        cmocka_unit_test(where_loops_end),
        cmocka_unit_test(a_loop_with_too_many_ways_out),
        cmocka_unit_test(as_text),
        cmocka_unit_test(wide_things),
        cmocka_unit_test(as_markdown),
        cmocka_unit_test(as_json),
        cmocka_unit_test(as_a_file),
        cmocka_unit_test(where_no_files_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
