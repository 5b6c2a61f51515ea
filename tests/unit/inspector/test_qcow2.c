/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The empty image, read as docs/interop/qcow2.txt of QEMU says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "qcow2.h"

static uint8_t image[QCOW2_SIZE];

static uint64_t big_endian(size_t offset, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | image[offset + i];
    return value;
}

static void test_header(void **state)
{
    (void)state;
    qcow2_empty(image);
    assert_memory_equal(image, "QFI\xfb\0\0\0\3", 8);
    assert_int_equal(big_endian(8, 8), 0);   /* no backing file */
    assert_int_equal(big_endian(20, 4), 16); /* cluster_bits */
    assert_true(big_endian(24, 8) > 0 && big_endian(24, 8) % 512 == 0);
    assert_int_equal(big_endian(32, 4), 0);    /* not encrypted */
    assert_int_equal(big_endian(60, 4), 0);    /* no snapshots */
    assert_int_equal(big_endian(72, 8), 0);    /* no feature that a reader would have to know */
    assert_int_equal(big_endian(96, 4), 4);    /* refcounts of 16 bits */
    assert_int_equal(big_endian(100, 4), 104); /* header_length */
    assert_int_equal(big_endian(104, 4), 0);   /* the end of header extensions */
}

/* Each cluster that is in use is counted once, and nothing else is. */
static void test_refcounts(void **state)
{
    uint64_t table = 0, block = 0, l1 = 0;

    (void)state;
    qcow2_empty(image);
    table = big_endian(48, 8);
    l1 = big_endian(40, 8);
    assert_int_equal(big_endian(56, 4), 1); /* clusters of the refcount table */
    assert_int_equal(table % QCOW2_CLUSTER, 0);
    block = big_endian(table, 8);
    assert_int_equal(block % QCOW2_CLUSTER, 0);
    assert_int_equal(big_endian(table + 8, 8), 0);
    for (size_t i = 0; i < QCOW2_CLUSTER / 2; i++)
        assert_int_equal(big_endian(block + 2 * i, 2), i < QCOW2_SIZE / QCOW2_CLUSTER);
    assert_int_equal(l1 % QCOW2_CLUSTER, 0);
    assert_true(l1 != table && l1 != block && l1 != 0);
    for (size_t i = 0; i < QCOW2_CLUSTER; i++)
        assert_int_equal(image[l1 + i], 0);
}

static void test_file_has_no_name(void **state)
{
    struct stat file;
    int fd = -1;

    (void)state;
    assert_null(qcow2_open(&fd));
    assert_int_equal(fstat(fd, &file), 0);
    assert_int_equal(file.st_nlink, 0);
    assert_int_equal(file.st_size, QCOW2_SIZE);
    close(fd);
}

static void test_no_folder(void **state)
{
    int fd = -1;

    (void)state;
    setenv("TMPDIR", "/nowhere", 1);
    struct error *err = qcow2_open(&fd);
    assert_int_equal(error_kind(err), ERROR_SYSTEM);
    assert_non_null(strstr(error_message(err), "/nowhere"));
    assert_int_equal(fd, -1);
    error_free(err);
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_refcounts),
        cmocka_unit_test(test_file_has_no_name),
        cmocka_unit_test(test_no_folder),
    };

    return cmocka_run_group_tests_name("qcow2", tests, NULL, NULL);
}
