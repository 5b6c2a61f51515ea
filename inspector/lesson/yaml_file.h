/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML as lessons have it: a mapping of keys to texts, lists and further mappings; each with its line. */
#ifndef BOOTSCOPE_LESSON_YAML_FILE_H
#define BOOTSCOPE_LESSON_YAML_FILE_H

#include <stdbool.h>
#include <yaml.h>

#include "error.h"
#include "lesson.h"

struct yaml_file {
    const char *path;
    unsigned int first; /* the line of path where the text begins */
    yaml_document_t document;
};

/* Loads the one document in text. ERROR_INPUT with path and line. What was loaded is to be closed. */
struct error *yaml_file_open(const char *path, unsigned int first, struct span text,
                             struct yaml_file *ret);
void yaml_file_close(struct yaml_file *file);

/* NULL when the document is empty. */
const yaml_node_t *yaml_file_root(struct yaml_file *file);
const yaml_node_t *yaml_file_node(struct yaml_file *file, int id);
/* "PATH:LINE: MESSAGE" */
struct error *yaml_file_error(const struct yaml_file *file, const yaml_node_t *node,
                              const char *format, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result, returns_nonnull));
unsigned int yaml_file_line(const struct yaml_file *file, const yaml_node_t *node);

/* A scalar's text, valid as long as the file; what is for the message. ERROR_INPUT: not one, or empty. */
struct error *yaml_file_text(const struct yaml_file *file, const yaml_node_t *node,
                             const char *what, const char **ret);

/*
 * Goes over a mapping whose keys are texts, each there once. visit gets the value; its error ends it.
 */
typedef struct error *(*yaml_visit)(void *context, struct yaml_file *file, const char *key,
                                    const yaml_node_t *key_node, const yaml_node_t *value);
struct error *yaml_file_each(struct yaml_file *file, const yaml_node_t *mapping, yaml_visit visit,
                             void *context);

#endif
