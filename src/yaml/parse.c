/* SPDX-License-Identifier: MIT */
/* From libyaml's events to a tree. Events rather than libyaml's documents: limits bite before the text is read on. */
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "yaml/tree.h"

typedef struct anchor {
    const char *name;
    const nni_yaml_node *node;
    struct anchor *next;
} anchor;

typedef struct reader {
    nni_yaml_pool *pool;
    const char *text;
    const nni_yaml_source *source;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; deleted when the next is fetched */
    anchor *anchors;
    nn_error *error;
} reader;

static nni_yaml_place place_of(const reader *in, yaml_mark_t mark)
{
    return (nni_yaml_place){.source = in->source, .line = mark.line + 1, .column = mark.column + 1};
}

/* Encoding errors come with a byte offset alone. */
static nni_yaml_place place_of_byte(const reader *in, size_t offset)
{
    nni_yaml_place place = {.source = in->source, .line = 1, .column = 1};
    for (const char *at = in->text; *at && (size_t)(at - in->text) < offset; at++) {
        if (*at == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)*at & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static bool is_indented_by_tab(const reader *in, size_t line)
{
    const char *at = in->text;
    for (; at && line > 0; line--) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    return at && at[strspn(at, " ")] == '\t';
}

static nn_status fail_syntax(reader *in)
{
    const yaml_parser_t *parser = &in->parser;
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    if (parser->error == YAML_MEMORY_ERROR)
        return nn_fail(in->error, NN_SYSTEM, "out of memory: cannot read %s", in->source->name);
    if (parser->error == YAML_READER_ERROR) {
        const int value = parser->problem_value; /* -1 where a character is not whole */
        return nni_yaml_fail(in->error, place_of_byte(in, parser->problem_offset),
                             "this is no UTF-8 text: %s (byte 0x%02X); save the file as UTF-8", problem,
                             value >= 0 ? (unsigned)value : (unsigned char)in->text[parser->problem_offset]);
    }
    return nni_yaml_fail(in->error, place_of(in, parser->problem_mark), "this is no YAML: %s%s%s%s",
                         parser->context ? parser->context : "", parser->context ? ", " : "", problem,
                         is_indented_by_tab(in, parser->problem_mark.line) ? ": a tab; indent with blanks" : "");
}

static nn_status fetch(reader *in)
{
    yaml_event_delete(&in->event);
    return yaml_parser_parse(&in->parser, &in->event) ? NN_OK : fail_syntax(in);
}

static nn_status remember(reader *in, const char *name, const nni_yaml_node *node)
{
    anchor *known = nni_yaml_take(in->pool, sizeof *known, in->error);
    if (!known)
        return NN_SYSTEM;
    *known = (anchor){.name = name, .node = node, .next = in->anchors};
    in->anchors = known;
    return NN_OK;
}

static nn_status copy_node(reader *in, const nni_yaml_node *from, size_t depth, nni_yaml_node **copy)
{
    if (depth >= NNI_YAML_DEPTH && from->kind != NNI_YAML_SCALAR)
        return nni_yaml_fail(in->error, from->place, "aliases nest this deeper than %d levels", NNI_YAML_DEPTH);
    NN_TRY(nni_yaml_take_node(in->pool, from->kind, from->place, copy, in->error));
    (*copy)->text = from->text;
    (*copy)->plain = from->plain;
    for (const nni_yaml_entry *entry = from->first; entry; entry = entry->next) {
        nni_yaml_node *value = NULL;
        NN_TRY(copy_node(in, entry->value, depth + 1, &value));
        NN_TRY(nni_yaml_append(in->pool, *copy, entry->key, entry->place, value, in->error));
    }
    return NN_OK;
}

/* An anchor is known only once its value is complete, so that no value can hold itself. */
static nn_status compose_alias(reader *in, size_t depth, nni_yaml_node **node)
{
    const char *name = (const char *)in->event.data.alias.anchor;
    for (const anchor *known = in->anchors; known; known = known->next)
        if (strcmp(known->name, name) == 0)
            return copy_node(in, known->node, depth, node);
    char quoted[NNI_YAML_QUOTED];
    return nni_yaml_fail(in->error, place_of(in, in->event.start_mark), "no value before this one has the anchor %s",
                         nni_yaml_quote(name, quoted));
}

static nn_status take_scalar_text(reader *in, const char **text)
{
    const char *value = (const char *)in->event.data.scalar.value;
    size_t length = in->event.data.scalar.length;
    if (memchr(value, '\0', length))
        return nni_yaml_fail(in->error, place_of(in, in->event.start_mark), "a value cannot hold the character NUL");
    return nni_yaml_take_text(in->pool, value, length, text, in->error);
}

static nn_status compose_key(reader *in, const nni_yaml_node *mapping, const char **key, nni_yaml_place *place)
{
    *place = place_of(in, in->event.start_mark);
    if (in->event.type != YAML_SCALAR_EVENT)
        return nni_yaml_fail(in->error, *place, "a key must be a word, as in \"seed: 1\"");
    NN_TRY(take_scalar_text(in, key));
    const nni_yaml_entry *earlier = nni_yaml_get(mapping, *key, strlen(*key));
    char quoted[NNI_YAML_QUOTED];
    if (earlier)
        return nni_yaml_fail(in->error, *place, "key %s is given twice, first on line %zu; keep one of them",
                             nni_yaml_quote(*key, quoted), earlier->place.line);
    return fetch(in);
}

static nn_status compose(reader *in, size_t depth, nni_yaml_node **node);

static nn_status compose_children(reader *in, size_t depth, nni_yaml_node *node)
{
    if (depth >= NNI_YAML_DEPTH)
        return nni_yaml_fail(in->error, node->place, "lists and mappings nest deeper than %d levels here",
                             NNI_YAML_DEPTH);
    NN_TRY(fetch(in));
    while (in->event.type != YAML_SEQUENCE_END_EVENT && in->event.type != YAML_MAPPING_END_EVENT) {
        const char *key = NULL;
        nni_yaml_place place = place_of(in, in->event.start_mark);
        if (node->kind == NNI_YAML_MAPPING)
            NN_TRY(compose_key(in, node, &key, &place));
        nni_yaml_node *value = NULL;
        NN_TRY(compose(in, depth + 1, &value));
        NN_TRY(nni_yaml_append(in->pool, node, key, place, value, in->error));
        NN_TRY(fetch(in));
    }
    return NN_OK;
}

/* The parts that scalars, lists and mappings have in common. */
typedef struct trait {
    nni_yaml_kind kind;
    const yaml_char_t *anchor, *tag;
} trait;

static trait trait_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SEQUENCE_START_EVENT:
        return (trait){NNI_YAML_SEQUENCE, event->data.sequence_start.anchor, event->data.sequence_start.tag};
    case YAML_MAPPING_START_EVENT:
        return (trait){NNI_YAML_MAPPING, event->data.mapping_start.anchor, event->data.mapping_start.tag};
    default:
        return (trait){NNI_YAML_SCALAR, event->data.scalar.anchor, event->data.scalar.tag};
    }
}

