/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drive IMAGE [OPTION VALUE]... STEP...: boots IMAGE step by step, so that a test can be the
 * firmware, or a boot loader with other habits. OPTION is --append, --memory or --qemu. Each STEP is
 * one argument:
 *
 *   to ADDRESS                  runs until there
 *   set REGISTER VALUE          writes a register
 *   get REGISTER                prints "REGISTER=0x..."
 *   write SIZE ADDRESS VALUE    writes SIZE bytes, little endian
 *   read SIZE ADDRESS           prints "ADDRESS=0x..."
 *   screen ADDRESS COLUMNS LINES    prints text memory, "|" and each line without its end's blanks
 *   monitor TEXT                runs a command of QEMU's monitor and prints its answer
 *   bios FUNCTION...            from here on the BIOS's int 15h fails for these values of ax
 *   end                         lets the guest run; prints markers, console, "exit status N"
 *
 * An ADDRESS is a number or setup:NAME, load:NAME, copy:NAME: a symbol or a checkpoint of the boot
 * code, as setup has it, as loaded, or in the copy; a "+NUMBER" may follow.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "guest.h"
#include "image.h"
#include "layout.h"
#include "stages.h"
#include "drive.h"

#define WORDS_MAX   12
#define SCREEN_MAX  0x8000
#define INT15_ENTRY (4 * 0x15) /* in the vector table at 0 */

struct drive {
    struct guest guest;
    struct image *image;
    struct symbol_files files;
    struct stages stages;
};

struct step {
    int count;
    char *words[WORDS_MAX];
};

static uint64_t number(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 0);

    if (end == text || *end)
        give_up("%s: not a number", text);
    return value;
}

/* Where the image copied itself, which relocation-target's marker says. */
static uint64_t copy_base(const struct drive *drive)
{
    const struct marker *marker = markers_find(qemu_markers(drive->guest.qemu),
                                               "relocation-target");
    uint64_t copy;

    if (!marker || !marker_value(marker, "copy", &copy))
        give_up("copy: not known before checkpoint relocation-target");
    return copy;
}

static uint64_t link_address(const struct drive *drive, const struct symbols *file,
                             const char *name)
{
    const struct stage *stage = stages_find(&drive->stages, name);
    uint64_t value;

    if (stage)
        return stage->address;
    if (!symbols_value(file, name, &value))
        give_up("%s: no such symbol or checkpoint", name);
    return value;
}

static uint64_t address(const struct drive *drive, char *text)
{
    char *plus = strchr(text, '+'), *colon = strchr(text, ':');
    uint64_t offset = plus ? number(plus + 1) : 0;

    if (plus)
        *plus = '\0';
    if (!colon)
        return number(text) + offset;
    *colon = '\0';
    if (strcmp(text, "setup") == 0)
        return QEMU_SETUP_ADDRESS + link_address(drive, drive->files.setup, colon + 1) + offset;
    if (strcmp(text, "load") == 0)
        return DEFAULT_LOAD_ADDRESS + link_address(drive, drive->files.stub, colon + 1) + offset;
    if (strcmp(text, "copy") != 0)
        give_up("%s: neither setup, load nor copy", text);
    return copy_base(drive) + link_address(drive, drive->files.stub, colon + 1) + offset;
}

static void step_to(struct drive *drive, struct step *step)
{
    uint64_t place = address(drive, step->words[1]);

    if (guest_run_to(&drive->guest, &place, 1) < 0)
        give_up("the guest does not come to 0x%" PRIx64, place);
}

static void step_set(struct drive *drive, struct step *step)
{
    must(target_write_register(drive->guest.target, step->words[1], number(step->words[2])));
}

static void step_get(struct drive *drive, struct step *step)
{
    struct registers regs;
    unsigned int width;
    uint64_t value;

    must(target_registers(drive->guest.target, &regs));
    if (!registers_get(&regs, step->words[1], &value, &width))
        give_up("%s: no such register", step->words[1]);
    printf("%s=0x%" PRIx64 "\n", step->words[1], value);
}

static size_t access_size(const char *text)
{
    uint64_t size = number(text);

    if (size < 1 || size > sizeof(uint64_t))
        give_up("%s: not a size", text);
    return size;
}

static void step_write(struct drive *drive, struct step *step)
{
    uint64_t value = number(step->words[3]);

    must(target_write_phys(drive->guest.target, phys(address(drive, step->words[2])), &value,
                           access_size(step->words[1])));
}

static void step_read(struct drive *drive, struct step *step)
{
    char *name = strdup(step->words[2]);
    uint64_t value = 0;

    must(target_read_phys(drive->guest.target, phys(address(drive, step->words[2])), &value,
                          access_size(step->words[1])));
    printf("%s=0x%" PRIx64 "\n", name, value);
    free(name);
}

