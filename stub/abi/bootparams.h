/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * struct boot_params, the "zero page": 4096 bytes in which a boot loader, or our 16-bit setup,
 * tells the rest of the boot what it needs to know. Layout and names are the boot protocol's
 * (Documentation/arch/x86/boot.rst and zero-page.rst in Linux); every offset is asserted below.
 *
 *      0x000 +---------------------+
 *            | screen_info         |  text mode, columns, lines
 *      0x040 | apm, tboot, ist ... |
 *      0x1e0 | alt_mem_k, scratch  |  scratch: startup_32's stack for one call
 *      0x1e8 | e820_entries ...    |
 *      0x1f1 +---------------------+
 *            | hdr (setup_header)  |  the same bytes as at 0x1f1 of the image
 *      0x26c +---------------------+
 *      0x2d0 | e820_table[128]     |  20 bytes each
 *      0xcd0 +---------------------+
 *      0xd00 | eddbuf              |
 *      0xeec | _pad9               |  276 unused bytes: checkpoint startup-32 borrows them
 *     0x1000 +---------------------+
 */
#ifndef BOOTSCOPE_ABI_BOOTPARAMS_H
#define BOOTSCOPE_ABI_BOOTPARAMS_H

/* Offsets into struct boot_params, for the assembler. */
#define BP_screen_info        0x000
#define BP_orig_y             0x001
#define BP_orig_video_mode    0x006
#define BP_orig_video_cols    0x007
#define BP_orig_video_lines   0x00e
#define BP_ext_ramdisk_image  0x0c0
#define BP_ext_ramdisk_size   0x0c4
#define BP_ext_cmd_line_ptr   0x0c8
#define BP_alt_mem_k          0x1e0
#define BP_scratch            0x1e4
#define BP_e820_entries       0x1e8
#define BP_sentinel           0x1ef
#define BP_hdr                0x1f1
#define BP_setup_sects        0x1f1
#define BP_syssize            0x1f4
#define BP_boot_flag          0x1fe
#define BP_header             0x202
#define BP_version            0x206
#define BP_kernel_version     0x20e
#define BP_type_of_loader     0x210
#define BP_loadflags          0x211
#define BP_code32_start       0x214
#define BP_ramdisk_image      0x218
#define BP_ramdisk_size       0x21c
#define BP_heap_end_ptr       0x224
#define BP_cmd_line_ptr       0x228
#define BP_kernel_alignment   0x230
#define BP_relocatable_kernel 0x234
#define BP_min_alignment      0x235
#define BP_xloadflags         0x236
#define BP_cmdline_size       0x238
#define BP_payload_offset     0x248
#define BP_payload_length     0x24c
#define BP_setup_data         0x250
#define BP_pref_address       0x258
#define BP_init_size          0x260
#define BP_hdr_end            0x26c
#define BP_e820_table         0x2d0
#define BP_pad9               0xeec
#define BOOT_PARAMS_SIZE      0x1000

#define BP_PAD9_SIZE (BOOT_PARAMS_SIZE - BP_pad9)

/* Header magic numbers */
#define BOOT_FLAG_MAGIC    0xaa55
#define HEADER_MAGIC       0x53726448 /* "HdrS" */
#define BOOT_PROTOCOL      0x020f
#define OLD_CL_MAGIC       0xa33f
#define OLD_CL_ADDRESS     0x020 /* in the boot sector's segment: magic, then offset */
#define OLD_CL_OFFSET      0x022
#define KERNEL_CMDLINE_MAX 2047

/* loadflags */
#define LOADED_HIGH   (1 << 0) /* protected-mode code is at 1 MiB, not 64 KiB */
#define KASLR_FLAG    (1 << 1) /* stub to kernel: the addresses are random */
#define QUIET_FLAG    (1 << 5) /* no early messages */
#define KEEP_SEGMENTS (1 << 6) /* 32-bit entry: leave the loader's segment registers */
#define CAN_USE_HEAP  (1 << 7) /* heap_end_ptr is valid */

/* xloadflags */
#define XLF_KERNEL_64              (1 << 0) /* 64-bit entry at 0x200 */
#define XLF_CAN_BE_LOADED_ABOVE_4G (1 << 1)
#define XLF_EFI_HANDOVER_32        (1 << 2)
#define XLF_EFI_HANDOVER_64        (1 << 3)
#define XLF_EFI_KEXEC              (1 << 4)
#define XLF_5LEVEL                 (1 << 5)
#define XLF_5LEVEL_ENABLED         (1 << 6)

/* screen_info.flags and orig_video_isVGA */
#define VIDEO_FLAGS_NOCURSOR (1 << 0)
#define VIDEO_TYPE_MDA       0x10
#define VIDEO_TYPE_CGA       0x11
#define VIDEO_TYPE_EGAM      0x20
#define VIDEO_TYPE_EGAC      0x21
#define VIDEO_TYPE_VGAC      0x22
#define VIDEO_TYPE_VLFB      0x23
#define VIDEO_MODE_MDA       0x07 /* the BIOS mode number of monochrome text */

