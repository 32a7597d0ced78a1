/* SPDX-License-Identifier: MIT */
/* What a text may say: known keys, values of their types, and everything that is required. */
#include <string.h>

#include "yaml/message.h"
#include "yaml/schema.h"

/* What a walk carries along. */
typedef struct check {
    const nni_setting *root;
    nn_error *error;
} check;

static bool is_list(const nni_setting *setting)
{
    return setting->type >= NNI_SETTING_TEXTS;
}

const nni_setting *nni_yaml_short_form(const nni_setting *section)
{
    return strcmp(section->key, "name") == 0 && section->type == NNI_SETTING_KIND ? section : NULL;
}

/* @param setting  NULL: the root */
static const char *expected_of(const nni_setting *setting, bool element)
{
    if (setting && is_list(setting) && !element)
        return "a list [...]";
    const nni_setting *section = setting ? nni_setting_section(setting) : NULL;
    if (section || !setting)
        return section && nni_yaml_short_form(section) ? "a name or a mapping {key: value, ...}"
                                                       : "a mapping {key: value, ...}";
    if (setting->type == NNI_SETTING_NUMBER || setting->type == NNI_SETTING_NUMBERS)
        return "a number";
    if ((setting->type == NNI_SETTING_COUNT || setting->type == NNI_SETTING_COUNTS) && !setting->word)
        return "a whole number";
    return setting->type == NNI_SETTING_BOOL ? "true or false" : "a single value";
}

/* @param section  whose keys are told; or NULL */
static nn_status fail_node(const check *in, const nni_yaml_node *node, const char *expected, const nni_setting *section,
                           const nni_yaml_path *at)
{
    const char *const nodes[] = {"a single value", "a list", "a mapping"};
    nni_sentence what = nni_start_sentence(at);
    nni_say(&what, "expected %s, not %s", expected, nni_yaml_is_null(node) ? "nothing" : nodes[node->kind]);
    if (section) {
        nni_say(&what, "; its keys are ");
        nni_say_keys(&what, section);
    }
    return nni_fail_with(in->error, node->place, &what);
}

/* @param element  it is one of the list that the setting is */
static nn_status check_value(const check *in, nni_yaml_node *node, const nni_setting *setting, bool element,
                             const nni_yaml_path *at)
{
    if (node->kind != NNI_YAML_SCALAR || nni_yaml_is_null(node))
        return fail_node(in, node, expected_of(setting, element), NULL, at);
    nni_sentence wrong = {.length = 0};
    nni_yaml_check_value(node, setting, &wrong);
    if (wrong.length == 0)
        return NN_OK;
    char quoted[NNI_YAML_QUOTED];
    nni_sentence what = nni_start_sentence(at);
    nni_say(&what, "%s %s", nni_yaml_quote(node->text, quoted), wrong.text);
    return nni_fail_with(in->error, node->place, &what);
}

static nn_status fail_unknown_key(const check *in, const nni_yaml_entry *entry, const nni_setting *section,
                                  const nni_yaml_path *at)
{
    char quoted[NNI_YAML_QUOTED];
    nni_sentence what = nni_start_sentence(at);
    nni_say(&what, "unknown key %s", nni_yaml_quote(entry->key, quoted));
    nni_say_nearest_key(&what, section, in->root, entry->key);
    nni_say(&what, "; the keys here are ");
    nni_say_keys(&what, section);
    return nni_fail_with(in->error, entry->place, &what);
}

static nn_status check_setting(const check *in, nni_yaml_node *node, const nni_setting *setting,
                               const nni_yaml_path *at);

/* @param setting  of the section; NULL: the root */
static nn_status check_section(const check *in, nni_yaml_node *node, const nni_setting *section,
                               const nni_setting *setting, const nni_yaml_path *at)
{
    nni_yaml_null_to_mapping(node);
    const nni_setting *name = nni_yaml_short_form(section);
    if (node->kind == NNI_YAML_SCALAR && name)
        return check_value(in, node, name, false, at);
    if (node->kind != NNI_YAML_MAPPING)
        return fail_node(in, node, expected_of(setting, true), section, at);
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next) {
        const nni_setting *below = nni_section_find(section, entry->key);
        if (!below)
            return fail_unknown_key(in, entry, section, at);
        NN_TRY(check_setting(in, entry->value, below, &(nni_yaml_path){.parent = at, .key = below->key}));
    }
    return NN_OK;
}

