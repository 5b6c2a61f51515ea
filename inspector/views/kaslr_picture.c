/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KASLR drawn: rows of cells, each cell a piece of memory of one size, marked with what it has. One
 * cell is never smaller than the steps in which a place is chosen, so small things look larger than
 * they are: a mark says that something is there, not that it fills the cell.
 */
#include <string.h>

#include "kaslr.h"
#include "layout.h"

#define ROW_CELLS    64
#define ROWS_MAX     6
#define VIRTUAL_ROWS 2

/* Marks; those further down hide those further up. */
enum mark {
    MARK_NOTHING,  /* a hole in the map */
    MARK_RESERVED, /* in e820, but no RAM */
    MARK_RAM,      /* RAM that no choice could have touched */
    MARK_SLOTS,    /* within reach of some slot */
    MARK_AVOIDED,  /* the reasons of mem_avoid_reason, by letter */
    MARK_CHOICE = MARK_AVOIDED + MEM_AVOID_MEMMAP + 1,
    MARK_CLASH, /* the choice, over something avoided */
    MARK_COUNT,
};

static const struct {
    char letter;
    enum text_style style;
    const char *words;
} marks[MARK_COUNT] = {
    [MARK_NOTHING] = {' ', TEXT_DIM, NULL},
    [MARK_RESERVED] = {'r', TEXT_DIM, "reserved"},
    [MARK_RAM] = {'-', TEXT_DIM, "RAM, but no slot"},
    [MARK_SLOTS] = {'.', TEXT_PLAIN, "slots"},
    [MARK_AVOIDED + MEM_AVOID_DECOMPRESSION] = {'D', TEXT_CHANGED, "decompression"},
    [MARK_AVOIDED + MEM_AVOID_INITRD] = {'I', TEXT_CHANGED, "initrd"},
    [MARK_AVOIDED + MEM_AVOID_COMMAND_LINE] = {'C', TEXT_CHANGED, "command line"},
    [MARK_AVOIDED + MEM_AVOID_BOOT_PARAMS] = {'B', TEXT_CHANGED, "boot_params"},
    [MARK_AVOIDED + MEM_AVOID_SETUP_DATA] = {'S', TEXT_CHANGED, "setup_data"},
    [MARK_AVOIDED + MEM_AVOID_SETUP_INDIRECT] = {'s', TEXT_CHANGED, "setup_indirect"},
    [MARK_AVOIDED + MEM_AVOID_MEMMAP] = {'M', TEXT_CHANGED, "memmap="},
    [MARK_CHOICE] = {'K', TEXT_GOOD, "the kernel, as chosen"},
    [MARK_CLASH] = {'!', TEXT_BAD, "the kernel, over what must be avoided"},
};

struct picture {
    uint64_t cell; /* bytes */
    unsigned int count;
    unsigned char cells[ROWS_MAX * ROW_CELLS]; /* enum mark */
};

/* Cells that [start, end) touches get the mark, unless a higher one is there. */
static void draw(struct picture *picture, enum mark mark, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    for (uint64_t i = start / picture->cell; i < picture->count && i * picture->cell < end; i++)
        if (picture->cells[i] < mark)
            picture->cells[i] = (unsigned char)mark;
}

static void draw_rows(const struct kaslr_search *search, struct picture *picture)
{
    for (unsigned int i = 0; i < search->area_count; i++) {
        const struct slot_area *area = &search->areas[i];

        draw(picture, MARK_SLOTS, area->addr,
             area->addr + (area->num - 1) * search->alignment + search->image_size);
    }
}

static void draw_choice(const struct kaslr_view *view, struct picture *picture)
{
    const struct mem_avoid *avoid = &view->search.avoid;
    uint64_t start = view->choice.output;
    uint64_t end = kaslr_end((struct mem_vector){start, view->search.image_size});

    draw(picture, MARK_CHOICE, start, end);
    if (!(view->wrong & KASLR_CHOICE))
        return;
    for (unsigned int i = 0; i < avoid->count; i++) {
        struct mem_vector region = avoid->regions[i];
        uint64_t low = region.start > start ? region.start : start;
        uint64_t high = kaslr_end(region) < end ? kaslr_end(region) : end;

        draw(picture, MARK_CLASH, low, high);
    }
}

/* Memory is drawn up to here: the end of the RAM that the limit leaves, but with the choice in it. */
static uint64_t find_top(const struct kaslr_view *view)
{
    uint64_t ram = 0, limit = view->search.avoid.mem_limit;
    uint64_t end = kaslr_end((struct mem_vector){view->choice.output, view->search.image_size});

    for (unsigned int i = 0; i < view->region_count; i++)
        if (view->regions[i].end > ram && (view->regions[i].start < limit || end > limit))
            ram = view->regions[i].end;
    if (limit < end)
        limit = end;
    return ram < limit ? ram : limit;
}

