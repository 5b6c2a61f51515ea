/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qcow2.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC          0x514649fb /* "QFI\xfb" */
#define VERSION        3
#define CLUSTER_BITS   16
#define DISK_SIZE      0x100000
#define REFCOUNT_ORDER 4 /* refcounts of 1 << 4 bits, the default */
#define REFCOUNT_TABLE QCOW2_CLUSTER
#define REFCOUNT_BLOCK (2 * QCOW2_CLUSTER)
#define L1_TABLE       (3 * QCOW2_CLUSTER)
#define CLUSTERS       4

/* qcow2.txt, "Header": the fields of version 3. */
struct header {
    uint32_t magic, version;
    uint64_t backing_file_offset;
    uint32_t backing_file_size, cluster_bits;
    uint64_t size;
    uint32_t crypt_method, l1_size;
    uint64_t l1_table_offset, refcount_table_offset;
    uint32_t refcount_table_clusters, nb_snapshots;
    uint64_t snapshots_offset, incompatible_features, compatible_features, autoclear_features;
    uint32_t refcount_order, header_length;
};

_Static_assert(sizeof(struct header) == 104, "qcow2.txt: the length of a version 3 header");

void qcow2_empty(uint8_t ret[static QCOW2_SIZE])
{
    struct header header = {
        .magic = htobe32(MAGIC),
        .version = htobe32(VERSION),
        .cluster_bits = htobe32(CLUSTER_BITS),
        .size = htobe64(DISK_SIZE),
        .l1_size = htobe32(1), /* an entry stands for 512 MiB; QEMU makes the table grow */
        .l1_table_offset = htobe64(L1_TABLE),
        .refcount_table_offset = htobe64(REFCOUNT_TABLE),
        .refcount_table_clusters = htobe32(1),
        .refcount_order = htobe32(REFCOUNT_ORDER),
        .header_length = htobe32(sizeof(struct header)),
    };
    uint64_t block = htobe64(REFCOUNT_BLOCK);
    uint16_t once = htobe16(1);

    memset(ret, 0, QCOW2_SIZE);
    memcpy(ret, &header, sizeof(header));
    memcpy(ret + REFCOUNT_TABLE, &block, sizeof(block));
    for (size_t i = 0; i < CLUSTERS; i++)
        memcpy(ret + REFCOUNT_BLOCK + i * sizeof(once), &once, sizeof(once));
}

static struct error *write_empty(int fd, const char *folder)
{
    uint8_t *bytes = malloc(QCOW2_SIZE);
    size_t done = 0;

    if (!bytes)
        return error_errno(ENOMEM, "qcow2 file");
    qcow2_empty(bytes);
    while (done < QCOW2_SIZE) {
        ssize_t written = pwrite(fd, bytes + done, QCOW2_SIZE - done, (off_t)done);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    int number = errno;
    free(bytes);
    return done == QCOW2_SIZE ? NULL : error_errno(number, "%s: file for going back", folder);
}

struct error *qcow2_open(int *ret_fd)
{
    const char *folder = getenv("TMPDIR");
    char *name;

    if (!folder || !*folder)
        folder = "/var/tmp";
    if (asprintf(&name, "%s/bootscope-XXXXXX", folder) < 0)
        return error_errno(ENOMEM, "qcow2 file");
    int fd = mkostemp(name, O_CLOEXEC);
    int number = errno;
    if (fd >= 0)
        unlink(name);
    free(name);
    if (fd < 0)
        return error_errno(number, "%s: file for going back", folder);
    struct error *err = write_empty(fd, folder);
    if (err)
        close(fd);
    else
        *ret_fd = fd;
    return err;
}
