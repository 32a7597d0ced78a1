/* SPDX-License-Identifier: MIT */
#include "recipe/check.h"

#include <stdarg.h>
#include <stdio.h>

nn_status nni_check_fail(const nni_check *in, const char *key, const char *format, ...)
{
    char sentence[400], quoted[NNI_YAML_QUOTED];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const nni_yaml_node *node = nni_yaml_find(in->root, key);
    if (node && node->place.source->kind != NNI_YAML_DEFAULTS)
        return nni_yaml_fail(in->error, node->place, "%s: %s", key, sentence);
    return nn_fail(in->error, NN_USAGE, "%s: %s (by default %s): %s", in->origin, key,
                   nni_yaml_quote(node ? node->text : "", quoted), sentence);
}

const char *nni_check_later(const nni_check *in, const char *key, const char *other)
{
    nni_yaml_source_kind mine = nni_yaml_find(in->root, key)->place.source->kind;
    return nni_yaml_find(in->root, other)->place.source->kind > mine ? other : key;
}

bool nni_check_has(const nni_check *in, const char *key)
{
    return nni_yaml_find(in->root, key) != NULL;
}