/* e820 */
#define E820_MAX_ENTRIES_ZEROPAGE 128
#define E820_TYPE_RAM             1
#define E820_TYPE_RESERVED        2
#define E820_TYPE_ACPI            3
#define E820_TYPE_NVS             4
#define E820_TYPE_UNUSABLE        5
#define E820_TYPE_PMEM            7

/* setup_data.type */
#define SETUP_NONE      0
#define SETUP_E820_EXT  1
#define SETUP_DTB       2
#define SETUP_PCI       3
#define SETUP_EFI       4
#define SETUP_JAILHOUSE 6
#define SETUP_CC_BLOB   7
#define SETUP_IMA       8
#define SETUP_RNG_SEED  9
#define SETUP_INDIRECT  0x80000000

#ifndef __ASSEMBLER__
#include <stdint.h>

struct __attribute__((packed)) screen_info {
    uint8_t orig_x; /* cursor */
    uint8_t orig_y;
    uint16_t ext_mem_k; /* memory above 1 MiB in KiB, int 15h ah=88h */
    uint16_t orig_video_page;
    uint8_t orig_video_mode; /* BIOS mode; 7 is monochrome at 0xb0000 */
    uint8_t orig_video_cols;
    uint8_t flags;
    uint8_t unused2;
    uint16_t orig_video_ega_bx;
    uint16_t unused3;
    uint8_t orig_video_lines; /* 0: no text screen */
    uint8_t orig_video_isVGA; /* VIDEO_TYPE_*, or 1 for any VGA */
    uint16_t orig_video_points;
    uint16_t lfb_width;
    uint16_t lfb_height;
    uint16_t lfb_depth;
    uint32_t lfb_base;
    uint32_t lfb_size;
    uint16_t cl_magic;
    uint16_t cl_offset;
    uint16_t lfb_linelength;
    uint8_t red_size, red_pos, green_size, green_pos;
    uint8_t blue_size, blue_pos, rsvd_size, rsvd_pos;
    uint16_t vesapm_seg;
    uint16_t vesapm_off;
    uint16_t pages;
    uint16_t vesa_attributes;
    uint32_t capabilities;
    uint32_t ext_lfb_base;
    uint8_t reserved[2];
};

struct __attribute__((packed)) setup_header {
    uint8_t setup_sects; /* 512-byte sectors after the boot sector */
    uint16_t root_flags;
    uint32_t syssize; /* protected-mode code, in 16-byte units */
    uint16_t ram_size;
    uint16_t vid_mode;
    uint16_t root_dev;
    uint16_t boot_flag;
    uint16_t jump;
    uint32_t header;
    uint16_t version;
    uint32_t realmode_swtch;
    uint16_t start_sys_seg;
    uint16_t kernel_version; /* offset from 0x200 of a string */
    uint8_t type_of_loader;
    uint8_t loadflags;
    uint16_t setup_move_size;
    uint32_t code32_start;  /* physical */
    uint32_t ramdisk_image; /* physical, low 32 bits */
    uint32_t ramdisk_size;
    uint32_t bootsect_kludge;
    uint16_t heap_end_ptr; /* offset from the setup segment, minus 0x200 */
    uint8_t ext_loader_ver;
    uint8_t ext_loader_type;
    uint32_t cmd_line_ptr; /* physical, low 32 bits */
    uint32_t initrd_addr_max;
    uint32_t kernel_alignment;
    uint8_t relocatable_kernel;
    uint8_t min_alignment;
    uint16_t xloadflags;
    uint32_t cmdline_size; /* without the NUL */
    uint32_t hardware_subarch;
    uint64_t hardware_subarch_data;
    uint32_t payload_offset; /* from the start of the protected-mode code */
    uint32_t payload_length;
    uint64_t setup_data; /* physical; a list */
    uint64_t pref_address;
    uint32_t init_size; /* linear memory the stub and the kernel need from the load address on */
    uint32_t handover_offset;
    uint32_t kernel_info_offset;
};

struct __attribute__((packed)) boot_e820_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
};

/* One node of the list at hdr.setup_data. */
struct setup_data {
    uint64_t next; /* physical; 0 ends */
    uint32_t type;
    uint32_t len; /* of data */
    uint8_t data[];
};

/* The data of a node whose type is SETUP_INDIRECT. */
struct setup_indirect {
    uint32_t type;
    uint32_t reserved;
    uint64_t len;
    uint64_t addr;
};

