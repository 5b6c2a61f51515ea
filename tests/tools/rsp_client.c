/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp-client ADDRESS: a debugger by script, from standard input. ADDRESS is unix:PATH, PORT (on
 * 127.0.0.1), or "| COMMAND", which it then talks to on the command's standard input and output.
 *
 *      send BODY      one packet; \xNN is that byte
 *      raw BYTES      these bytes, \xNN likewise
 *      expect ERE     the next answer matches: a packet's body, or - (a refusal), or EOF.
 *                     "+" and, unless told otherwise by "console", console output are passed over
 *      console ERE    the next packet is console output, and its text matches
 *      save           keeps the last answer
 *      same           the last answer is the one that was kept
 *      with AT DIGITS sends G with the answer that was kept, these digits at that one's place
 *      repeat N TEXT  sends N copies of TEXT as they are
 *      fuzz SEED N    N damaged or made-up packets; what comes back is read and dropped
 *      settle TEXT    asks qAttached, and reads on until the answer is TEXT: fuzz is over
 *
 * Exit status 0; 1 and one line at the first answer that does not match; 2 when it did not come to
 * that.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EXIT_BROKEN 2
#define PATIENCE_MS 30000 /* a safety net: answers are waited for, not slept for */
#define ANSWER_MAX  0x10000
#define BODY_MAX    0x20000

static int peer;
static char answer[ANSWER_MAX], saved[ANSWER_MAX];
static unsigned int line_number;

_Noreturn static void broken(const char *what)
{
    fprintf(stderr, "rsp-client: line %u: %s: %s\n", line_number, what, strerror(errno));
    exit(EXIT_BROKEN);
}

static int start(const char *command)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        broken("socketpair");
    pid_t pid = fork();
    if (pid < 0)
        broken("fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(pair[1], STDIN_FILENO);
        dup2(pair[1], STDOUT_FILENO);
        close(pair[0]);
        close(pair[1]);
        execl("/bin/sh", "sh", "-c", command, NULL);
        broken(command);
    }
    close(pair[1]);
    return pair[0];
}

static int reach(const char *address)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET};
    bool is_unix = strncmp(address, "unix:", 5) == 0;

    if (address[0] == '|')
        return start(address + 1);
    snprintf(un.sun_path, sizeof(un.sun_path), "%s", address + (is_unix ? 5 : 0));
    in.sin_port = htons((uint16_t)atoi(address));
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, is_unix ? (struct sockaddr *)&un : (struct sockaddr *)&in,
                          is_unix ? sizeof(un) : sizeof(in)) < 0)
        broken(address);
    return fd;
}

/* The other side may hang up in the middle: that is for expect to see. */
static void put(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = send(peer, bytes, length, MSG_NOSIGNAL);

        if (done <= 0)
            return;
        bytes += done;
        length -= (size_t)done;
    }
}

static void put_packet(const char *body, size_t length)
{
    unsigned int sum = 0;
    char end[4];

    for (size_t i = 0; i < length; i++)
        sum += (unsigned char)body[i];
    snprintf(end, sizeof(end), "#%02x", sum & 0xff);
    put("$", 1);
    put(body, length);
    put(end, 3);
}

static int byte_within(int milliseconds)
{
    struct pollfd wait = {.fd = peer, .events = POLLIN};
    unsigned char byte;

    if (poll(&wait, 1, milliseconds) != 1) {
        errno = ETIMEDOUT;
        broken("no answer");
    }
    return recv(peer, &byte, 1, 0) == 1 ? byte : EOF;
}

/* A packet's body, "-", or "EOF". */
static void take_answer(void)
{
    size_t length = 0;
    int byte;

    do {
        byte = byte_within(PATIENCE_MS);
        if (byte == '-' || byte == EOF) {
            strcpy(answer, byte == EOF ? "EOF" : "-");
            return;
        }
    } while (byte != '$');
    while ((byte = byte_within(PATIENCE_MS)) != '#' && byte != EOF && length < ANSWER_MAX - 1) {
        if (byte == '}')
            byte = byte_within(PATIENCE_MS) ^ 0x20;
        answer[length++] = (char)byte;
    }
    answer[length] = '\0';
    byte_within(PATIENCE_MS);
    byte_within(PATIENCE_MS);
}

static bool is_console(void)
{
    return answer[0] == 'O' && strcmp(answer, "OK") != 0;
}

static void decode_console(void)
{
    size_t length = 0;
    unsigned int byte;

    for (const char *at = answer + 1; sscanf(at, "%2x", &byte) == 1; at += 2)
        answer[length++] = (char)byte;
    answer[length] = '\0';
}

static void match(const char *pattern)
{
    regex_t regex;

    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        broken(pattern);
    if (regexec(&regex, answer, 0, NULL, 0) != 0) {
        fprintf(stderr, "rsp-client: line %u: expected %s, got \"%.300s\"\n", line_number, pattern,
                answer);
        exit(1);
    }
    regfree(&regex);
}

static void expect(const char *pattern, bool console)
{
    do
        take_answer();
    while (!console && is_console());
    if (console && !is_console())
        strcpy(answer, "(no console output)");
    else if (console)
        decode_console();
    match(pattern);
}