/* Each cell is a character and its attribute. */
static void print_line(const uint8_t *cells, uint64_t columns)
{
    while (columns > 0 && cells[2 * (columns - 1)] <= ' ')
        columns--;
    putchar('|');
    for (uint64_t i = 0; i < columns; i++)
        putchar(isprint(cells[2 * i]) ? cells[2 * i] : '.');
    putchar('\n');
}

static void step_screen(struct drive *drive, struct step *step)
{
    static uint8_t cells[SCREEN_MAX];
    uint64_t columns = number(step->words[2]), lines = number(step->words[3]);

    if (columns == 0 || columns > 255 || lines == 0 || 2 * columns * lines > SCREEN_MAX)
        give_up("a screen of %" PRIu64 " columns, %" PRIu64 " lines", columns, lines);
    /* By its linear address: video memory is no RAM. */
    must(target_read_virt(drive->guest.target, virt(address(drive, step->words[1])), cells,
                          2 * columns * lines));
    for (uint64_t i = 0; i < lines; i++)
        print_line(cells + 2 * columns * i, columns);
}

static void step_monitor(struct drive *drive, struct step *step)
{
    char command[256] = "", *answer;
    size_t used = 0;

    for (int i = 1; i < step->count && used < sizeof(command); i++)
        used += (size_t)snprintf(command + used, sizeof(command) - used, "%s%s", i > 1 ? " " : "",
                                 step->words[i]);
    must(target_monitor(drive->guest.target, command, &answer));
    printf("%s\n", answer ? answer : "no monitor");
    free(answer);
}

/* Puts int15.S in front of the BIOS's own handler. */
static void step_bios(struct drive *drive, struct step *step)
{
    struct target *target = drive->guest.target;
    struct int15_parameters parameters = {0};
    uint32_t ours = INT15_SEGMENT << 16;

    if (step->count - 1 > INT15_FUNCTIONS)
        give_up("bios: more than %d functions", INT15_FUNCTIONS);
    must(target_read_phys(target, phys(INT15_ENTRY), &parameters.next, sizeof(parameters.next)));
    for (int i = 1; i < step->count; i++)
        parameters.functions[i - 1] = (uint16_t)number(step->words[i]);
    must(target_write_phys(target, phys(16 * INT15_SEGMENT), int15, int15_size));
    must(target_write_phys(target, phys(16 * INT15_SEGMENT + int15_parameters_offset), &parameters,
                           sizeof(parameters)));
    must(target_write_phys(target, phys(INT15_ENTRY), &ours, sizeof(ours)));
}

static void step_end(struct drive *drive, struct step *step)
{
    int status = guest_finish(&drive->guest);

    (void)step;
    guest_print_markers(&drive->guest);
    printf("%s\nexit status %d\n", qemu_console(drive->guest.qemu), status);
}

static void run_step(struct drive *drive, const char *text)
{
    static const struct {
        const char *name;
        int least, most; /* words after the name */
        void (*run)(struct drive *drive, struct step *step);
    } steps[] = {
        {"to", 1, 1, step_to},           {"set", 2, 2, step_set},   {"get", 1, 1, step_get},
        {"write", 3, 3, step_write},     {"read", 2, 2, step_read}, {"screen", 3, 3, step_screen},
        {"monitor", 1, 9, step_monitor}, {"bios", 1, 9, step_bios}, {"end", 0, 0, step_end},
    };
    char *copy = strdup(text);
    struct step step = {0};

    for (char *word = strtok(copy, " "); word && step.count < WORDS_MAX; word = strtok(NULL, " "))
        step.words[step.count++] = word;
    for (size_t i = 0; step.count > 0 && i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (strcmp(steps[i].name, step.words[0]) != 0)
            continue;
        if (step.count - 1 < steps[i].least || step.count - 1 > steps[i].most)
            give_up("%s: wrong number of words", text);
        steps[i].run(drive, &step);
        free(copy);
        return;
    }
    give_up("%s: no such step", text);
}

int main(int argc, char **argv)
{
    struct drive drive = {0};
    int at = 2;

    if (argc < 3)
        give_up("usage: drive IMAGE [OPTION VALUE]... STEP...");
    struct qemu_options options = {.image = argv[1]};
    for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
        if (strcmp(argv[at], "--append") == 0)
            options.append = argv[at + 1];
        else if (strcmp(argv[at], "--memory") == 0)
            options.memory = argv[at + 1];
        else if (strcmp(argv[at], "--qemu") == 0)
            options.qemu = argv[at + 1];
        else
            give_up("%s: no such option", argv[at]);
    }
    must(image_open(argv[1], &drive.image));
    must(symbols_find(drive.image, &drive.files));
    must(stages_from_symbols(drive.files.setup, drive.files.stub, NULL, &drive.stages));
    guest_open(&options, &drive.guest);
    for (; at < argc; at++)
        run_step(&drive, argv[at]);
    guest_close(&drive.guest);
    symbol_files_close(&drive.files);
    image_close(drive.image);
    return 0;
}
