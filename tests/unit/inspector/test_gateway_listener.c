/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the gateway listens: the loopback and nowhere else, and sockets that were left behind. */
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"

static void test_only_the_loopback(void **state)
{
    static const char *const others[] = {"0.0.0.0:0",          "192.0.2.1:1",   "[::]:0",
                                         "[2001:db8::1]:0",    "example.org:1", "128.0.0.1:0",
                                         "[::ffff:1.2.3.4]:0", "localhost.:0",  "127.1:0"};
    struct listener listener;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        bad_input(listener_open(others[i], &listener), "only the loopback is listened on");
    assert_int_equal(listener.fd, -1);
}

static void test_what_is_no_address(void **state)
{
    static const char *const malformed[] = {"",
                                            ":",
                                            ":1",
                                            "127.0.0.1",
                                            "127.0.0.1:",
                                            "127.0.0.1:x",
                                            "127.0.0.1:-1",
                                            "127.0.0.1:+1",
                                            "127.0.0.1: 1",
                                            "127.0.0.1:65536",
                                            "127.0.0.1:99999999999999999999",
                                            "[]:1"};
    struct listener listener;
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        bad_input(listener_open(malformed[i], &listener), "write unix:PATH or HOST:PORT");
    snprintf(text, sizeof(text), "%0100d:1", 0);
    bad_input(listener_open(text, &listener), "write unix:PATH or HOST:PORT");
    bad_input(listener_open("unix:", &listener), "must have 1 to 107 bytes");
    snprintf(text, sizeof(text), "unix:%0108d", 0);
    bad_input(listener_open(text, &listener), "must have 1 to 107 bytes");
}

static void test_a_free_port(void **state)
{
    struct listener listener, second;
    unsigned int port;
    char end;

    (void)state;
    good(listener_open("127.0.0.1:0", &listener));
    assert_int_equal(sscanf(listener.address, "127.0.0.1:%u%c", &port, &end), 1);
    assert_true(port > 0);
    assert_string_equal(listener.path, "");
    bad(listener_open(listener.address, &second), ERROR_SYSTEM, "cannot listen on 127.0.0.1:");
    listener_close(&listener);
    good(listener_open("localhost:0", &listener));
    assert_int_equal(strncmp(listener.address, "localhost:", 10), 0);
    listener_close(&listener);
}

struct place {
    char folder[64], path[80], address[96];
};

static int make_place(void **state)
{
    static struct place place;

    strcpy(place.folder, "/tmp/bootscope-listener.XXXXXX");
    if (!mkdtemp(place.folder))
        return -1;
    snprintf(place.path, sizeof(place.path), "%s/socket", place.folder);
    snprintf(place.address, sizeof(place.address), "unix:%s", place.path);
    *state = &place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;

    unlink(place->path);
    return rmdir(place->folder);
}

static void test_a_socket_of_our_own(void **state)
{
    struct place *place = *state;
    struct listener listener, second;
    struct stat what;

    good(listener_open(place->address, &listener));
    assert_string_equal(listener.address, place->address);
    assert_int_equal(stat(place->path, &what), 0);
    assert_int_equal(what.st_mode & 0777, 0700);
    bad_input(listener_open(place->address, &second), "somebody listens there already");
    assert_int_equal(access(place->path, F_OK), 0);
    listener_close(&listener);
    assert_int_equal(access(place->path, F_OK), -1);
}

static void test_a_socket_that_was_left(void **state)
{
    struct place *place = *state;
    struct listener listener;

    good(listener_open(place->address, &listener));
    close(listener.fd); /* as if killed: the path stays */
    assert_int_equal(access(place->path, F_OK), 0);
    good(listener_open(place->address, &listener));
    listener_close(&listener);
}

static void test_not_over_anything_else(void **state)
{
    struct place *place = *state;
    struct listener listener;
    FILE *file = fopen(place->path, "w");

    assert_non_null(file);
    fclose(file);
    bad_input(listener_open(place->address, &listener), "is no socket");
    assert_int_equal(access(place->path, F_OK), 0);
    unlink(place->path);
    assert_int_equal(symlink("/nowhere", place->path), 0);
    bad_input(listener_open(place->address, &listener), "is no socket");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_loopback), cmocka_unit_test(test_what_is_no_address),
        cmocka_unit_test(test_a_free_port),       CASE(test_a_socket_of_our_own),
        CASE(test_a_socket_that_was_left),        CASE(test_not_over_anything_else),
    };

    return cmocka_run_group_tests_name("gateway_listener", tests, NULL, NULL);
}
