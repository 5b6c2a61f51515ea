/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson's image block may name, the file that this is, and what makes it. */
#ifndef BOOTSCOPE_COURSE_IMAGE_NAME_H
#define BOOTSCOPE_COURSE_IMAGE_NAME_H

/*
 * The file's path within the build folder: NAME.bzImage, and for FOLDER/vmlinuz, a kernel as its distribution
 * ships it, the file itself. The caller's to free.
 */
char *image_name_file(const char *name);

/* The make target that builds or downloads it; the caller's to free. NULL: no target does. */
char *image_name_target(const char *name);

/* The known name that is nearest to this one, a static string; NULL: none is near. */
const char *image_name_near(const char *name);

#endif
