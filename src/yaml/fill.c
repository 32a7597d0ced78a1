/* SPDX-License-Identifier: MIT */
/* From a checked tree into structs, with the ranges of values. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "yaml/message.h"
#include "yaml/quantity.h"
#include "yaml/schema.h"

typedef struct filling {
    const nni_kind *kind; /* of the section, for values that stand with kinds; or NULL */
    nn_error *error;
} filling;

static nn_status fail_memory(nn_error *error)
{
    return nn_fail(error, NN_SYSTEM, "out of memory: cannot read the recipe");
}

/* --- ranges --- */

static bool is_open(const nni_setting *setting)
{
    return setting->least == 0 && setting->most == 0;
}

static bool is_within(const nni_setting *setting, double value)
{
    return is_open(setting) || ((setting->above ? value > setting->least : value >= setting->least) &&
                                (setting->below ? value < setting->most : value <= setting->most));
}

/* Adds what is usual: the default, unless that is to switch something off, is a remedy that is always right. */
static void say_usual(nni_sentence *to, const filling *in, const nni_setting *setting)
{
    const char *usual = setting->usual ? setting->usual : "%s is usual", *gap = strstr(usual, "%s");
    const char *value = setting->value;
    if (in->kind)
        nni_kind_has(in->kind, setting->key, &value);
    if (!gap)
        nni_say(to, "; %s", usual);
    else if (value && strcmp(value, "0") != 0 && setting->type == NNI_SETTING_NUMBER)
        nni_say(to, "; %.*s%s%s", (int)(gap - usual), usual, value, gap + 2);
}

static nn_status fail_range(const filling *in, const nni_yaml_node *node, const nni_setting *setting, double value,
                            const nni_yaml_path *at)
{
    nni_sentence what = nni_start_sentence(at);
    nni_say(&what, "must be ");
    nni_say_range(&what, setting);
    if (setting->word)
        nni_say(&what, ", or %s", setting->word);
    if (setting->type == NNI_SETTING_NUMBER || setting->type == NNI_SETTING_NUMBERS)
        nni_say(&what, ", not %g", value);
    else if (!isinf(setting->most))
        nni_say(&what, ", not %s", node->text);
    say_usual(&what, in, setting);
    return nni_fail_with(in->error, node->place, &what);
}

static void say_size(nni_sentence *what, const nni_setting *setting)
{
    if (setting->word)
        nni_say(what, "neither %s nor a size", setting->word);
    else
        nni_say(what, "no size");
    if (!is_open(setting))
        nni_say(what, " of up to %.15gM; write one", setting->most / (1 << 20));
    nni_say(what, " such as %s", setting->usual);
}

/* A quantity whose text says nothing, or something out of range. */
static nn_status fail_quantity(const filling *in, const nni_yaml_node *node, const nni_setting *setting,
                               const nni_yaml_path *at)
{
    char quoted[NNI_YAML_QUOTED];
    nni_sentence what = nni_start_sentence(at);
    nni_say(&what, "%s is ", nni_yaml_quote(node->text, quoted));
    if (setting->type == NNI_SETTING_SECONDS)
        nni_say(&what, "no length of time; write one such as %s", setting->usual);
    else if (setting->type == NNI_SETTING_INTERVAL)
        nni_say(&what, "no interval; write one such as 1 epoch or 500 steps");
    else
        say_size(&what, setting);
    return nni_fail_with(in->error, node->place, &what);
}

/* --- values --- */

static nn_status fill_text(const char *text, char **member, nn_error *error)
{
    *member = strdup(text);
    return *member ? NN_OK : fail_memory(error);
}

/* A size, a length of time or an interval; 0 where a word stands for it. */
static nn_status fill_quantity(const filling *in, const nni_yaml_node *node, const nni_setting *setting,
                               char *structure, const nni_yaml_path *at)
{
    void *member = structure + setting->offset;
    double value = 0;
    bool read;
    if (setting->beside)
        NN_TRY(fill_text(node->text, (char **)(void *)(structure + setting->beside), in->error));
    if (setting->word && strcmp(node->text, setting->word) == 0)
        return NN_OK;
    if (setting->type == NNI_SETTING_BYTES) {
        read = nni_read_bytes(node->text, member);
        value = (double)*(size_t *)member;
    } else if (setting->type == NNI_SETTING_SECONDS) {
        read = nni_read_seconds(node->text, member);
        value = *(double *)member;
    } else {
        const nni_interval *interval = member;
        read = nni_read_interval(node->text, member);
        value = (double)(interval->epochs + interval->steps);
    }
    return read && is_within(setting, value) ? NN_OK : fail_quantity(in, node, setting, at);
}

static nn_status fill_count(const filling *in, const nni_yaml_node *node, const nni_setting *setting, void *member,
                            const nni_yaml_path *at)
{
    const bool word = setting->word && strcmp(node->text, setting->word) == 0;
    const uint64_t value = word ? 0 : strtoull(node->text, NULL, 10);
    if (setting->size == sizeof(uint64_t))
        *(uint64_t *)member = value;
    else
        *(uint32_t *)member = (uint32_t)value;
    return word || is_within(setting, (double)value) ? NN_OK : fail_range(in, node, setting, (double)value, at);
}

