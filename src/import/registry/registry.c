/* SPDX-License-Identifier: MIT */
#include "import/registry/registry.h"

#include <stdio.h>
#include <string.h>

#include "support/suggest.h"

/* A line a format, in the order of the help. */
#define FORMATS(FORMAT)                                                                                                \
    FORMAT(csv)                                                                                                        \
    FORMAT(npy)                                                                                                        \
    FORMAT(svmlight)                                                                                                   \
    FORMAT(idx)

#define DECLARE(name) extern const nni_importer nni_importer_##name;
#define ADDRESS(name) &nni_importer_##name,
FORMATS(DECLARE)
static const nni_importer *const importers[] = {FORMATS(ADDRESS) NULL};

const nni_importer *nni_importer_at(size_t i)
{
    return importers[i];
}

static nn_status refuse(const char *name, nn_error *error)
{
    const char *names[3 * sizeof importers / sizeof *importers];
    char list[400] = "";
    size_t count = 0, length = 0;
    for (size_t i = 0; importers[i]; i++)
        for (size_t k = 0; importers[i]->names[k]; k++)
            names[count++] = importers[i]->names[k];
    for (size_t i = 0; i < count && length < sizeof list; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                   i == 0           ? ""
                                   : i + 1 == count ? " and "
                                                    : ", ",
                                   names[i]);
    return nn_fail(error, NN_USAGE, "there is no format '%s'%s; the formats are %s", name,
                   nni_suggest_among(name, names, count).text, list);
}

const nni_importer *nni_importer_find(const char *name, nn_error *error)
{
    for (size_t i = 0; importers[i]; i++)
        for (size_t k = 0; importers[i]->names[k]; k++)
            if (strcmp(importers[i]->names[k], name) == 0)
                return importers[i];
    refuse(name, error);
    return NULL;
}
