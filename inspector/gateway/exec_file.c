/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file that stands for the guest as a whole (qXfer:exec-file:read). gdb asks for the list of
 * libraries on connecting only when it has a program, and the guest is none: it is several files
 * that move. This one is an ELF header and nothing else, so that it has no symbol that could be in
 * the way. It is anonymous memory: nothing is left when the gateway ends.
 */
#include <elf.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal_gateway.h"

struct error *exec_file_make(int *ret_fd)
{
    const Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_shentsize = sizeof(Elf64_Shdr),
    };
    int fd = memfd_create("bootscope-guest", MFD_CLOEXEC);

    if (fd < 0)
        return error_errno(errno, "file for the debugger");
    if (write(fd, &header, sizeof(header)) != (ssize_t)sizeof(header)) {
        struct error *err = error_errno(errno, "file for the debugger");
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return NULL;
}
