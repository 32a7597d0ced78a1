/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

/* From texts to a recipe. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recipe/check.h"
#include "recipe/recipe.h"
#include "recipe/sections.h"
#include "support/system/c_locale.h"
#include "yaml/schema.h"

/* What is being read, and where its relative files are looked for. */
typedef struct reading {
    nni_yaml_pool *pool;
    nni_yaml_node *root; /* the text, then the overrides over it, then the defaults of what nobody wrote */
    const char *origin;
    const char *folder;
    nn_error *error;
} reading;

/* Overrides are checked one by one, so that a message points at the one that is wrong. */
static nn_status parse_texts(reading *in, const char *text, const char *const *overrides, size_t override_count)
{
    NN_TRY(nni_yaml_parse(in->pool, text, NNI_YAML_FILE, in->origin, &in->root, in->error));
    NN_TRY(nni_yaml_check(in->root, nni_recipe_section, in->error));
    NN_TRY(nni_yaml_expand(in->pool, in->root, nni_recipe_section, in->error));
    for (size_t i = 0; i < override_count; i++) {
        NN_TRY(nni_yaml_set(in->pool, in->root, overrides[i], in->error));
        NN_TRY(nni_yaml_check(in->root, nni_recipe_section, in->error));
        NN_TRY(nni_yaml_expand(in->pool, in->root, nni_recipe_section, in->error));
    }
    return NN_OK;
}

static bool is_default(const nni_yaml_node *node)
{
    return node->place.source->kind == NNI_YAML_DEFAULTS;
}

/* A share of the training rows has no datasets of its own. @param key  of the split. @param what  fraction or fold */
static nn_status check_held_out_split(reading *in, const char *key, nni_yaml_node *split, const nni_yaml_node *share,
                                      const char *what)
{
    const char *const keys[] = {"file", "files", "x", "y", "w", "x_columns", "y_columns"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const nni_yaml_entry *entry = nni_yaml_get(split, keys[i], strlen(keys[i]));
        if (!entry)
            continue;
        bool later = entry->value->place.source->kind > share->place.source->kind;
        if (!is_default(entry->value))
            return nni_yaml_fail(in->error, later ? entry->value->place : share->place,
                                 "data.%s: %s takes rows of the training split, %s names others; keep one of them", key,
                                 what, keys[i]);
        nni_yaml_remove(split, keys[i]);
    }
    return NN_OK;
}

/* A split without files of its own is in those of the training split. */
static nn_status default_to_train_files(reading *in, nni_yaml_node *split)
{
    nni_yaml_node *file = nni_yaml_find(in->root, "data.train.file"),
                  *files = nni_yaml_find(in->root, "data.train.files"), *copy = NULL;
    if (nni_yaml_find(split, "file") || nni_yaml_find(split, "files") || (!file && !files))
        return NN_OK;
    NN_TRY(nni_yaml_copy(in->pool, file ? file : files, &copy, in->error));
    return nni_yaml_append(in->pool, split, file ? "file" : "files", split->place, copy, in->error);
}

/* A split of the recipe that does not hold rows of the training split out has files, its own or those of training. */
static nn_status complete_split(reading *in, const char *key)
{
    nni_yaml_node *data = nni_yaml_find(in->root, "data"), *split = nni_yaml_find(data, key);
    nni_yaml_node *fraction = split ? nni_yaml_find(split, "fraction") : NULL,
                  *fold = split ? nni_yaml_find(split, "fold") : NULL;
    if (!split)
        return NN_OK;
    if (fraction)
        return check_held_out_split(in, key, split, fraction, "fraction");
    if (fold)
        return check_held_out_split(in, key, split, fold, "fold");
    return default_to_train_files(in, split);
}

/* A model has layers, and a recipe that begins with one need not name them. */
static nn_status check_layers(reading *in)
{
    const nni_yaml_node *network = nni_yaml_find(in->root, "network");
    if (nni_yaml_find(in->root, "network.layers") || nni_yaml_find(in->root, "network.from"))
        return NN_OK;
    return nni_yaml_fail(in->error, network && !is_default(network) ? network->place : in->root->place,
                         "network.layers is missing");
}

/* The place of the innermost mapping around the training split that somebody wrote. */
static nni_yaml_place train_place(reading *in)
{
    const nni_yaml_node *train = nni_yaml_find(in->root, "data.train"), *data = nni_yaml_find(in->root, "data");
    return train && !is_default(train) ? train->place : data && !is_default(data) ? data->place : in->root->place;
}

static nn_status check_train_files(reading *in)
{
    if (nni_yaml_find(in->root, "data.train.file") || nni_yaml_find(in->root, "data.train.files"))
        return NN_OK;
    return nni_yaml_fail(in->error, train_place(in), "data.train.file is missing");
}

/* The folder that a relative file is beside: the recipe's, or for an override where the user stands. */
static nn_status base_of(const reading *in, const nni_yaml_node *file, char base[PATH_MAX])
{
    bool beside = in->folder && file->place.source->kind == NNI_YAML_FILE;
    if (!beside && !getcwd(base, PATH_MAX))
        return nn_fail(in->error, NN_SYSTEM, "cannot tell the working directory: %s", strerror(errno));
    if (beside && !realpath(in->folder, base))
        return nn_fail(in->error, NN_USAGE, "cannot find %s, the folder of %s: %s", in->folder, in->origin,
                       strerror(errno));
    return NN_OK;
}