static nn_status check_length(const check *in, const nni_yaml_node *node, const nni_setting *setting,
                              const nni_yaml_path *at)
{
    const size_t fewest = setting->fewest ? setting->fewest : 1;
    const bool few = node->count < fewest;
    if (!few && (!setting->utmost || node->count <= setting->utmost))
        return NN_OK;
    const size_t limit = few ? fewest : setting->utmost;
    nni_sentence what = nni_start_sentence(at);
    nni_say(&what, "must have at %s %zu element%s, but has %zu", few ? "least" : "most", limit, limit == 1 ? "" : "s",
            node->count);
    return nni_fail_with(in->error, node->place, &what);
}

static nn_status check_list(const check *in, nni_yaml_node *node, const nni_setting *setting, const nni_yaml_path *at)
{
    if (node->kind != NNI_YAML_SEQUENCE)
        return fail_node(in, node, expected_of(setting, false), NULL, at);
    NN_TRY(check_length(in, node, setting, at));
    size_t index = 0;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next, index++) {
        const nni_yaml_path here = {.parent = at, .index = index};
        if (setting->type == NNI_SETTING_SECTIONS)
            NN_TRY(check_section(in, entry->value, setting->settings, setting, &here));
        else
            NN_TRY(check_value(in, entry->value, setting, true, &here));
    }
    return NN_OK;
}

static nn_status check_setting(const check *in, nni_yaml_node *node, const nni_setting *setting,
                               const nni_yaml_path *at)
{
    if (setting->type == NNI_SETTING_SECTION)
        return check_section(in, node, setting->settings, setting, at);
    return is_list(setting) ? check_list(in, node, setting, at) : check_value(in, node, setting, false, at);
}

nn_status nni_yaml_check(nni_yaml_node *root, const nni_setting *section, nn_error *error)
{
    return check_section(&(check){.root = section, .error = error}, root, section, NULL, NULL);
}

/* --- what is required --- */

static nn_status fail_missing(nni_yaml_place place, const nni_setting *setting, const nni_yaml_path *at,
                              nn_error *error)
{
    nni_sentence what = {.length = 0};
    nni_say_path(&what, &(nni_yaml_path){.parent = at, .key = setting->key});
    nni_say(&what, " is missing");
    const nni_setting *section = nni_setting_section(setting), *name = section ? nni_yaml_short_form(section) : setting;
    if (name && name->type == NNI_SETTING_KIND) {
        nni_say(&what, "; write one of ");
        nni_say_kinds(&what, name->domain);
    }
    return nni_fail_with(error, place, &what);
}

/* `place` is the innermost mapping around that somebody wrote: the defaults have no lines to point at. */
static nn_status complete(const nni_yaml_node *node, const nni_setting *section, const nni_yaml_path *at,
                          nni_yaml_place place, nn_error *error)
{
    if (node->place.source->kind != NNI_YAML_DEFAULTS)
        place = node->place;
    if (node->kind == NNI_YAML_SEQUENCE) {
        size_t index = 0;
        for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next, index++)
            NN_TRY(complete(entry->value, section, &(nni_yaml_path){.parent = at, .index = index}, place, error));
        return NN_OK;
    }
    for (const nni_setting *setting = section; setting->key; setting++) {
        const nni_yaml_entry *entry = nni_yaml_get(node, setting->key, strlen(setting->key));
        const nni_yaml_path below = {.parent = at, .key = setting->key};
        if (entry && nni_setting_section(setting))
            NN_TRY(complete(entry->value, setting->settings, &below, place, error));
        else if (!entry && setting->required)
            return fail_missing(place, setting, at, error);
    }
    return NN_OK;
}

nn_status nni_yaml_check_complete(const nni_yaml_node *root, const nni_setting *section, nn_error *error)
{
    return complete(root, section, NULL, root->place, error);
}
