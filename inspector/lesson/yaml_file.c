/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "yaml_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error *bad_yaml(const char *path, unsigned int first, const yaml_parser_t *parser)
{
    return error_new(ERROR_INPUT, "%s:%u: %s%s%s", path,
                     first + (unsigned int)parser->problem_mark.line,
                     parser->problem ? parser->problem : "bad YAML", parser->context ? ", " : "",
                     parser->context ? parser->context : "");
}

/* A second document in the same text would be read by nobody. */
static struct error *expect_end(const char *path, unsigned int first, yaml_parser_t *parser)
{
    yaml_document_t rest;
    struct error *err = NULL;

    if (!yaml_parser_load(parser, &rest))
        return bad_yaml(path, first, parser);
    if (yaml_document_get_root_node(&rest))
        err = error_new(ERROR_INPUT, "%s:%u: a second YAML document", path,
                        first + (unsigned int)rest.start_mark.line);
    yaml_document_delete(&rest);
    return err;
}

struct error *yaml_file_open(const char *path, unsigned int first, struct span text,
                             struct yaml_file *ret)
{
    yaml_parser_t parser;
    struct error *err = NULL;

    *ret = (struct yaml_file){.path = path, .first = first};
    if (!yaml_parser_initialize(&parser))
        return error_new(ERROR_SYSTEM, "%s: no memory for its YAML", path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.text, text.length);
    if (!yaml_parser_load(&parser, &ret->document)) {
        err = bad_yaml(path, first, &parser);
    } else if (yaml_document_get_root_node(&ret->document)) {
        err = expect_end(path, first, &parser);
        if (err)
            yaml_file_close(ret);
    }
    yaml_parser_delete(&parser);
    return err;
}

void yaml_file_close(struct yaml_file *file)
{
    yaml_document_delete(&file->document);
}

const yaml_node_t *yaml_file_root(struct yaml_file *file)
{
    return yaml_document_get_root_node(&file->document);
}

const yaml_node_t *yaml_file_node(struct yaml_file *file, int id)
{
    return yaml_document_get_node(&file->document, id);
}

unsigned int yaml_file_line(const struct yaml_file *file, const yaml_node_t *node)
{
    return file->first + (node ? (unsigned int)node->start_mark.line : 0);
}

struct error *yaml_file_error(const struct yaml_file *file, const yaml_node_t *node,
                              const char *format, ...)
{
    struct error *err;
    char *message;
    va_list args;

    va_start(args, format);
    if (vasprintf(&message, format, args) < 0)
        abort();
    va_end(args);
    err = error_new(ERROR_INPUT, "%s:%u: %s", file->path, yaml_file_line(file, node), message);
    free(message);
    return err;
}

struct error *yaml_file_text(const struct yaml_file *file, const yaml_node_t *node,
                             const char *what, const char **ret)
{
    if (node->type != YAML_SCALAR_NODE)
        return yaml_file_error(file, node,
                               "%s: a text is wanted; quote one that has : { or [ in it", what);
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length)
        return yaml_file_error(file, node, "%s: a NUL in a text", what);
    if (text[strspn(text, " \t\n")] == '\0')
        return yaml_file_error(file, node, "%s: nothing stands here", what);
    *ret = text;
    return NULL;
}

static struct error *check_once(struct yaml_file *file, const yaml_node_t *mapping,
                                const yaml_node_pair_t *pair, const char *key)
{
    for (const yaml_node_pair_t *other = mapping->data.mapping.pairs.start; other < pair; other++) {
        const yaml_node_t *node = yaml_file_node(file, other->key);

        if (node->type == YAML_SCALAR_NODE &&
            strcmp((const char *)node->data.scalar.value, key) == 0)
            return yaml_file_error(file, yaml_file_node(file, pair->key),
                                   "%s: stands here twice, first in line %u", key,
                                   yaml_file_line(file, node));
    }
    return NULL;
}

struct error *yaml_file_each(struct yaml_file *file, const yaml_node_t *mapping, yaml_visit visit,
                             void *context)
{
    struct error *err = NULL;

    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return yaml_file_error(file, mapping, "lines of the form \"key: value\" are wanted");
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         !err && pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key_node = yaml_file_node(file, pair->key);
        const char *key = NULL;

        err = yaml_file_text(file, key_node, "key", &key);
        if (!err)
            err = check_once(file, mapping, pair, key);
        if (!err)
            err = visit(context, file, key, key_node, yaml_file_node(file, pair->value));
    }
    return err;
}
