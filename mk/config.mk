# SPDX-License-Identifier: GPL-3.0-or-later
# Tools and flags. Guest code lands in build/; host programs in $(OUT), which SANITIZE=1 moves
# to build/sanitize so that both kinds can exist side by side.

SHELL := /bin/bash
BUILD := build

CC ?= gcc
AS := as
LD := ld
AR := ar
OBJCOPY := objcopy
PKG_CONFIG := pkg-config

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wpointer-arith -Wwrite-strings -Wundef -Wformat=2

ifeq ($(SANITIZE),1)
OUT := $(BUILD)/sanitize
SANITIZE_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else
OUT := $(BUILD)
SANITIZE_FLAGS :=
endif

HOST_CFLAGS := -std=gnu17 -g -O2 $(WARNINGS) $(SANITIZE_FLAGS) -MMD -MP