/* Cells are the smallest power of two for which the rows are enough. */
static void lay_out(struct picture *picture, uint64_t smallest, uint64_t top, unsigned int rows)
{
    memset(picture, 0, sizeof(*picture));
    picture->cell = smallest;
    while (picture->cell < UINT64_C(1) << 63 && (top - 1) / picture->cell >= rows * ROW_CELLS)
        picture->cell *= 2;
    picture->count = (unsigned int)((top - 1) / picture->cell + 1);
    if (picture->count > rows * ROW_CELLS)
        picture->count = rows * ROW_CELLS;
}

static void draw_physical(const struct kaslr_view *view, uint64_t top, struct picture *picture)
{
    const struct mem_avoid *avoid = &view->search.avoid;

    lay_out(picture, view->search.alignment, top, ROWS_MAX);
    for (unsigned int i = 0; i < view->reserved_count; i++)
        draw(picture, MARK_RESERVED, view->reserved[i].start, kaslr_end(view->reserved[i]));
    for (unsigned int i = 0; i < view->region_count; i++)
        draw(picture, MARK_RAM, view->regions[i].start, view->regions[i].end);
    draw_rows(&view->search, picture);
    for (unsigned int i = 0; i < avoid->count; i++)
        if (avoid->reasons[i] <= MEM_AVOID_MEMMAP)
            draw(picture, MARK_AVOIDED + avoid->reasons[i], avoid->regions[i].start,
                 kaslr_end(avoid->regions[i]));
    draw_choice(view, picture);
}

static void draw_virtual(const struct kaslr_view *view, struct picture *picture)
{
    const struct kaslr_search *search = &view->search;
    uint64_t low = view->default_virtual.value, place = view->choice.virtual_address;

    lay_out(picture, search->alignment, KERNEL_IMAGE_SIZE, VIRTUAL_ROWS);
    draw(picture, MARK_SLOTS, low,
         low + (view->virtual_slots.value - 1) * search->alignment + search->image_size);
    draw(picture, view->wrong & KASLR_VIRTUAL_CHOICE ? MARK_CLASH : MARK_CHOICE, place,
         kaslr_end((struct mem_vector){place, search->image_size}));
}

/* A run of one mark at a time, so that each is printed in its style. */
static void print_row(const struct picture *picture, unsigned int from, unsigned int to,
                      const struct text *text)
{
    char run[ROW_CELLS + 1];

    for (unsigned int i = from; i < to;) {
        unsigned char mark = picture->cells[i];
        size_t length = 0;

        for (; i < to && picture->cells[i] == mark; i++)
            run[length++] = marks[mark].letter;
        run[length] = '\0';
        text_print(text, marks[mark].style, "%s", run);
    }
}

static void print_picture(const struct picture *picture, uint64_t base, const struct text *text)
{
    for (unsigned int from = 0; from < picture->count; from += ROW_CELLS) {
        unsigned int to = from + ROW_CELLS < picture->count ? from + ROW_CELLS : picture->count;

        text_print(text, TEXT_LABEL, "  %18s ", text_hex(base + from * picture->cell));
        text_print(text, TEXT_DIM, "|");
        print_row(picture, from, to, text);
        text_print(text, TEXT_DIM, "|\n");
    }
}

/* Only the marks that occur, in the marks' own order. */
static void print_legend(const struct picture *picture, const struct text *text)
{
    unsigned int column = 15;

    text_label(text, "");
    for (unsigned int mark = MARK_RESERVED; mark < MARK_COUNT; mark++) {
        unsigned int width = marks[mark].words ? (unsigned int)strlen(marks[mark].words) + 2 : 0;

        if (!width || !memchr(picture->cells, (int)mark, picture->count))
            continue;
        if (column > 15 && column + 2 + width > TEXT_COLUMNS) {
            text_print(text, TEXT_PLAIN, "\n");
            text_label(text, "");
            column = 15;
        }
        text_print(text, TEXT_PLAIN, "%s", column > 15 ? "  " : "");
        column += width + (column > 15 ? 2 : 0);
        text_print(text, marks[mark].style, "%c", marks[mark].letter);
        text_print(text, TEXT_PLAIN, " %s", marks[mark].words);
    }
    text_print(text, TEXT_PLAIN, "\n");
}

void kaslr_picture(const struct kaslr_view *view, const struct text *text)
{
    struct picture picture;
    uint64_t top = find_top(view);

    if (!view->searched || top == 0)
        return;
    draw_physical(view, top, &picture);
    text_label(text, "drawn");
    text_print(text, TEXT_PLAIN, "physical memory up to %s, %s a cell\n", text_hex(top),
               text_size(picture.cell));
    print_legend(&picture, text);
    print_picture(&picture, 0, text);
    if (!view->virtual_slots.known)
        return;
    draw_virtual(view, &picture);
    text_label(text, "");
    text_print(text, TEXT_PLAIN, "virtual addresses of the kernel, %s a cell\n",
               text_size(picture.cell));
    print_picture(&picture, START_KERNEL_MAP, text);
}
