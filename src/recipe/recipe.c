#define _XOPEN_SOURCE 700 /* realpath */

#include "recipe/recipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipe/kind_settings.h"
#include "recipe/schema.h"
#include "yaml/check.h"

enum { MOST_BYTES = 1 << 20 }; /* of a recipe file; a long one has a few thousand */
enum { WAIT_SECONDS = 10 };    /* for whoever is to write a recipe into a pipe */

/* What is being read, and where its relative files are looked for. */
typedef struct reading {
    nni_yaml_pool *pool;
    nni_yaml_node *root;     /* defaults, then the text and the overrides over them */
    nni_yaml_place defaults; /* of what nobody wrote */
    const char *origin;
    const char *folder;
    nn_error *error;
} reading;

/* The trees come apart in merging, so the user's is checked before: its mistakes come in the order of its lines. */
static nn_status merge_texts(reading *in, const char *text, const char *const *overrides, size_t override_count)
{
    nni_yaml_node *written = NULL, *defaults = NULL;
    NN_TRY(nni_yaml_parse(in->pool, nni_recipe_defaults, NNI_YAML_DEFAULTS, "defaults", &defaults, in->error));
    NN_TRY(nni_yaml_copy(in->pool, defaults, &in->root, in->error));
    in->defaults = in->root->place;
    NN_TRY(nni_yaml_parse(in->pool, text, NNI_YAML_FILE, in->origin, &written, in->error));
    NN_TRY(nni_yaml_check(written, &nni_recipe_schema, in->error));
    in->root = nni_yaml_merge(in->root, written);
    NN_TRY(nni_yaml_expand(in->pool, in->root, &nni_recipe_schema, in->error));
    for (size_t i = 0; i < override_count; i++) {
        NN_TRY(nni_yaml_set(in->pool, in->root, defaults, overrides[i], in->error));
        NN_TRY(nni_yaml_check(in->root, &nni_recipe_schema, in->error));
        NN_TRY(nni_yaml_expand(in->pool, in->root, &nni_recipe_schema, in->error));
    }
    return NN_OK;
}

static bool is_default(const nni_yaml_node *node)
{
    return node->place.source->kind == NNI_YAML_DEFAULTS;
}

