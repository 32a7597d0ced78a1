/* SPDX-License-Identifier: MIT */
#include "recipe/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml/tree.h"

enum { MOST_PATH = 512 };

static bool is_own(const char *path)
{
    static const char *const own[] = {"data.memory", "network.from", "parallel.threads", "parallel.hang_after"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(path, own[i]) == 0)
            return true;
    const char *last = strrchr(path, '.');
    return strncmp(path, "data.", 5) == 0 && (strcmp(last, ".file") == 0 || strncmp(last, ".files[", 7) == 0);
}

static void write_lines(FILE *out, const nni_yaml_node *node, const char *path)
{
    if (node->kind == NNI_YAML_SCALAR && !is_own(path)) {
        fprintf(out, "%s: ", path);
        for (const char *c = node->text; *c; c++)
            fputc(*c == '\n' ? ' ' : *c, out);
        fputc('\n', out);
    }
    size_t index = 0;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next, index++) {
        char below[MOST_PATH];
        if (entry->key)
            snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", entry->key);
        else
            snprintf(below, sizeof below, "%s[%zu]", path, index);
        write_lines(out, entry->value, below);
    }
}

nn_status nni_recipe_lines(const nn_recipe *recipe, char **lines, nn_error *error)
{
    nni_yaml_pool *pool = NULL;
    nni_yaml_node *root = NULL;
    size_t bytes = 0;
    *lines = NULL;
    NN_TRY(nni_yaml_pool_create(&pool, error));
    nn_status status = nni_yaml_parse(pool, recipe->text, NNI_YAML_FILE, "recipe", &root, error);
    FILE *out = status == NN_OK ? open_memstream(lines, &bytes) : NULL;
    if (out)
        write_lines(out, root, "");
    if (status == NN_OK && (!out || fclose(out) != 0))
        status = nn_fail(error, NN_SYSTEM, "out of memory to compare the recipes of the ranks");
    nni_yaml_pool_free(pool);
    return status;
}
