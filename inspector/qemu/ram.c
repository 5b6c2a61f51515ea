/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ram.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "qemu.h"

/* QEMU rounds -m up to this, and then refuses a file of another size. */
#define ROUNDING 8192

/* The unit's power of two; -1 for none that is known. */
static int unit_shift(const char *unit)
{
    static const char units[] = "bkmgt";

    if (*unit == '\0')
        return 20;
    const char *at = strchr(units, tolower((unsigned char)*unit));
    return at && unit[1] == '\0' ? 10 * (int)(at - units) : -1;
}

bool ram_size(const char *memory, uint64_t *ret)
{
    char *end;

    if (!isdigit((unsigned char)memory[0]))
        return false;
    errno = 0;
    unsigned long long number = strtoull(memory, &end, 10);
    int shift = unit_shift(end);
    if (errno || shift < 0 || number == 0 || number > (unsigned long long)INT64_MAX >> shift)
        return false;
    *ret = (uint64_t)number << shift;
    return *ret % ROUNDING == 0;
}

int ram_open(uint64_t size)
{
    int fd = memfd_create(QEMU_RAM_NAME, MFD_CLOEXEC);

    if (fd >= 0 && ftruncate(fd, (off_t)size) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}
