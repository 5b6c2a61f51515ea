# SPDX-License-Identifier: GPL-3.0-or-later
# Reads the page tables of a stopped guest that bench has connected to, with gdb's own commands: raw, as one
# who knows that the six tables lie in a row from cr3 on, or (tables) walked into ranges.
set max-value-size unlimited
define-prefix bs-internal
source gdbinit/connect.gdb
source gdbinit/registers.gdb
source gdbinit/paging.gdb

define raw
  bs-physical on
  eval "x/3072gx 0x%lx", (unsigned long)$cr3
  bs-physical off
end

# What starting gdb and connecting costs by itself.
define nothing
  echo connected\n
end
