/* SPDX-License-Identifier: MIT */
#include "data/names/feature_name.h"

#include <stdio.h>
#include <string.h>

#include "hdf5/files.h"
#include "hdf5/names/names.h"
#include "support/printable.h"

static void add_name(const char *name, char *text, size_t size)
{
    char shown[128];
    if (!*name)
        return;
    const size_t length = strlen(text);
    snprintf(text + length, size - length, " %s", nni_printable(name, shown, sizeof shown));
}

/* Of a file with as many names as there are features. */
static void add_name_of_file(const nni_dataset *dataset, size_t feature, char *text, size_t size)
{
    uint64_t row = 0;
    nni_hdf5_names names;
    const char *path = nni_files_locate(dataset->origin.files, dataset->origin.file, &row);
    nni_hdf5_names_of_file(path, dataset->origin.x_name, false, dataset->row.features, &names);
    if (names.texts)
        add_name(nni_hdf5_name(&names, feature), text, size);
    nni_hdf5_names_free(&names);
}

void nni_feature_name(const nni_dataset *dataset, const char *const *columns, size_t column_count, size_t feature,
                      char *text, size_t size)
{
    snprintf(text, size, "feature %zu", feature);
    if (column_count == dataset->row.features && dataset->row.dimensions == 0) {
        add_name(columns[feature], text, size);
        return;
    }
    if (column_count > 0)
        return; /* names of a table are those of all its columns */
    add_name_of_file(dataset, feature, text, size);
}

/* --- two files --- */

/* A file, and what it calls the features. */
struct named {
    nni_feature_file file;
    nni_hdf5_names names;
};

static nn_status compare(const struct named *new, const struct named *trained, size_t features, const char *remedy,
                         nn_error *error)
{
    char name[128], before[128];
    for (size_t f = 0; f < features; f++)
        if (strcmp(nni_hdf5_name(&new->names, f), nni_hdf5_name(&trained->names, f)) != 0)
            return nn_fail(error, NN_DATA,
                           "%s: feature %zu of %s is %s, but %s in %s, which the model was trained on; nntrain import "
                           "csv --like %s makes features of the same order%s%s",
                           new->file.path, f, new->file.x,
                           nni_printable(nni_hdf5_name(&new->names, f), name, sizeof name),
                           nni_printable(nni_hdf5_name(&trained->names, f), before, sizeof before), trained->file.path,
                           trained->file.path, remedy ? ", " : "", remedy ? remedy : "");
    return NN_OK;
}

nn_status nni_feature_names_compare(nni_feature_file file, nni_feature_file trained, size_t features,
                                    const char *remedy, nn_error *error)
{
    struct named new = {.file = file}, before = {.file = trained};
    nni_hdf5_names_of_file(file.path, file.x, true, features, &new.names);
    if (new.names.texts)
        nni_hdf5_names_of_file(trained.path, trained.x, true, features, &before.names);
    const nn_status status = before.names.texts ? compare(&new, &before, features, remedy, error) : NN_OK;
    nni_hdf5_names_free(&new.names);
    nni_hdf5_names_free(&before.names);
    return status;
}
