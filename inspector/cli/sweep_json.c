/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool sweep_hex(const json_t *object, const char *key, uint64_t *ret)
{
    const char *text = json_string_value(json_object_get(object, key));

    if (!text || strncmp(text, "0x", 2) != 0)
        return false;
    text += 2;
    size_t length = strlen(text);
    if (length == 0 || length > 16 || strspn(text, "0123456789abcdef") != length)
        return false;
    *ret = strtoull(text, NULL, 16);
    return true;
}

bool sweep_count(const json_t *object, const char *key, uint64_t *ret)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *ret = (uint64_t)json_integer_value(value);
    return true;
}
