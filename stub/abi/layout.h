/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where things are in physical memory while the stub runs, and the numbers that fix it.
 *
 *      4 GiB +------------------------------+
 *            |  (identity-mapped by 2 MiB   |
 *            |   pages from startup_32 on)  |
 *            |                              |
 *            +------------------------------+ output + init_size
 *            |  .pgtable                    |
 *            |  .bss (heap, stack)          |   the copy: it stands at the END of the buffer,
 *            |  .data .rodata .text         |   so that inflate, which fills the buffer from
 *            |  compressed kernel           |   below, reads its input before it writes there
 *            |  .head.text                  |
 *            +------------------------------+ copy = output + init_size - _end
 *            |  room to unpack into         |
 *   16 MiB   +------------------------------+ output (pref_address, or what KASLR chose)
 *            |                              |
 *            |  the image as loaded         |
 *    1 MiB   +------------------------------+ load (code32_start)
 *            |  video memory, ROMs          |
 *  640 KiB   +------------------------------+
 *            |  setup's stack and heap      |
 *            |  boot sector, setup code     |
 *            +------------------------------+ X = 0x10000 under QEMU's -kernel
 *            |  BIOS data, vectors          |
 *        0   +------------------------------+
 */
#ifndef BOOTSCOPE_ABI_LAYOUT_H
#define BOOTSCOPE_ABI_LAYOUT_H

/* Where QEMU's -kernel puts the boot sector (hw/i386/x86.c: real_addr). */
#define QEMU_SETUP_ADDRESS 0x10000

/* The classic load address of the protected-mode code (boot protocol, code32_start). */
#define DEFAULT_LOAD_ADDRESS 0x100000

/* CONFIG_PHYSICAL_START and CONFIG_PHYSICAL_ALIGN of the kernels we make. */
#define TEACHING_PHYSICAL_ADDR  0x1000000
#define TEACHING_PHYSICAL_ALIGN 0x200000

/* The kernel's high mapping (Documentation/arch/x86/x86_64/mm.rst). */
#define START_KERNEL_MAP  0xffffffff80000000
#define KERNEL_IMAGE_SIZE 0x40000000

/* Where a 32-bit kernel has physical address 0 (CONFIG_PAGE_OFFSET, the usual 3 GiB : 1 GiB split). */
#define __PAGE_OFFSET 0xc0000000

/* The decompressor's own areas in .bss (the kernel's BOOT_HEAP_SIZE and BOOT_STACK_SIZE). */
#define BOOT_HEAP_SIZE  0x10000
#define BOOT_STACK_SIZE 0x4000

/* Exceptions run on stacks of their own, two of this size: see relocated.S. */
#define BOOT_EXCEPTION_STACK_SIZE 0x1000

/* Page tables: six for the first 4 GiB, and room for identity maps made later. */
#define BOOT_INIT_PGT_SIZE (6 * 4096)
#define BOOT_PGT_SIZE      (32 * 4096)

/* How the teaching kernel ends the guest: isa-debug-exit,iobase=0xf4; QEMU exits (value << 1) | 1. */
#define DEBUG_EXIT_PORT 0xf4
#define TEACHING_PASS   0x10
#define TEACHING_FAIL   0x11

#endif
