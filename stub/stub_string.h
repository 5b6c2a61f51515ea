/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The string functions of the stub. In the guest they are the real memcpy and friends, which the
 * compiler and zlib call too. On the host those names belong to libc (and to the sanitizers, which
 * watch them), so there string.c compiles to stub_memcpy and so on, and only its own test uses it.
 */
#ifndef BOOTSCOPE_STUB_STRING_H
#define BOOTSCOPE_STUB_STRING_H

#include <stddef.h>

#ifdef BOOTSCOPE_HOST
#include <string.h>
#define STUB_STRING_NAME(name) stub_##name
#else
#define STUB_STRING_NAME(name) name
#endif

/* As wide as a register. The 32-bit stub (i386/) has the same file. */
#ifdef __x86_64__
#define MOVS_LONG "movsq"
#else
#define MOVS_LONG "movsl"
#endif

void *STUB_STRING_NAME(memcpy)(void *destination, const void *source, size_t size);
void *STUB_STRING_NAME(memmove)(void *destination, const void *source, size_t size);
void *STUB_STRING_NAME(memset)(void *destination, int byte, size_t size);
int STUB_STRING_NAME(memcmp)(const void *one, const void *two, size_t size);
size_t STUB_STRING_NAME(strlen)(const char *string);
int STUB_STRING_NAME(strcmp)(const char *one, const char *two);
int STUB_STRING_NAME(strncmp)(const char *one, const char *two, size_t size);

#endif