static size_t unescape(char *text)
{
    size_t length = 0;

    for (const char *at = text; *at; length++) {
        unsigned int byte;

        if (at[0] == '\\' && at[1] == 'x' && sscanf(at + 2, "%2x", &byte) == 1) {
            text[length] = (char)byte;
            at += 4;
        } else {
            text[length] = *at++;
        }
    }
    return length;
}

/* Garbage -------------------------------------------------------------------------------------- */

static uint64_t state;

static unsigned int draw(unsigned int below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned int)(state >> 11) % below;
}

/* Starts of real packets; not those that end the session or let the guest run. */
static const char *const seeds[] = {
    "g",
    "p10",
    "P10=0000000000000000",
    "m100000,40",
    "M100000,4:00000000",
    "X100000,4:abcd",
    "Z0,100000,1",
    "z0,100000,1",
    "Z2,1000,4",
    "z2,1000,4",
    "x100000,10",
    "?",
    "qSupported:swbreak+",
    "qXfer:features:read:target.xml:0,fff",
    "qXfer:libraries:read::0,fff",
    "qRcmd,68656c70",
    "qRcmd,72656773",
    "qC",
    "vCont?",
    "H0",
    "qXfer:exec-file:read:1:0,fff",
    "G0011",
    "jThreadsInfo",
    "vFile:open:2f6574632f706173737764,0,0",
    "s",
    "bs",
    "Z3,fffffffffffffffe,8",
    "mffffffffffffffff,ffffffff",
};

static bool harmless(const char *body)
{
    return !strchr("kcCRvD", body[0]) && strncmp(body, "bc", 2) != 0;
}

static void fuzz_one(void)
{
    char body[600];
    size_t length = (size_t)snprintf(body, sizeof(body), "%s",
                                     seeds[draw(sizeof(seeds) / sizeof(*seeds))]);

    for (unsigned int i = draw(6); i > 0 && length > 0; i--) {
        size_t at = draw((unsigned int)length);

        switch (draw(4)) {
        case 0:
            body[at] = (char)draw(256);
            break;
        case 1:
            length = at + 1;
            break;
        case 2:
            body[length++] = (char)draw(256);
            break;
        default:
            body[at] = "0123456789abcdef,;:=+-#$}*"[draw(26)];
        }
    }
    body[length] = '\0';
    if (!harmless(body))
        body[0] = '!';
    if (draw(8) == 0)
        put(body, length); /* not even a packet */
    else if (draw(8) == 0)
        put("$!#zz", 5);
    else
        put_packet(body, length);
}

/* Reads what is there, so that neither side waits for the other's reading. */
static void drop_answers(void)
{
    char bytes[4096];

    while (recv(peer, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
}

static void fuzz(const char *arguments)
{
    unsigned int seed, count;

    if (sscanf(arguments, "%u %u", &seed, &count) != 2)
        broken("fuzz SEED N");
    state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (unsigned int i = 0; i < count; i++) {
        fuzz_one();
        drop_answers();
    }
    put("#00", 3); /* ends a packet that was left open */
}

static void settle(const char *text)
{
    put_packet("qAttached", strlen("qAttached"));
    do
        take_answer();
    while (strcmp(answer, text) != 0 && strcmp(answer, "EOF") != 0);
    match(text);
}

static void repeat(const char *arguments)
{
    unsigned int count;
    int at;

    if (sscanf(arguments, "%u %n", &count, &at) != 1)
        broken("repeat N TEXT");
    for (unsigned int i = 0; i < count; i++)
        put(arguments + at, strlen(arguments + at));
}

static void put_registers(const char *arguments)
{
    static char body[ANSWER_MAX + 1];
    char digits[64];
    unsigned int at;

    if (sscanf(arguments, "%u %63s", &at, digits) != 2 || at + strlen(digits) > strlen(saved))
        broken("with AT DIGITS");
    memcpy(saved + at, digits, strlen(digits));
    int length = snprintf(body, sizeof(body), "G%s", saved);
    put_packet(body, (size_t)length);
}

static void run(char *line)
{
    char *rest = line + strcspn(line, " ");

    if (*rest)
        *rest++ = '\0';
    if (strcmp(line, "send") == 0)
        put_packet(rest, unescape(rest));
    else if (strcmp(line, "raw") == 0)
        put(rest, unescape(rest));
    else if (strcmp(line, "expect") == 0)
        expect(rest, false);
    else if (strcmp(line, "console") == 0)
        expect(rest, true);
    else if (strcmp(line, "save") == 0)
        memcpy(saved, answer, sizeof(saved));
    else if (strcmp(line, "same") == 0)
        match(strcmp(answer, saved) == 0 ? "" : "^the answer that was saved$");
    else if (strcmp(line, "with") == 0)
        put_registers(rest);
    else if (strcmp(line, "repeat") == 0)
        repeat(rest);
    else if (strcmp(line, "fuzz") == 0)
        fuzz(rest);
    else if (strcmp(line, "settle") == 0)
        settle(rest);
    else if (*line && *line != '#')
        broken(line);
}

int main(int argc, char **argv)
{
    static char line[BODY_MAX];

    if (argc != 2) {
        fprintf(stderr, "usage: rsp-client unix:PATH|PORT|\"| COMMAND\" <SCRIPT\n");
        return EXIT_BROKEN;
    }
    peer = reach(argv[1]);
    while (fgets(line, sizeof(line), stdin)) {
        line_number++;
        line[strcspn(line, "\n")] = '\0';
        run(line);
    }
    return 0;
}
