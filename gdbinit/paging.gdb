# SPDX-License-Identifier: GPL-3.0-or-later
# Page tables, read physically from cr3 on: 4 and 5 levels, 2M and 1G pages.

# The entry of level LEVEL (1 is the page table) for address $bs_address_walked.
#
#      63      48 47    39 38    30 29    21 20    12 11         0
#     +----------+--------+--------+--------+--------+------------+
#     |   sign   |  PML4  |  PDPT  |   PD   |   PT   |   offset   |
#     +----------+--------+--------+--------+--------+------------+
#
define bs-internal entry
  set $bs_slot = ($bs_walked >> (3 + 9 * $arg0)) & 0x1ff
  set $bs_at = $bs_table + 8 * $bs_slot
  set $bs_entry = *(unsigned long *)$bs_at
  set $bs_is_page = $arg0 == 1 || ($arg0 <= 3 && ($bs_entry & 0x80))
end

define bs-internal level-name
  if $arg0 == 5
    printf "PML5"
  end
  if $arg0 == 4
    printf "PML4"
  end
  if $arg0 == 3
    printf "PDPT"
  end
  if $arg0 == 2
    printf "PD  "
  end
  if $arg0 == 1
    printf "PT  "
  end
end

define bs-internal say-entry
  printf "  "
  bs-internal level-name $arg0
  printf "[%3d] at 0x%lx: 0x%016lx", $bs_slot, $bs_at, $bs_entry
  if $bs_entry & 1
    printf " -> 0x%lx", $bs_next
    bs-internal flag $bs_entry 0 P
    bs-internal flag $bs_entry 1 RW
    bs-internal flag $bs_entry 2 US
    bs-internal flag $bs_entry 3 PWT
    bs-internal flag $bs_entry 4 PCD
    bs-internal flag $bs_entry 5 A
    if $bs_is_page
      bs-internal flag $bs_entry 6 D
      if $arg0 > 1
        bs-internal flag $bs_entry 7 PS
      end
      bs-internal flag $bs_entry 8 G
    end
    bs-internal flag $bs_entry 63 NX
  else
    printf " not present"
  end
  printf "\n"
end