/* A share of the training rows has no datasets of its own. @param key  of the split. @param what  fraction or fold */
static nn_status settle_share(reading *in, const char *key, nni_yaml_node *split, const nni_yaml_node *share,
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
static nn_status settle_same_files(reading *in, nni_yaml_node *split)
{
    nni_yaml_node *file = nni_yaml_find(in->root, "data.train.file"),
                  *files = nni_yaml_find(in->root, "data.train.files"), *copy = NULL;
    if (nni_yaml_find(split, "file") || nni_yaml_find(split, "files") || (!file && !files))
        return NN_OK;
    NN_TRY(nni_yaml_copy(in->pool, file ? file : files, &copy, in->error));
    return nni_yaml_append(in->pool, split, file ? "file" : "files", split->place, copy, in->error);
}

/* Without a data.test (or data.validation) in the recipe there is no such split; one without a file is in the training
 * file. */
static nn_status settle_split(reading *in, const char *key)
{
    nni_yaml_node *data = nni_yaml_find(in->root, "data"), *split = nni_yaml_find(data, key);
    nni_yaml_node *fraction = nni_yaml_find(split, "fraction"), *fold = nni_yaml_find(split, "fold");
    if (is_default(split)) {
        nni_yaml_remove(data, key);
        return NN_OK;
    }
    if (fraction)
        return settle_share(in, key, split, fraction, "fraction");
    if (fold)
        return settle_share(in, key, split, fold, "fold");
    return settle_same_files(in, split);
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
static nn_status settle_file(reading *in, const char *key, nni_yaml_node *file)
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

static nn_status settle_files(reading *in, const char *split)
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
        return settle_file(in, file_key, file);
    for (const nni_yaml_entry *entry = files ? files->first : NULL; entry; entry = entry->next)
        NN_TRY(settle_file(in, files_key, entry->value));
    return NN_OK;
}

static nn_status resolve(reading *in, const char *text, const char *const *overrides, size_t override_count)
{
    NN_TRY(merge_texts(in, text, overrides, override_count));
    NN_TRY(settle_split(in, "validation"));
    NN_TRY(settle_split(in, "test"));
    NN_TRY(nni_recipe_settle_kinds(in->pool, in->root, in->defaults, in->error));
    NN_TRY(check_train_files(in));
    NN_TRY(nni_yaml_check_complete(in->root, &nni_recipe_schema, in->error));
    NN_TRY(settle_files(in, "train"));
    NN_TRY(settle_files(in, "validation"));
    NN_TRY(settle_files(in, "test"));
    nni_yaml_arrange(in->root, &nni_recipe_schema);
    return NN_OK;
}

/* Silent: after the checks libcyaml has nothing to say. */
static const cyaml_config_t config = {.mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};

static nn_status load_struct(reading *in, const char *text, nn_recipe **recipe)
{
    cyaml_data_t *data = NULL;
    cyaml_err_t outcome =
        cyaml_load_data((const uint8_t *)text, strlen(text), &config, &nni_recipe_schema, &data, NULL);
    *recipe = data;
    if (outcome == CYAML_OK)
        return NN_OK;
    return nn_fail(in->error, NN_SYSTEM, "%s: libcyaml refuses the resolved recipe: %s", in->origin,
                   cyaml_strerror(outcome));
}

static nn_status build(reading *in, nn_recipe **recipe)
{
    char *text = NULL;
    NN_TRY(nni_yaml_emit(in->root, &text, in->error));
    nn_recipe *built = NULL;
    nn_status status = load_struct(in, text, &built);
    if (status != NN_OK) {
        free(text);
        return status;
    }
    built->text = text;
    status = nni_recipe_check(built, in->root, in->origin, in->error);
    if (status == NN_OK)
        *recipe = built;
    else
        nn_recipe_free(built);
    return status;
}

nn_status nn_recipe_parse(const char *text, const char *origin, const char *folder, const char *const *overrides,
                          size_t override_count, nn_recipe **recipe, nn_error *error)
{
    reading in = {.origin = origin, .folder = folder, .error = error};
    *recipe = NULL;
    NN_TRY(nni_yaml_pool_create(&in.pool, error));
    nn_status status = resolve(&in, text, overrides, override_count);
    if (status == NN_OK)
        status = build(&in, recipe);
    nni_yaml_pool_free(in.pool);
    return status;
}

/* Whether somebody writes into a pipe, or closes it, in time. errno is EAGAIN where nobody does. */
static bool wait_for_writer(int descriptor)
{
    struct pollfd waited = {.fd = descriptor, .events = POLLIN};
    int ready;
    do
        ready = poll(&waited, 1, WAIT_SECONDS * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = EAGAIN;
    return ready > 0;
}

static bool is_pipe(int descriptor)
{
    struct stat facts;
    return fstat(descriptor, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

static nn_status fail_to_read(const char *path, nn_error *error)
{
    if (errno == EAGAIN)
        return nn_fail(error, NN_USAGE, "recipe %s is a pipe that nobody wrote to for %d s", path, (int)WAIT_SECONDS);
    return nn_fail(error, NN_USAGE, "cannot read recipe %s: %s", path, strerror(errno));
}

/* Reads to the end, so that a pipe will do; `text` has room for MOST_BYTES + 2. */
static nn_status read_stream(int descriptor, const char *path, char *text, nn_error *error)
{
    size_t length = 0;
    ssize_t got = 1;
    if (is_pipe(descriptor) && !wait_for_writer(descriptor)) /* one without a writer yet would read as empty */
        return fail_to_read(path, error);
    while (got != 0 && length <= MOST_BYTES) {
        got = read(descriptor, text + length, MOST_BYTES + 1 - length);
        if (got > 0)
            length += (size_t)got;
        else if (got < 0 && errno != EINTR && !(errno == EAGAIN && wait_for_writer(descriptor)))
            return fail_to_read(path, error);
    }
    if (length > MOST_BYTES)
        return nn_fail(error, NN_USAGE, "recipe %s has more than %d bytes; is it the file you meant?", path,
                       (int)MOST_BYTES);
    const char *nul = memchr(text, '\0', length);
    const bool marked = length >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);
    if (marked || (nul && nul - text < 2 && length > 1 && text[nul == text] != '\0'))
        return nn_fail(error, NN_USAGE,
                       "recipe %s is UTF-16 text; save it as UTF-8, for example by iconv -f UTF-16%s -t UTF-8", path,
                       marked        ? ""
                       : nul == text ? "BE"
                                     : "LE");
    if (nul)
        return nn_fail(error, NN_USAGE, "recipe %s is no text: byte %zu is NUL; is it the file you meant?", path,
                       (size_t)(nul - text));
    text[length] = '\0';
    return NN_OK;
}

static nn_status read_file(const char *path, char **text, nn_error *error)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return nn_fail(error, NN_USAGE, "cannot read recipe %s: %s", path, strerror(errno));
    *text = malloc(MOST_BYTES + 2);
    nn_status status = *text ? read_stream(descriptor, path, *text, error)
                             : nn_fail(error, NN_SYSTEM, "out of memory: cannot read recipe %s", path);
    close(descriptor);
    return status;
}

static nn_status folder_of(const char *path, char **folder, nn_error *error)
{
    const char *slash = strrchr(path, '/');
    *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    return *folder ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory: cannot read recipe %s", path);
}

nn_status nn_recipe_load(const char *path, const char *const *overrides, size_t override_count, nn_recipe **recipe,
                         nn_error *error)
{
    char *text = NULL, *folder = NULL;
    *recipe = NULL;
    nn_status status = read_file(path, &text, error);
    if (status == NN_OK)
        status = folder_of(path, &folder, error);
    if (status == NN_OK)
        status = nn_recipe_parse(text, path, folder, overrides, override_count, recipe, error);
    free(text);
    free(folder);
    return status;
}

void nn_recipe_free(nn_recipe *recipe)
{
    if (!recipe)
        return;
    free(recipe->text);
    cyaml_free(&config, &nni_recipe_schema, recipe, 0);
}
