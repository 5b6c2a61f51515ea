/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must not stay behind: temporary files and directories, removed when the program ends by
 * itself and when a signal ends it.
 */
#ifndef BOOTSCOPE_TOOLS_CLEANUP_H
#define BOOTSCOPE_TOOLS_CLEANUP_H

/* Catches SIGINT, SIGTERM, SIGHUP and SIGPIPE: removes what is listed, then dies by that signal. */
void cleanup_on_signals(void);

/*
 * Lists a path for removal (a file, or a directory that is empty by then); later ones go first.
 * The text is copied. Returns a slot for cleanup_forget(), or -1 when the list or the path is too
 * long: the caller then must not create the file.
 */
int cleanup_add(const char *path);

/* Takes a slot off the list without removing anything (the file got its final name). */
void cleanup_forget(int slot);

/* Removes everything that is still listed. */
void cleanup_run(void);

#endif
