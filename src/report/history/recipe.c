/* SPDX-License-Identifier: MIT */
/* recipe.yaml: its text, and the few settings that a report asks for. It may be of an older version or a later one, so
 * it is not checked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/history/parts.h"
#include "support/files.h"
#include "support/memory.h"
#include "yaml/tree.h"

enum { MOST_BYTES = 1 << 20 }; /* of a recipe, as nntrain takes them */

static nn_status read_text(const char *path, char **text, nn_error *error)
{
    int descriptor = -1;
    struct stat facts;
    NN_TRY(nni_open_to_read(path, &descriptor, &facts, error));
    nn_status status = NN_OK;
    if (facts.st_size > MOST_BYTES)
        status = nn_fail(error, NN_DATA, "%s has more than %d bytes: it is no recipe", path, (int)MOST_BYTES);
    const size_t bytes = status == NN_OK ? (size_t)facts.st_size : 0;
    if (status == NN_OK)
        status = nni_allocate(bytes + 1, 1, "a recipe", text, error);
    for (size_t at = 0; status == NN_OK && at < bytes;) {
        const ssize_t got = read(descriptor, *text + at, bytes - at);
        if (got > 0)
            at += (size_t)got;
        else if (got == 0)
            break;
        else if (errno != EINTR)
            status = nn_fail(error, NN_DATA, "cannot read %s: %s", path, strerror(errno));
    }
    close(descriptor);
    return status;
}

/* @return a scalar; "": there is none */
static const char *setting(nni_yaml_node *root, const char *path)
{
    const nni_yaml_node *node = nni_yaml_find(root, path);
    return node && node->kind == NNI_YAML_SCALAR ? node->text : "";
}

static nn_status read_settings(nni_history *history, nni_yaml_pool *pool, nn_error *error)
{
    nni_yaml_node *root = NULL;
    NN_TRY(nni_yaml_parse(pool, history->recipe, NNI_YAML_FILE, "recipe.yaml", &root, error));
    history->planned_epochs = strtoull(setting(root, "training.epochs"), NULL, 10); /* "auto" is 0: not known */
    const bool stops = strtoull(setting(root, "training.stop.patience"), NULL, 10) > 0 ||
                       nni_yaml_find(root, "training.stop.target") ||
                       strcmp(setting(root, "training.restore_best"), "true") == 0;
    return nni_copy_text(stops ? setting(root, "training.stop.metric") : NULL, &history->watched, error);
}

nn_status nni_history_read_recipe(nni_history *history, nn_error *error)
{
    char path[PATH_MAX];
    nn_error said;
    nni_yaml_pool *pool = NULL;
    if (!nni_history_has(history, "recipe.yaml", path))
        return NN_OK;
    nn_status status = read_text(path, &history->recipe, &said);
    if (status == NN_OK)
        status = nni_yaml_pool_create(&pool, &said);
    if (status == NN_OK)
        status = read_settings(history, pool, &said);
    nni_yaml_pool_free(pool);
    return nni_history_excuse(history, status, &said, error);
}
