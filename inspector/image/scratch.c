/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "text.h"

static const char *directory(void)
{
    const char *wish = getenv("TMPDIR");

    return wish && *wish ? wish : "/var/tmp";
}

/* Filesystems without O_TMPFILE answer in different ways; a named file serves on all of them. */
static struct error *open_unlinked(int *ret)
{
    char path[PATH_MAX];
    int fd = open(directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0) {
        if (snprintf(path, sizeof(path), "%s/bootscope.XXXXXX", directory()) >= (int)sizeof(path))
            return error_errno(ENAMETOOLONG, "TMPDIR");
        fd = mkostemp(path, O_CLOEXEC);
        if (fd < 0)
            return error_errno(errno, "%s: cannot make a temporary file", directory());
        unlink(path);
    }
    *ret = fd;
    return NULL;
}

static struct error *map(int fd, size_t size, uint8_t **ret)
{
    int failed = posix_fallocate(fd, 0, (off_t)size);

    if (failed)
        return error_errno(failed, "%s: no room for a temporary file of %s", directory(),
                           text_size(size));
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return error_errno(errno, "%s: cannot map a temporary file of %s", directory(),
                           text_size(size));
    *ret = bytes;
    return NULL;
}

struct error *scratch_new(size_t size, struct scratch **ret)
{
    uint8_t *bytes;
    int fd;
    struct error *err = open_unlinked(&fd);

    if (err)
        return err;
    err = map(fd, size, &bytes);
    if (err) {
        close(fd);
        return err;
    }
    struct scratch *scratch = malloc(sizeof(*scratch));
    if (!scratch)
        abort();
    *scratch = (struct scratch){bytes, size, fd};
    *ret = scratch;
    return NULL;
}

void scratch_free(struct scratch *scratch)
{
    if (!scratch)
        return;
    munmap(scratch->bytes, scratch->size);
    close(scratch->fd);
    free(scratch);
}

/* The mapping is shared, so that what is dropped from it is only how it was reached. */
void scratch_trim(const struct scratch *scratch)
{
    madvise(scratch->bytes, scratch->size, MADV_DONTNEED);
}

void scratch_seal(struct scratch *scratch)
{
    mprotect(scratch->bytes, scratch->size, PROT_READ);
}