/* Makes a path absolute, and a true one where there is such a file, so that the recipe can be read again from anywhere.
 */
static nn_status make_path_absolute(reading *in, const char *key, nni_yaml_node *file)
{
    char base[PATH_MAX] = "", joined[2 * PATH_MAX], true_path[PATH_MAX];
    if (*file->text != '/')
        NN_TRY(base_of(in, file, base));
    const char *separator = *base && strcmp(base, "/") != 0 ? "/" : "";
    int length = snprintf(joined, sizeof joined, "%s%s%s", base, separator, file->text);
    if (length >= PATH_MAX)
        return nni_yaml_fail(in->error, file->place, "%s: the path is longer than %d bytes", key, PATH_MAX - 1);
    const char *path = realpath(joined, true_path) ? true_path : joined;
    return nni_yaml_take_text(in->pool, path, strlen(path), &file->text, in->error);
}

static nn_status make_paths_absolute(reading *in, const char *split)
{
    char file_key[40], files_key[40];
    snprintf(file_key, sizeof file_key, "data.%s.file", split);
    snprintf(files_key, sizeof files_key, "data.%s.files", split);
    nni_yaml_node *file = nni_yaml_find(in->root, file_key), *files = nni_yaml_find(in->root, files_key);
    if (file && files) {
        const bool later = files->place.source->kind > file->place.source->kind;
        return nni_yaml_fail(in->error, later ? files->place : file->place,
                             "data.%s: file and files both name its data; keep one of them", split);
    }
    if (file)
        return make_path_absolute(in, file_key, file);
    for (const nni_yaml_entry *entry = files ? files->first : NULL; entry; entry = entry->next)
        NN_TRY(make_path_absolute(in, files_key, entry->value));
    return NN_OK;
}

/* Of a model that the training begins with. */
static nn_status make_model_path_absolute(reading *in)
{
    const char key[] = "network.from";
    nni_yaml_node *from = nni_yaml_find(in->root, key);
    return from ? make_path_absolute(in, key, from) : NN_OK;
}

static nn_status resolve(reading *in, const char *text, const char *const *overrides, size_t override_count,
                         char **written)
{
    static const nni_yaml_source built_in = {.kind = NNI_YAML_DEFAULTS, .name = "defaults"};
    NN_TRY(parse_texts(in, text, overrides, override_count));
    NN_TRY(nni_yaml_emit(in->root, written, in->error));
    NN_TRY(nni_yaml_default(in->pool, in->root, nni_recipe_section, (nni_yaml_place){.source = &built_in}, in->error));
    NN_TRY(complete_split(in, "validation"));
    NN_TRY(complete_split(in, "test"));
    NN_TRY(check_train_files(in));
    NN_TRY(check_layers(in));
    NN_TRY(nni_yaml_check_complete(in->root, nni_recipe_section, in->error));
    NN_TRY(make_paths_absolute(in, "train"));
    NN_TRY(make_paths_absolute(in, "validation"));
    NN_TRY(make_paths_absolute(in, "test"));
    NN_TRY(make_model_path_absolute(in));
    nni_yaml_arrange(in->root, nni_recipe_section);
    return NN_OK;
}

/* What no table of settings says; also fills in what takes more than one of them. */
static nn_status check(const nni_check *in)
{
    NN_TRY(nni_check_data(in));
    NN_TRY(nni_check_augment(in));
    NN_TRY(nni_check_network(in));
    NN_TRY(nni_check_loss(in));
    NN_TRY(nni_check_optimizer(in));
    NN_TRY(nni_check_schedule(in));
    NN_TRY(nni_check_training(in));
    NN_TRY(nni_check_record(in));
    return nni_check_stop(in);
}

static nn_status fill(reading *in, nn_recipe *recipe)
{
    NN_TRY(nni_yaml_emit(in->root, &recipe->text, in->error));
    NN_TRY(nni_yaml_fill(in->root, nni_recipe_section, recipe, in->error));
    return check(&(nni_check){.recipe = recipe, .root = in->root, .origin = in->origin, .error = in->error});
}

nn_status nn_recipe_parse(const char *text, const char *origin, const char *folder, const char *const *overrides,
                          size_t override_count, nn_recipe **recipe, nn_error *error)
{
    reading in = {.origin = origin, .folder = folder, .error = error};
    *recipe = NULL;
    NN_TRY(nni_yaml_pool_create(&in.pool, error));
    const nni_c_locale locale = nni_c_locale_enter();
    char *written = NULL;
    nn_status status = resolve(&in, text, overrides, override_count, &written);
    nn_recipe *filled = status == NN_OK ? calloc(1, sizeof *filled) : NULL;
    if (status == NN_OK)
        status = filled ? fill(&in, filled) : nn_fail(error, NN_SYSTEM, "out of memory: cannot read the recipe");
    if (filled)
        filled->written = written;
    else
        free(written);
    if (status == NN_OK)
        *recipe = filled;
    else
        nn_recipe_free(filled);
    nni_yaml_pool_free(in.pool);
    nni_c_locale_leave(locale);
    return status;
}

void nn_recipe_free(nn_recipe *recipe)
{
    if (!recipe)
        return;
    free(recipe->written);
    free(recipe->text);
    nni_yaml_release(nni_recipe_section, recipe);
    free(recipe);
}
