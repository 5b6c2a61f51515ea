/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep_report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "layout.h"
#include "sweep_axis.h"

/* The lowest place tried is the default one, or this if that is higher (stub/kaslr.c, and Linux). */
#define MINIMUM_MAX (UINT64_C(512) << 20)

__attribute__((format(printf, 3, 4))) static void
violate(struct sweep_report *report, const struct sweep_boot *boot, const char *format, ...)
{
    size_t index = report->violations++;
    char *out;
    size_t size = sizeof(report->violation[0]);
    int used = 0;
    va_list args;

    if (index >= SWEEP_VIOLATIONS_MAX)
        return;
    out = report->violation[index];
    if (boot && boot->seeded)
        used = snprintf(out, size, "kaslr_seed=%llu: ", (unsigned long long)boot->seed);
    va_start(args, format);
    vsnprintf(out + used, size - (size_t)used, format, args);
    va_end(args);
}

static bool ends_above(uint64_t start, uint64_t size, uint64_t limit)
{
    return start > limit || size > limit - start;
}

static bool physical_allowed(struct sweep_report *report, const struct sweep_boot *boot)
{
    const struct sweep_bounds *bounds = &report->bounds;
    uint64_t minimum = boot->output < MINIMUM_MAX ? boot->output : MINIMUM_MAX;
    uint64_t unpacking = boot->output + bounds->init_size;
    size_t before = report->violations;
    uint64_t slot;

    if (boot->physical % bounds->alignment)
        violate(report, boot, "physical %s is no multiple of %s", text_hex(boot->physical),
                text_hex(bounds->alignment));
    if (boot->physical < minimum)
        violate(report, boot, "physical %s is below %s", text_hex(boot->physical),
                text_hex(minimum));
    if (ends_above(boot->physical, bounds->kernel_size, UINT64_MAX))
        violate(report, boot, "a kernel at physical %s wraps around", text_hex(boot->physical));
    else if (boot->physical < unpacking && boot->physical + bounds->kernel_size > boot->input)
        violate(report, boot, "a kernel at physical %s lies over the decompressor's [%s, %s)",
                text_hex(boot->physical), text_hex(boot->input), text_hex(unpacking));
    if (report->violations == before && bounds->area_count &&
        !sweep_slot(bounds->areas, bounds->area_count, bounds->alignment, boot->physical, &slot))
        violate(report, boot, "physical %s is none of the slots", text_hex(boot->physical));
    return report->violations == before;
}

static bool virtual_allowed(struct sweep_report *report, const struct sweep_boot *boot)
{
    const struct sweep_bounds *bounds = &report->bounds;
    size_t before = report->violations;

    if (boot->virtual < bounds->pref_address)
        violate(report, boot, "virtual %s is below %s", text_hex(boot->virtual),
                text_hex(bounds->pref_address));
    else if ((boot->virtual - bounds->pref_address) % bounds->alignment)
        violate(report, boot, "virtual %s is no multiple of %s from %s", text_hex(boot->virtual),
                text_hex(bounds->alignment), text_hex(bounds->pref_address));
    else if ((boot->virtual - bounds->pref_address) / bounds->alignment >= boot->virtual_slots)
        violate(report, boot, "virtual %s is behind the last of %llu slots",
                text_hex(boot->virtual), (unsigned long long)boot->virtual_slots);
    else if (ends_above(boot->virtual, bounds->kernel_size, KERNEL_IMAGE_SIZE))
        violate(report, boot, "a kernel at virtual %s ends above %s", text_hex(boot->virtual),
                text_hex(KERNEL_IMAGE_SIZE));
    return report->violations == before;
}

/* One machine has one memory map: what one boot may choose from, each may. */
static void count_slots(struct sweep_report *report, struct sweep_axis *axis,
                        const struct sweep_boot *boot, uint64_t slots)
{
    if (axis->slots && slots && axis->slots != slots)
        violate(report, boot, "%llu %s slots, and %llu in a boot before", (unsigned long long)slots,
                axis->name, (unsigned long long)axis->slots);
    if (slots > axis->slots)
        axis->slots = slots;
}

/* The rows of slots were counted from the memory map, the number is the markers'. */
static void check_areas(struct sweep_report *report)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < report->bounds.area_count; i++)
        sum += report->bounds.areas[i].slots;
    if (report->bounds.area_count && report->physical.slots && sum != report->physical.slots)
        violate(report, NULL, "the memory map has %llu physical slots, and the markers say %llu",
                (unsigned long long)sum, (unsigned long long)report->physical.slots);
}

static struct error *fill_physical(struct sweep_report *report, uint64_t *addresses)
{
    struct sweep_axis *axis = &report->physical;
    const struct sweep_bounds *bounds = &report->bounds;
    size_t count = 0;

    for (size_t i = 0; i < report->results->count; i++) {
        const struct sweep_boot *boot = &report->results->boots[i];

        count_slots(report, axis, boot, boot->physical_slots);
        if (!boot->physical_slots)
            axis->kept++;
        else if (physical_allowed(report, boot))
            addresses[count++] = boot->physical;
    }
    struct error *err = sweep_axis_fill(axis, addresses, count, bounds->alignment, bounds->areas,
                                        bounds->area_count);
    check_areas(report);
    if (!err && axis->chosen > axis->slots)
        violate(report, NULL, "%zu physical places were chosen, of %llu slots", axis->chosen,
                (unsigned long long)axis->slots);
    return err;
}

static struct error *fill_virtual(struct sweep_report *report, uint64_t *addresses)
{
    struct sweep_axis *axis = &report->virtual;
    size_t count = 0;

    for (size_t i = 0; i < report->results->count; i++) {
        const struct sweep_boot *boot = &report->results->boots[i];

        count_slots(report, axis, boot, boot->virtual_slots);
        if (virtual_allowed(report, boot))
            addresses[count++] = boot->virtual;
    }
    const struct sweep_area area = {report->bounds.pref_address, axis->slots};
    return sweep_axis_fill(axis, addresses, count, report->bounds.alignment, &area, 1);
}

struct error *sweep_report_make(const struct sweep_results *results, double alpha,
                                struct sweep_report *ret)
{
    uint64_t *addresses;
    struct error *err;

    *ret = (struct sweep_report){.results = results, .alpha = alpha};
    ret->physical.name = "physical";
    ret->virtual.name = "virtual";
    err = sweep_setup_bounds(results->setup, &ret->bounds);
    if (err)
        return err;
    addresses = calloc(results->count + 1, sizeof(*addresses));
    if (!addresses)
        return error_errno(ENOMEM, "%zu boots", results->count);
    err = fill_physical(ret, addresses);
    if (!err)
        err = fill_virtual(ret, addresses);
    free(addresses);
    if (err) {
        sweep_report_free(ret);
        return err;
    }
    struct sweep_axis *axes[] = {&ret->physical, &ret->virtual};
    for (size_t i = 0; i < 2; i++)
        axes[i]->rejected = axes[i]->uniformity.tested && axes[i]->uniformity.p < alpha;
    return NULL;
}

void sweep_report_free(struct sweep_report *report)
{
    struct sweep_axis *axes[] = {&report->physical, &report->virtual};

    for (size_t i = 0; i < 2; i++) {
        free(axes[i]->counts);
        free(axes[i]->addresses);
    }
    *report = (struct sweep_report){0};
}

bool sweep_report_passed(const struct sweep_report *report)
{
    return !report->violations && !report->physical.rejected && !report->virtual.rejected;
}