struct __attribute__((packed)) boot_params {
    struct screen_info screen_info;
    uint8_t apm_bios_info[0x14];
    uint8_t _pad2[4];
    uint64_t tboot_addr;
    uint8_t ist_info[0x10];
    uint64_t acpi_rsdp_addr;
    uint8_t _pad3[8];
    uint8_t hd0_info[16];
    uint8_t hd1_info[16];
    uint8_t sys_desc_table[0x10];
    uint8_t olpc_ofw_header[0x10];
    uint32_t ext_ramdisk_image; /* high 32 bits */
    uint32_t ext_ramdisk_size;
    uint32_t ext_cmd_line_ptr;
    uint8_t _pad4[112];
    uint32_t cc_blob_address;
    uint8_t edid_info[0x80];
    uint8_t efi_info[0x20];
    uint32_t alt_mem_k; /* memory above 1 MiB in KiB, int 15h ax=e801h */
    uint32_t scratch;
    uint8_t e820_entries;
    uint8_t eddbuf_entries;
    uint8_t edd_mbr_sig_buf_entries;
    uint8_t kbd_status;
    uint8_t secure_boot;
    uint8_t _pad5[2];
    uint8_t sentinel; /* not 0: the loader copied the whole sector, distrust the rest */
    uint8_t _pad6[1];
    struct setup_header hdr;
    uint8_t _pad7[0x290 - BP_hdr_end];
    uint32_t edd_mbr_sig_buffer[16];
    struct boot_e820_entry e820_table[E820_MAX_ENTRIES_ZEROPAGE];
    uint8_t _pad8[48];
    uint8_t eddbuf[6 * 82];
    uint8_t _pad9[BP_PAD9_SIZE];
};

#define BP_ASSERT_(member, offset)                                                                 \
    _Static_assert(__builtin_offsetof(struct boot_params, member) == (offset), #member)
BP_ASSERT_(screen_info.orig_y, BP_orig_y);
BP_ASSERT_(screen_info.orig_video_mode, BP_orig_video_mode);
BP_ASSERT_(screen_info.orig_video_cols, BP_orig_video_cols);
BP_ASSERT_(screen_info.orig_video_lines, BP_orig_video_lines);
BP_ASSERT_(screen_info.lfb_base, 0x18);
BP_ASSERT_(screen_info.ext_lfb_base, 0x3a);
BP_ASSERT_(apm_bios_info, 0x40);
BP_ASSERT_(tboot_addr, 0x58);
BP_ASSERT_(acpi_rsdp_addr, 0x70);
BP_ASSERT_(ext_ramdisk_image, BP_ext_ramdisk_image);
BP_ASSERT_(ext_ramdisk_size, BP_ext_ramdisk_size);
BP_ASSERT_(ext_cmd_line_ptr, BP_ext_cmd_line_ptr);
BP_ASSERT_(cc_blob_address, 0x13c);
BP_ASSERT_(efi_info, 0x1c0);
BP_ASSERT_(alt_mem_k, BP_alt_mem_k);
BP_ASSERT_(scratch, BP_scratch);
BP_ASSERT_(e820_entries, BP_e820_entries);
BP_ASSERT_(sentinel, BP_sentinel);
BP_ASSERT_(hdr, BP_hdr);
BP_ASSERT_(hdr.setup_sects, BP_setup_sects);
BP_ASSERT_(hdr.syssize, BP_syssize);
BP_ASSERT_(hdr.boot_flag, BP_boot_flag);
BP_ASSERT_(hdr.header, BP_header);
BP_ASSERT_(hdr.version, BP_version);
BP_ASSERT_(hdr.kernel_version, BP_kernel_version);
BP_ASSERT_(hdr.type_of_loader, BP_type_of_loader);
BP_ASSERT_(hdr.loadflags, BP_loadflags);
BP_ASSERT_(hdr.code32_start, BP_code32_start);
BP_ASSERT_(hdr.ramdisk_image, BP_ramdisk_image);
BP_ASSERT_(hdr.ramdisk_size, BP_ramdisk_size);
BP_ASSERT_(hdr.heap_end_ptr, BP_heap_end_ptr);
BP_ASSERT_(hdr.cmd_line_ptr, BP_cmd_line_ptr);
BP_ASSERT_(hdr.kernel_alignment, BP_kernel_alignment);
BP_ASSERT_(hdr.relocatable_kernel, BP_relocatable_kernel);
BP_ASSERT_(hdr.min_alignment, BP_min_alignment);
BP_ASSERT_(hdr.xloadflags, BP_xloadflags);
BP_ASSERT_(hdr.cmdline_size, BP_cmdline_size);
BP_ASSERT_(hdr.payload_offset, BP_payload_offset);
BP_ASSERT_(hdr.payload_length, BP_payload_length);
BP_ASSERT_(hdr.setup_data, BP_setup_data);
BP_ASSERT_(hdr.pref_address, BP_pref_address);
BP_ASSERT_(hdr.init_size, BP_init_size);
BP_ASSERT_(_pad7, BP_hdr_end);
BP_ASSERT_(edd_mbr_sig_buffer, 0x290);
BP_ASSERT_(e820_table, BP_e820_table);
BP_ASSERT_(eddbuf, 0xd00);
BP_ASSERT_(_pad9, BP_pad9);
_Static_assert(sizeof(struct screen_info) == 0x40, "screen_info");
_Static_assert(sizeof(struct boot_e820_entry) == 20, "boot_e820_entry");
_Static_assert(sizeof(struct setup_data) == 16, "setup_data");
_Static_assert(sizeof(struct boot_params) == BOOT_PARAMS_SIZE, "boot_params");
#undef BP_ASSERT_
#endif

#endif