/* Builds the value that starts with the current event, up to its last event. */
static nn_status compose(reader *in, size_t depth, nni_yaml_node **node)
{
    if (in->event.type == YAML_ALIAS_EVENT)
        return compose_alias(in, depth, node);
    trait is = trait_of(&in->event);
    nni_yaml_place place = place_of(in, in->event.start_mark);
    if (is.tag)
        return nni_yaml_fail(in->error, place,
                             "tags such as !!str are not used here; quote a value to make it a string");
    const char *name = NULL;
    if (is.anchor)
        NN_TRY(
            nni_yaml_take_text(in->pool, (const char *)is.anchor, strlen((const char *)is.anchor), &name, in->error));
    NN_TRY(nni_yaml_take_node(in->pool, is.kind, place, node, in->error));
    if (is.kind == NNI_YAML_SCALAR) {
        (*node)->plain = in->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        NN_TRY(take_scalar_text(in, &(*node)->text));
    } else {
        NN_TRY(compose_children(in, depth, *node));
    }
    return name ? remember(in, name, *node) : NN_OK;
}

/* Stream start, document start, the value, document end, stream end; an empty text has no document. */
static nn_status read_document(reader *in, nni_yaml_node **value)
{
    NN_TRY(fetch(in));
    NN_TRY(fetch(in));
    if (in->event.type == YAML_STREAM_END_EVENT) {
        nni_yaml_place start = {.source = in->source, .line = 1, .column = 1};
        NN_TRY(nni_yaml_take_node(in->pool, NNI_YAML_SCALAR, start, value, in->error));
        (*value)->plain = true;
        return NN_OK;
    }
    NN_TRY(fetch(in));
    NN_TRY(compose(in, 0, value));
    NN_TRY(fetch(in));
    NN_TRY(fetch(in));
    if (in->event.type != YAML_STREAM_END_EVENT)
        return nni_yaml_fail(in->error, place_of(in, in->event.start_mark),
                             "a second document starts here; keep one to a file");
    return NN_OK;
}

nn_status nni_yaml_parse_value(nni_yaml_pool *pool, const char *text, const nni_yaml_source *source,
                               nni_yaml_node **value, nn_error *error)
{
    reader in = {.pool = pool, .text = text, .source = source, .error = error};
    if (!yaml_parser_initialize(&in.parser))
        return nn_fail(error, NN_SYSTEM, "out of memory: cannot read %s", source->name);
    yaml_parser_set_encoding(&in.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&in.parser, (const unsigned char *)text, strlen(text));
    nn_status status = read_document(&in, value);
    yaml_event_delete(&in.event);
    yaml_parser_delete(&in.parser);
    return status;
}

nn_status nni_yaml_parse(nni_yaml_pool *pool, const char *text, nni_yaml_source_kind kind, const char *name,
                         nni_yaml_node **root, nn_error *error)
{
    nni_yaml_source *source = nni_yaml_take(pool, sizeof *source, error);
    if (!source)
        return NN_SYSTEM;
    source->kind = kind;
    NN_TRY(nni_yaml_take_text(pool, name, strlen(name), &source->name, error));
    text += strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* a byte order mark, as Windows' editors write it */
    NN_TRY(nni_yaml_parse_value(pool, text, source, root, error));
    nni_yaml_null_to_mapping(*root);
    if ((*root)->kind != NNI_YAML_MAPPING)
        return nni_yaml_fail(error, (*root)->place, "expected \"key: value\" lines, not %s",
                             (*root)->kind == NNI_YAML_SEQUENCE ? "a list" : "a single value");
    return NN_OK;
}
