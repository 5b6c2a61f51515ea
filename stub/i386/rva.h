/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rva(symbol): the distance of a symbol from the start of the image, as a number for 32-bit assembler
 * code with a base in a register: rva(_bss)(%ebx) is where _bss is in the copy.
 *
 * The image is linked at 0, so the symbol itself would be the same number. But the linker would take
 * it for an address, and ask for a run-time relocation that nobody applies. @GOTOFF is a distance by
 * its nature: from the global offset table, of which we have no more than the place (stub.lds).
 */
#ifndef BOOTSCOPE_STUB_I386_RVA_H
#define BOOTSCOPE_STUB_I386_RVA_H

#define RVA_GOT 0xff0

/* clang-format off */
#define rva(symbol) symbol@GOTOFF + RVA_GOT
/* clang-format on */

#endif