/* A value, or an element of a list of values. */
static nn_status fill_value(const filling *in, const nni_yaml_node *node, const nni_setting *setting, void *member,
                            const nni_yaml_path *at)
{
    double *number = member;
    switch (setting->type) {
    case NNI_SETTING_BOOL:
        *(bool *)member = strcmp(node->text, "true") == 0;
        return NN_OK;
    case NNI_SETTING_COUNT:
    case NNI_SETTING_COUNTS:
        return fill_count(in, node, setting, member, at);
    case NNI_SETTING_NUMBER:
    case NNI_SETTING_NUMBERS:
        if (setting->word && strcmp(node->text, setting->word) == 0)
            return NN_OK;
        *number = strtod(node->text, NULL);
        return is_within(setting, *number) ? NN_OK : fail_range(in, node, setting, *number, at);
    case NNI_SETTING_KIND:
        *(int *)member = (int)nni_domain_find(setting->domain, node->text);
        return NN_OK;
    default:
        return fill_text(node->text, member, in->error);
    }
}

/* --- sections and lists --- */

static nn_status fill_section(const nni_yaml_node *node, const nni_setting *section, char *structure,
                              const nni_yaml_path *at, nn_error *error);

static nn_status fill_list(const filling *in, const nni_yaml_node *node, const nni_setting *setting, char *structure,
                           const nni_yaml_path *at)
{
    char *elements = calloc(node->count, setting->size);
    if (!elements)
        return fail_memory(in->error);
    *(void **)(void *)(structure + setting->offset) = elements;
    *(uint32_t *)(void *)(structure + setting->beside) = (uint32_t)node->count;
    size_t index = 0;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next, index++) {
        const nni_yaml_path here = {.parent = at, .index = index};
        char *element = elements + index * setting->size;
        if (setting->type == NNI_SETTING_SECTIONS)
            NN_TRY(fill_section(entry->value, setting->settings, element, &here, in->error));
        else
            NN_TRY(fill_value(in, entry->value, setting, element, &here));
    }
    return NN_OK;
}

static nn_status fill_setting(const filling *in, const nni_yaml_node *node, const nni_setting *setting, char *structure,
                              const nni_yaml_path *at)
{
    switch (setting->type) {
    case NNI_SETTING_SECTION:
        return fill_section(node, setting->settings, structure + setting->offset, at, in->error);
    case NNI_SETTING_TEXTS:
    case NNI_SETTING_COUNTS:
    case NNI_SETTING_NUMBERS:
    case NNI_SETTING_SECTIONS:
        return fill_list(in, node, setting, structure, at);
    case NNI_SETTING_BYTES:
    case NNI_SETTING_SECONDS:
    case NNI_SETTING_INTERVAL:
        return fill_quantity(in, node, setting, structure, at);
    default:
        return fill_value(in, node, setting, structure + setting->offset, at);
    }
}

static nn_status fill_section(const nni_yaml_node *node, const nni_setting *section, char *structure,
                              const nni_yaml_path *at, nn_error *error)
{
    const nni_setting *decides = nni_section_kind(section);
    const nni_yaml_entry *name = decides ? nni_yaml_get(node, decides->key, strlen(decides->key)) : NULL;
    filling in = {.error = error};
    if (name)
        in.kind = nni_domain_kind(decides->domain, nni_domain_find(decides->domain, name->value->text));
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next) {
        const nni_setting *setting = nni_section_find(section, entry->key);
        NN_TRY(fill_setting(&in, entry->value, setting, structure, &(nni_yaml_path){.parent = at, .key = entry->key}));
    }
    return NN_OK;
}

nn_status nni_yaml_fill(const nni_yaml_node *root, const nni_setting *section, void *structure, nn_error *error)
{
    return fill_section(root, section, structure, NULL, error);
}

static void release_list(const nni_setting *setting, char *structure)
{
    char *elements = *(void **)(void *)(structure + setting->offset);
    const uint32_t count = *(uint32_t *)(void *)(structure + setting->beside);
    for (uint32_t i = 0; elements && i < count; i++) {
        char *element = elements + i * setting->size;
        if (setting->type == NNI_SETTING_SECTIONS)
            nni_yaml_release(setting->settings, element);
        else if (setting->type == NNI_SETTING_TEXTS)
            free(*(void **)(void *)element);
    }
    free(elements);
}

void nni_yaml_release(const nni_setting *section, void *structure)
{
    for (const nni_setting *setting = section; setting->key; setting++) {
        char *member = (char *)structure + setting->offset;
        switch (setting->type) {
        case NNI_SETTING_TEXT:
            free(*(void **)(void *)member);
            break;
        case NNI_SETTING_SECTION:
            nni_yaml_release(setting->settings, member);
            break;
        case NNI_SETTING_TEXTS:
        case NNI_SETTING_COUNTS:
        case NNI_SETTING_NUMBERS:
        case NNI_SETTING_SECTIONS:
            release_list(setting, structure);
            break;
        default:
            if (setting->beside)
                free(*(void **)(void *)((char *)structure + setting->beside));
        }
    }
}
