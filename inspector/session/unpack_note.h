/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said before a boot whose payload does not unpack on the host. */
#ifndef BOOTSCOPE_SESSION_UNPACK_NOTE_H
#define BOOTSCOPE_SESSION_UNPACK_NOTE_H

#include <stdbool.h>

#include "session.h"
#include "text.h"

/* In words, or as {"not_unpacked":TEXT}; nothing when the payload was unpacked, or there is none. */
void unpack_note(const struct session *session, bool json, const struct text *text);

#endif
