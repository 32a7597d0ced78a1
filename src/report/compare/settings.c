/* SPDX-License-Identifier: MIT */
#include "report/compare/settings.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "yaml/tree.h"

enum { PATH_SIZE = 512, PATHS_MOST = 4096 }; /* bytes of a setting's path; a recipe of ours has some hundred settings */

/* A recipe that is being taken apart. */
typedef struct walk {
    nni_run_settings *settings;
    size_t run;
    char path[PATH_SIZE];
    nn_error *error;
} walk;

static nn_status add_path(nni_run_settings *settings, const char *path, nn_error *error)
{
    NN_TRY(nni_string_set_add(&settings->paths, path, error));
    nni_run_setting *grown = realloc(settings->each, settings->paths.count * sizeof *grown);
    if (!grown)
        return nn_fail(error, NN_SYSTEM, "out of memory: cannot hold the settings of %zu runs", settings->runs);
    settings->each = grown;
    nni_run_setting *added = &grown[settings->paths.count - 1];
    memset(added, 0, sizeof *added);
    NN_TRY(nni_allocate(settings->runs, sizeof *added->value_of, "the settings of runs", &added->value_of, error));
    for (size_t i = 0; i < settings->runs; i++)
        added->value_of[i] = SIZE_MAX;
    return NN_OK;
}

static nn_status add(walk *at, const char *value, bool list)
{
    nni_run_settings *settings = at->settings;
    size_t path = nni_string_set_find(&settings->paths, at->path);
    if (path == SIZE_MAX && settings->paths.count == PATHS_MOST)
        return NN_OK; /* no recipe of ours */
    if (path == SIZE_MAX)
        NN_TRY(add_path(settings, at->path, at->error));
    nni_run_setting *setting = &settings->each[path == SIZE_MAX ? settings->paths.count - 1 : path];
    NN_TRY(nni_string_set_add(&setting->values, value, at->error));
    setting->present += setting->value_of[at->run] == SIZE_MAX;
    setting->value_of[at->run] = nni_string_set_find(&setting->values, value);
    setting->list |= list;
    return NN_OK;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool is_number(const char *text, double *number)
{
    char *end = NULL;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*number);
}

/* Writes a value so that equal ones have equal texts: 1e-1 as 0.1, a file by its name, a list with commas. */
static void put_value(FILE *out, const nni_yaml_node *node, bool is_path)
{
    if (node->kind != NNI_YAML_SCALAR) {
        for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next) {
            put_value(out, entry->value, is_path);
            if (entry->next)
                fputs(node->kind == NNI_YAML_SEQUENCE ? ", " : " ", out);
        }
        return;
    }
    double number = 0;
    const char *slash = is_path ? strrchr(node->text, '/') : NULL;
    if (node->plain && strspn(node->text, "0123456789") != strlen(node->text) && is_number(node->text, &number))
        fprintf(out, "%.15g", number);
    else
        fputs(slash && slash[1] ? slash + 1 : node->text, out);
}

static nn_status add_value(walk *at, const nni_yaml_node *node, bool list)
{
    char *text = NULL;
    size_t bytes = 0;
    const bool is_path = ends_with(at->path, ".file") || ends_with(at->path, ".files") || ends_with(at->path, ".from");
    FILE *out = open_memstream(&text, &bytes);
    if (out)
        put_value(out, node, is_path);
    nn_status status = out && fclose(out) == 0
                           ? add(at, text, list)
                           : nn_fail(at->error, NN_SYSTEM, "out of memory: cannot hold the settings of a run");
    free(text);
    return status;
}

static nn_status walk_node(walk *at, const nni_yaml_node *node)
{
    bool of_mappings = node->kind == NNI_YAML_SEQUENCE && node->first;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next)
        of_mappings &= entry->value->kind == NNI_YAML_MAPPING;
    if (node->kind != NNI_YAML_MAPPING)
        NN_TRY(add_value(at, node, of_mappings));
    if (node->kind != NNI_YAML_MAPPING && !of_mappings)
        return NN_OK;
    const size_t length = strlen(at->path);
    size_t index = 0;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next, index++) {
        char *end = at->path + length;
        if (!entry->key)
            snprintf(end, PATH_SIZE - length, "[%zu]", index);
        else if (strcmp(entry->key, "name") != 0 || length == 0) /* optimizer.name is the optimizer */
            snprintf(end, PATH_SIZE - length, "%s%s", length > 0 ? "." : "", entry->key);
        NN_TRY(walk_node(at, entry->value));
        *end = '\0';
    }
    return NN_OK;
}

static nn_status read_recipe(nni_run_settings *settings, size_t run, const char *text, nn_error *error)
{
    nni_yaml_pool *pool = NULL;
    NN_TRY(nni_yaml_pool_create(&pool, error));
    nni_yaml_node *root = NULL;
    nn_error ignored;
    nn_status status = nni_yaml_parse(pool, text, NNI_YAML_FILE, "recipe.yaml", &root, &ignored);
    if (status == NN_OK) {
        walk at = {.settings = settings, .run = run, .error = error};
        settings->recipes++;
        status = walk_node(&at, root);
    } else if (status == NN_SYSTEM)
        status = nn_fail(error, NN_SYSTEM, "%s", ignored.message);
    else
        status = NN_OK;
    nni_yaml_pool_free(pool);
    return status;
}

/* Length of a path's section: of "optimizer.momentum" that of "optimizer". */
static size_t section_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? (size_t)(dot - path) : 0;
}

/* A run may lack a setting that is the same in all others because the section is of another kind there (sgd has a
 * momentum, adam none), or lacks more than this one. It is the first difference that is worth telling. */
