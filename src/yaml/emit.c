/* SPDX-License-Identifier: MIT */
/* From a tree to text, through libyaml's emitter. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "yaml/tree.h"

typedef struct output {
    char *text;
    size_t length, capacity;
} output;

static int write_output(void *data, unsigned char *bytes, size_t count)
{
    output *out = data;
    if (count >= out->capacity - out->length) {
        size_t capacity = 2 * (out->capacity + count);
        char *grown = realloc(out->text, capacity);
        if (!grown)
            return 0;
        out->text = grown;
        out->capacity = capacity;
    }
    memcpy(out->text + out->length, bytes, count);
    out->length += count;
    out->text[out->length] = '\0';
    return 1;
}

/* Lists and mappings of single values go on one line, as people write them. */
static bool is_flow(const nni_yaml_node *node)
{
    if (node->kind == NNI_YAML_SEQUENCE)
        return true;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next)
        if (entry->value->kind != NNI_YAML_SCALAR)
            return false;
    return true;
}

static bool emit_scalar(yaml_emitter_t *emitter, const char *text, bool plain)
{
    /* The emitter quotes a plain value that needs it, with single quotes where they do; asking for the same quotes
     * where a value came quoted makes the text of a text the same. */
    yaml_scalar_style_t style = plain ? YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE;
    yaml_event_t event;
    return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), plain, 1,
                                        style) &&
           yaml_emitter_emit(emitter, &event);
}

static bool emit_start(yaml_emitter_t *emitter, const nni_yaml_node *node)
{
    yaml_event_t event;
    bool flow = is_flow(node);
    int made = node->kind == NNI_YAML_SEQUENCE
                   ? yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                          flow ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE)
                   : yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                                         flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE);
    return made && yaml_emitter_emit(emitter, &event);
}

static bool emit_end(yaml_emitter_t *emitter, const nni_yaml_node *node)
{
    yaml_event_t event;
    int made = node->kind == NNI_YAML_SEQUENCE ? yaml_sequence_end_event_initialize(&event)
                                               : yaml_mapping_end_event_initialize(&event);
    return made && yaml_emitter_emit(emitter, &event);
}

/* `last` receives the value that came last, to be named where it cannot be written. */
static bool emit_node(yaml_emitter_t *emitter, const nni_yaml_node *node, const nni_yaml_node **last)
{
    *last = node;
    if (node->kind == NNI_YAML_SCALAR)
        return emit_scalar(emitter, node->text, node->plain);
    if (!emit_start(emitter, node))
        return false;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next)
        if ((entry->key && !emit_scalar(emitter, entry->key, true)) || !emit_node(emitter, entry->value, last))
            return false;
    return emit_end(emitter, node);
}

static bool emit_document(yaml_emitter_t *emitter, const nni_yaml_node *root, const nni_yaml_node **last)
{
    yaml_event_t event;
    return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) && yaml_emitter_emit(emitter, &event) &&
           yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) && yaml_emitter_emit(emitter, &event) &&
           emit_node(emitter, root, last) && yaml_document_end_event_initialize(&event, 1) &&
           yaml_emitter_emit(emitter, &event) && yaml_stream_end_event_initialize(&event) &&
           yaml_emitter_emit(emitter, &event);
}

nn_status nni_yaml_emit(const nni_yaml_node *root, char **text, nn_error *error)
{
    output out = {.text = calloc(1, 1), .capacity = 1};
    yaml_emitter_t emitter;
    if (!out.text || !yaml_emitter_initialize(&emitter)) {
        free(out.text);
        return nn_fail(error, NN_SYSTEM, "out of memory: cannot write YAML");
    }
    yaml_emitter_set_output(&emitter, write_output, &out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    const nni_yaml_node *last = root;
    bool written = emit_document(&emitter, root, &last);
    /* Where libyaml's emitter has no complaint, making the event failed: the text was not UTF-8. */
    bool no_text = !written && emitter.error == YAML_NO_ERROR && last->kind == NNI_YAML_SCALAR;
    yaml_emitter_delete(&emitter);
    if (!written) {
        char quoted[NNI_YAML_QUOTED];
        free(out.text);
        return no_text ? nni_yaml_fail(error, last->place, "%s is no UTF-8 text", nni_yaml_quote(last->text, quoted))
                       : nn_fail(error, NN_SYSTEM, "out of memory: cannot write YAML");
    }
    *text = out.text;
    return NN_OK;
}
