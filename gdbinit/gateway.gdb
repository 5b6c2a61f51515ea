# SPDX-License-Identifier: GPL-3.0-or-later
# gateway.gdb: for any gdb, with Python or without, that is connected through `bootscope gateway`.
#
#     gdb -x gdbinit/gateway.gdb -ex 'target remote | build/bootscope gateway build/teaching.bzImage'
#
# Not for QEMU's own stub: that is bootscope.gdb.

# The gateway tells which files are where. They are this machine's, and no dynamic linker has them.
set osabi none
set sysroot /

# A command may take a while, on a busy machine; gdb would give up waiting after two seconds.
set remotetimeout 600

# A `monitor` command that moves the guest moves it behind gdb's back. So after each, gdb reads the
# registers anew, and asks where the files of the boot code are now.
define hookpost-monitor
  maintenance flush register-cache
  sharedlibrary
end