# Sets $bs_levels: 0 when these tables are of a kind that the walk does not know.
define bs-internal levels
  set $bs_levels = 4
  if $cr4 & 0x1000
    set $bs_levels = 5
  end
  if ($cr0 & 0x80000000) && !($efer & 0x400)
    set $bs_levels = 0
    echo paging with 32-bit tables: not walked here (the QEMU monitor's info tlb shows them)\n
  end
  if !($cr0 & 0x80000000)
    if $cr3 == 0
      set $bs_levels = 0
      echo paging is off\n
    else
      echo paging is off; the tables at cr3, not in use yet:\n
    end
  end
end

define bs-internal walk
  if $bs_level > 0
    bs-internal entry $bs_level
    set $bs_next = $bs_entry & 0x000ffffffffff000
    if $bs_is_page && $bs_level > 1
      set $bs_next = $bs_entry & 0x000fffffffffe000
    end
    bs-internal say-entry $bs_level
    if !($bs_entry & 1)
      set $bs_level = 0
    else
      if $bs_is_page
        set $bs_mask = (1UL << (3 + 9 * $bs_level)) - 1
        set $bs_result = ($bs_entry & 0x000ffffffffff000 & ~$bs_mask) | ($bs_walked & $bs_mask)
        set $bs_mapped = 1
        set $bs_level = 0
      else
        set $bs_table = $bs_next
        set $bs_level = $bs_level - 1
      end
    end
  end
end

define bs-pt
  set $bs_walked = (unsigned long)($arg0)
  bs-internal levels
  set $bs_level = $bs_levels
  set $bs_table = (unsigned long)$cr3 & 0x000ffffffffff000
  set $bs_mapped = 0
  bs-physical on
  while $bs_level > 0
    bs-internal walk
  end
  bs-physical off
  if $bs_mapped
    printf "0x%lx -> 0x%lx\n", $bs_walked, $bs_result
  else
    printf "0x%lx is not mapped\n", $bs_walked
  end
end
document bs-pt
Walk the page tables for an address: bs-pt ADDRESS
Shows the entry of each level, where it lies, and its flags by name.
end

# bs-maps: every table once, level by level. $bs_table4 and so on hold the one being read, $bs_i4 the
# entry's index, $bs_virt4 the first address of the table, and $bs_rights4 what the levels above allow:
# W is bit 0, X bit 1, U bit 2.
define bs-internal maps-level
  eval "set $bs_table$arg0 = *(unsigned long (*)[512])0x%lx", $bs_next
  set $bs_i$arg0 = 0
  set $bs_tables = $bs_tables + 1
  while $bs_i$arg0 < 512 && $bs_tables <= 8192
    set $bs_entry = $bs_table$arg0[$bs_i$arg0]
    if $bs_entry & 1
      set $bs_virt = $bs_virt$arg0 | ((unsigned long)$bs_i$arg0 << (3 + 9 * $arg0))
      set $bs_rights = (($bs_entry >> 1) & 1) | ((~$bs_entry >> 62) & 2) | ($bs_entry & 4)
      set $bs_rights = $bs_rights & $bs_rights$arg0
      if $arg0 == 1 || ($arg0 <= 3 && ($bs_entry & 0x80))
        set $bs_size = 1UL << (3 + 9 * $arg0)
        set $bs_phys = $bs_entry & 0x000ffffffffff000 & ~($bs_size - 1)
        set $bs_kind = $bs_rights | (($bs_entry >> 5) & 8) | (($bs_entry << 1) & 0x30)
        set $bs_expected = $bs_range_phys + ($bs_range_end - $bs_range_start)
        set $bs_same = $bs_size == $bs_range_page && $bs_kind == $bs_range_kind
        if $bs_virt == $bs_range_end && $bs_phys == $bs_expected && $bs_same
          set $bs_range_end = $bs_range_end + $bs_size
        else
          bs-internal say-range
          set $bs_range_start = $bs_virt
          set $bs_range_end = $bs_virt + $bs_size
          set $bs_range_phys = $bs_phys
          set $bs_range_page = $bs_size
          set $bs_range_kind = $bs_kind
        end
      else
        set $bs_next = $bs_entry & 0x000ffffffffff000
        bs-internal maps-below $arg0
      end
    end
    set $bs_i$arg0 = $bs_i$arg0 + 1
  end
end

define bs-internal maps-below
  if $arg0 == 5
    set $bs_virt4 = $bs_virt
    set $bs_rights4 = $bs_rights
    if $bs_virt & (1UL << 56)
      set $bs_virt4 = $bs_virt | 0xfe00000000000000
    end
    bs-internal maps-level 4
  end
  if $arg0 == 4
    set $bs_virt3 = $bs_virt
    set $bs_rights3 = $bs_rights
    if $bs_levels == 4 && ($bs_virt & (1UL << 47))
      set $bs_virt3 = $bs_virt | 0xffff000000000000
    end
    bs-internal maps-level 3
  end
  if $arg0 == 3
    set $bs_virt2 = $bs_virt
    set $bs_rights2 = $bs_rights
    bs-internal maps-level 2
  end
  if $arg0 == 2
    set $bs_virt1 = $bs_virt
    set $bs_rights1 = $bs_rights
    bs-internal maps-level 1
  end
end

define bs-internal say-range
  if $bs_range_page
    printf "[0x%lx, 0x%lx) -> 0x%lx ", $bs_range_start, $bs_range_end, $bs_range_phys
    if $bs_range_page == 0x1000
      printf "4K r"
    end
    if $bs_range_page == 0x200000
      printf "2M r"
    end
    if $bs_range_page == 0x40000000
      printf "1G r"
    end
    if $bs_range_kind & 1
      printf "w"
    else
      printf "-"
    end
    if $bs_range_kind & 2
      printf "x"
    else
      printf "-"
    end
    bs-internal flag $bs_range_kind 2 US
    bs-internal flag $bs_range_kind 3 G
    bs-internal flag $bs_range_kind 4 PWT
    bs-internal flag $bs_range_kind 5 PCD
    printf "\n"
  end
end

define bs-maps
  bs-internal levels
  if $bs_levels
    set $bs_next = (unsigned long)$cr3 & 0x000ffffffffff000
    set $bs_range_page = 0UL
    set $bs_range_end = 1UL
    set $bs_range_start = 1UL
    set $bs_range_phys = 0UL
    set $bs_range_kind = 0UL
    set $bs_tables = 0
    set $bs_virt5 = 0UL
    set $bs_virt4 = 0UL
    set $bs_rights5 = 7UL
    set $bs_rights4 = 7UL
    bs-physical on
    if $bs_levels == 5
      bs-internal maps-level 5
    else
      bs-internal maps-level 4
    end
    bs-physical off
    bs-internal say-range
    if $bs_tables > 8192
      echo cut after 8192 tables\n
    end
  end
end
document bs-maps
Show all that the page tables map, in ranges of equal pages and rights.
Virtual range, physical address, page size, and the rights in effect, all levels together.
end