static bool follows_from_another(const nni_run_settings *settings, size_t index)
{
    const nni_run_setting *setting = &settings->each[index];
    if (setting->values.count > 1)
        return false;
    const char *path = settings->paths.text[index];
    const size_t length = section_of(path);
    for (size_t i = 0; i < settings->paths.count; i++) {
        const char *other = settings->paths.text[i];
        if (i == index || !settings->each[i].differs || length == 0 || strncmp(other, path, length) != 0)
            continue;
        if (other[length] == '\0' ||
            (section_of(other) == length &&
             memcmp(settings->each[i].value_of, setting->value_of, settings->runs * sizeof *setting->value_of) == 0))
            return true;
    }
    return false;
}

/* Of lists of equal length their elements are compared, of others the whole lists. */
static bool is_told_by_list(const nni_run_settings *settings, size_t index, const bool *uneven)
{
    const char *path = settings->paths.text[index];
    if (settings->each[index].list)
        return !uneven[index];
    for (size_t i = 0; i < settings->paths.count; i++) {
        const size_t length = strlen(settings->paths.text[i]);
        if (uneven[i] && strncmp(path, settings->paths.text[i], length) == 0 && path[length] == '[')
            return true;
    }
    return false;
}

/* Whether some run has an element of a list that another run with the list lacks. */
static bool is_uneven(const nni_run_settings *settings, size_t list)
{
    const size_t length = strlen(settings->paths.text[list]);
    size_t least = SIZE_MAX, most = 0;
    for (size_t run = 0; run < settings->runs; run++) {
        size_t elements = 0;
        for (size_t i = 0; i < settings->paths.count; i++) {
            const char *path = settings->paths.text[i];
            if (settings->each[i].value_of[run] == SIZE_MAX || strncmp(path, settings->paths.text[list], length) != 0 ||
                path[length] != '[')
                continue;
            const size_t element = strtoul(path + length + 1, NULL, 10) + 1;
            elements = element > elements ? element : elements;
        }
        if (settings->each[list].value_of[run] == SIZE_MAX)
            continue;
        least = elements < least ? elements : least;
        most = elements > most ? elements : most;
    }
    return least != most;
}

static nn_status find_differences(nni_run_settings *settings, nn_error *error)
{
    bool *uneven = NULL;
    NN_TRY(nni_allocate(settings->paths.count, sizeof *uneven, "the settings of runs", &uneven, error));
    for (size_t i = 0; i < settings->paths.count; i++)
        uneven[i] = settings->each[i].list && is_uneven(settings, i);
    for (size_t i = 0; i < settings->paths.count; i++) {
        nni_run_setting *setting = &settings->each[i];
        setting->differs = (setting->values.count > 1 || setting->present < settings->recipes) &&
                           !is_told_by_list(settings, i, uneven);
    }
    /* Kinds stand before their own settings in no certain order, so that all differences are known first. */
    for (size_t i = settings->paths.count; i-- > 0;)
        if (settings->each[i].differs && follows_from_another(settings, i))
            settings->each[i].differs = false;
    nni_release(uneven);
    return NN_OK;
}

/* Settings that only later recipes have come to stand beside those of their section. */
static nn_status arrange(nni_run_settings *settings, nn_error *error)
{
    const size_t count = settings->paths.count;
    bool *placed = NULL;
    NN_TRY(nni_allocate(count, sizeof *settings->order, "the settings of runs", &settings->order, error));
    NN_TRY(nni_allocate(count, sizeof *placed, "the settings of runs", &placed, error));
    for (size_t i = 0, next = 0; i < count; i++) {
        const size_t length = strcspn(settings->paths.text[i], ".[");
        for (size_t j = placed[i] ? count : i; j < count; j++) {
            const char *path = settings->paths.text[j];
            if (placed[j] || strncmp(path, settings->paths.text[i], length) != 0 || strcspn(path, ".[") != length)
                continue;
            settings->order[next++] = j;
            placed[j] = true;
        }
    }
    nni_release(placed);
    return NN_OK;
}

nn_status nni_run_settings_read(const nni_history *const *runs, size_t count, nni_run_settings *settings,
                                nn_error *error)
{
    *settings = (nni_run_settings){.runs = count};
    nn_status status = NN_OK;
    for (size_t i = 0; i < count && status == NN_OK; i++)
        if (runs[i]->recipe)
            status = read_recipe(settings, i, runs[i]->recipe, error);
    if (status == NN_OK)
        status = find_differences(settings, error);
    if (status == NN_OK)
        status = arrange(settings, error);
    return status;
}

void nni_run_settings_free(nni_run_settings *settings)
{
    for (size_t i = 0; settings->each && i < settings->paths.count; i++) {
        nni_string_set_free(&settings->each[i].values);
        nni_release(settings->each[i].value_of);
    }
    free(settings->each);
    nni_release(settings->order);
    nni_string_set_free(&settings->paths);
    *settings = (nni_run_settings){0};
}

const char *nni_run_setting_value(const nni_run_setting *setting, size_t run)
{
    return setting->value_of[run] == SIZE_MAX ? NULL : setting->values.text[setting->value_of[run]];
}

const char *nni_run_settings_find(const nni_run_settings *settings, const char *path, size_t run)
{
    const size_t found = nni_string_set_find(&settings->paths, path);
    return found == SIZE_MAX ? NULL : nni_run_setting_value(&settings->each[found], run);
}

bool nni_run_setting_numbers(const nni_run_setting *setting, size_t runs, double *numbers)
{
    double number = NAN;
    for (size_t i = 0; i < setting->values.count; i++)
        if (!is_number(setting->values.text[i], &number))
            return false;
    for (size_t run = 0; run < runs && numbers; run++) {
        numbers[run] = NAN;
        if (setting->value_of[run] != SIZE_MAX)
            is_number(setting->values.text[setting->value_of[run]], &numbers[run]);
    }
    return true;
}
