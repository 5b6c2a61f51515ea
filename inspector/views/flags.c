/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flags.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const struct flag_name cr0_names[] = {
    {0, 1, "PE"},  {1, 1, "MP"},  {2, 1, "EM"},  {3, 1, "TS"},  {4, 1, "ET"},  {5, 1, "NE"},
    {16, 1, "WP"}, {18, 1, "AM"}, {29, 1, "NW"}, {30, 1, "CD"}, {31, 1, "PG"},
};

static const struct flag_name cr4_names[] = {
    {0, 1, "VME"},    {1, 1, "PVI"},      {2, 1, "TSD"},         {3, 1, "DE"},
    {4, 1, "PSE"},    {5, 1, "PAE"},      {6, 1, "MCE"},         {7, 1, "PGE"},
    {8, 1, "PCE"},    {9, 1, "OSFXSR"},   {10, 1, "OSXMMEXCPT"}, {11, 1, "UMIP"},
    {12, 1, "LA57"},  {13, 1, "VMXE"},    {14, 1, "SMXE"},       {16, 1, "FSGSBASE"},
    {17, 1, "PCIDE"}, {18, 1, "OSXSAVE"}, {19, 1, "KL"},         {20, 1, "SMEP"},
    {21, 1, "SMAP"},  {22, 1, "PKE"},     {23, 1, "CET"},        {24, 1, "PKS"},
    {25, 1, "UINTR"}, {27, 1, "LASS"},    {28, 1, "LAM_SUP"},    {32, 1, "FRED"},
};

static const struct flag_name efer_names[] = {
    {0, 1, "SCE"},      {8, 1, "LME"},    {10, 1, "LMA"},   {11, 1, "NXE"},
    {12, 1, "SVME"},    {13, 1, "LMSLE"}, {14, 1, "FFXSR"}, {15, 1, "TCE"},
    {17, 1, "MCOMMIT"}, {18, 1, "INTWB"}, {20, 1, "UAIE"},  {21, 1, "AIBRSE"},
};

static const struct flag_name rflags_names[] = {
    {0, 1, "CF"},  {2, 1, "PF"},  {4, 1, "AF"},   {6, 1, "ZF"},    {7, 1, "SF"},  {8, 1, "TF"},
    {9, 1, "IF"},  {10, 1, "DF"}, {11, 1, "OF"},  {12, 2, "IOPL"}, {14, 1, "NT"}, {16, 1, "RF"},
    {17, 1, "VM"}, {18, 1, "AC"}, {19, 1, "VIF"}, {20, 1, "VIP"},  {21, 1, "ID"},
};

static const struct flag_name loadflags_names[] = {
    {0, 1, "LOADED_HIGH"},   {1, 1, "KASLR_FLAG"},   {5, 1, "QUIET_FLAG"},
    {6, 1, "KEEP_SEGMENTS"}, {7, 1, "CAN_USE_HEAP"},
};

#define COUNT(names) (sizeof(names) / sizeof((names)[0]))

const struct flag_set flags_cr0 = {cr0_names, COUNT(cr0_names), 0};
const struct flag_set flags_cr4 = {cr4_names, COUNT(cr4_names), 0};
const struct flag_set flags_efer = {efer_names, COUNT(efer_names), 0};
const struct flag_set flags_rflags = {rflags_names, COUNT(rflags_names), UINT64_C(1) << 1};
const struct flag_set flags_loadflags = {loadflags_names, COUNT(loadflags_names), 0};

static uint64_t field_mask(const struct flag_name *name)
{
    return ((UINT64_C(1) << name->width) - 1) << name->bit;
}

static void field_text(const struct flag_name *name, uint64_t value, char *out, size_t size)
{
    if (name->width == 1)
        snprintf(out, size, "%s", name->name);
    else
        snprintf(out, size, "%s=%" PRIu64, name->name, (value & field_mask(name)) >> name->bit);
}

/* The set bits that no name covers. */
static uint64_t nameless(const struct flag_set *set, uint64_t value)
{
    value &= ~set->silent;
    for (size_t i = 0; i < set->count; i++)
        value &= ~field_mask(&set->names[i]);
    return value;
}

static size_t append(char *out, size_t size, size_t used, const char *word)
{
    int length = snprintf(out + used, size - used, "%s%s", used ? " " : "", word);

    if (length < 0 || (size_t)length >= size - used)
        return size - 1;
    return used + (size_t)length;
}

const char *flags_text(const struct flag_set *set, uint64_t value, char *out, size_t size)
{
    size_t used = 0;
    char word[32];

    out[0] = '\0';
    for (size_t i = 0; i < set->count; i++) {
        if (!(value & field_mask(&set->names[i])))
            continue;
        field_text(&set->names[i], value, word, sizeof(word));
        used = append(out, size, used, word);
    }
    if (nameless(set, value)) {
        snprintf(word, sizeof(word), "0x%" PRIx64, nameless(set, value));
        append(out, size, used, word);
    }
    return out;
}

json_t *flags_json(const struct flag_set *set, uint64_t value)
{
    json_t *array = json_array();
    char word[32];

    for (size_t i = 0; i < set->count; i++) {
        if (!(value & field_mask(&set->names[i])))
            continue;
        field_text(&set->names[i], value, word, sizeof(word));
        json_array_append_new(array, json_string(word));
    }
    if (nameless(set, value)) {
        snprintf(word, sizeof(word), "0x%" PRIx64, nameless(set, value));
        json_array_append_new(array, json_string(word));
    }
    return array;
}

const char *flags_clear_text(const struct flag_set *set, uint64_t value, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < set->count; i++)
        if (!(value & field_mask(&set->names[i])))
            used = append(out, size, used, set->names[i].name);
    return out;
}

json_t *flags_clear_json(const struct flag_set *set, uint64_t value)
{
    json_t *array = json_array();

    for (size_t i = 0; i < set->count; i++)
        if (!(value & field_mask(&set->names[i])))
            json_array_append_new(array, json_string(set->names[i].name));
    return array;
}
