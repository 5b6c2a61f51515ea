# SPDX-License-Identifier: GPL-3.0-or-later
# Control registers and flags by name, as the SDM spells them.

# VALUE BIT NAME: the name, when the bit is set.
define bs-internal flag
  if ($arg0 >> $arg1) & 1
    printf " $arg2"
  end
end

define bs-internal cr0
  set $bs_bits = (unsigned long)$cr0
  printf "cr0    0x%lx", $bs_bits
  bs-internal flag $bs_bits 0 PE
  bs-internal flag $bs_bits 1 MP
  bs-internal flag $bs_bits 2 EM
  bs-internal flag $bs_bits 3 TS
  bs-internal flag $bs_bits 4 ET
  bs-internal flag $bs_bits 5 NE
  bs-internal flag $bs_bits 16 WP
  bs-internal flag $bs_bits 18 AM
  bs-internal flag $bs_bits 29 NW
  bs-internal flag $bs_bits 30 CD
  bs-internal flag $bs_bits 31 PG
  printf "\n"
end

define bs-internal cr4
  set $bs_bits = (unsigned long)$cr4
  printf "cr4    0x%lx", $bs_bits
  bs-internal flag $bs_bits 0 VME
  bs-internal flag $bs_bits 1 PVI
  bs-internal flag $bs_bits 2 TSD
  bs-internal flag $bs_bits 3 DE
  bs-internal flag $bs_bits 4 PSE
  bs-internal flag $bs_bits 5 PAE
  bs-internal flag $bs_bits 6 MCE
  bs-internal flag $bs_bits 7 PGE
  bs-internal flag $bs_bits 8 PCE
  bs-internal flag $bs_bits 9 OSFXSR
  bs-internal flag $bs_bits 10 OSXMMEXCPT
  bs-internal flag $bs_bits 11 UMIP
  bs-internal flag $bs_bits 12 LA57
  bs-internal flag $bs_bits 13 VMXE
  bs-internal flag $bs_bits 14 SMXE
  bs-internal flag $bs_bits 16 FSGSBASE
  bs-internal flag $bs_bits 17 PCIDE
  bs-internal flag $bs_bits 18 OSXSAVE
  bs-internal flag $bs_bits 19 KL
  bs-internal flag $bs_bits 20 SMEP
  bs-internal flag $bs_bits 21 SMAP
  bs-internal flag $bs_bits 22 PKE
  bs-internal flag $bs_bits 23 CET
  bs-internal flag $bs_bits 24 PKS
  bs-internal flag $bs_bits 25 UINTR
  bs-internal flag $bs_bits 27 LASS
  bs-internal flag $bs_bits 28 LAM_SUP
  bs-internal flag $bs_bits 32 FRED
  printf "\n"
end

define bs-internal efer
  set $bs_bits = (unsigned long)$efer
  printf "efer   0x%lx", $bs_bits
  bs-internal flag $bs_bits 0 SCE
  bs-internal flag $bs_bits 8 LME
  bs-internal flag $bs_bits 10 LMA
  bs-internal flag $bs_bits 11 NXE
  bs-internal flag $bs_bits 12 SVME
  bs-internal flag $bs_bits 13 LMSLE
  bs-internal flag $bs_bits 14 FFXSR
  bs-internal flag $bs_bits 15 TCE
  bs-internal flag $bs_bits 17 MCOMMIT
  bs-internal flag $bs_bits 18 INTWB
  bs-internal flag $bs_bits 20 UAIE
  bs-internal flag $bs_bits 21 AIBRSE
  printf "\n"
end

define bs-internal rflags
  set $bs_bits = (unsigned long)($eflags | 0)
  printf "rflags 0x%lx", $bs_bits
  bs-internal flag $bs_bits 0 CF
  bs-internal flag $bs_bits 2 PF
  bs-internal flag $bs_bits 4 AF
  bs-internal flag $bs_bits 6 ZF
  bs-internal flag $bs_bits 7 SF
  bs-internal flag $bs_bits 8 TF
  bs-internal flag $bs_bits 9 IF
  bs-internal flag $bs_bits 10 DF
  bs-internal flag $bs_bits 11 OF
  bs-internal flag $bs_bits 14 NT
  bs-internal flag $bs_bits 16 RF
  bs-internal flag $bs_bits 17 VM
  bs-internal flag $bs_bits 18 AC
  bs-internal flag $bs_bits 19 VIF
  bs-internal flag $bs_bits 20 VIP
  bs-internal flag $bs_bits 21 ID
  if ($bs_bits >> 12) & 3
    printf " IOPL=%d", ($bs_bits >> 12) & 3
  end
  printf "\n"
end

define bs-creg
  bs-internal cr0
  printf "cr2    0x%lx\ncr3    0x%lx\n", (unsigned long)$cr2, (unsigned long)$cr3
  bs-internal cr4
  bs-internal efer
  bs-internal rflags
end
document bs-creg
Show the control registers, efer and rflags with their set bits by name.
end
