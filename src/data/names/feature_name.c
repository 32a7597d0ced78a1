/* SPDX-License-Identifier: MIT */
#include "data/names/feature_name.h"

#include <stdio.h>
#include <string.h>

#include "hdf5/files.h"
#include "hdf5/names/names.h"
#include "support/printable.h"
#include "support/utf8.h"

static void add_name(const char *name, char *text, size_t size)
{
    char shown[128];
    if (!*name)
        return;
    const size_t length = strlen(text);
    snprintf(text + length, size - length, " %s", nni_printable(name, shown, sizeof shown));
}

/* Of a dataset in the file of the first rows: as many names as it has columns, or none. */
static void find_names_of(const nni_dataset *dataset, const char *name, size_t columns, nni_hdf5_names *names)
{
    uint64_t row = 0;
    const char *path = nni_files_locate(dataset->origin.files, dataset->origin.file, &row);
    nni_hdf5_names_of_file(path, name, false, columns, names);
}

static void find_names(const nni_dataset *dataset, nni_hdf5_names *names)
{
    find_names_of(dataset, dataset->origin.x_name, dataset->row.features, names);
}

static void add_name_of_file(const nni_dataset *dataset, size_t feature, char *text, size_t size)
{
    nni_hdf5_names names;
    find_names(dataset, &names);
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

/* --- all names --- */

/* What JSON holds, too. */
static bool is_text(const char *name)
{
    const char *at = name;
    for (size_t bytes; *at && (bytes = nni_utf8_character(at, strlen(at))) > 0;)
        at += bytes;
    return *name && !*at;
}

static nn_status add_all(const nni_hdf5_names *names, nni_string_set *set, nn_error *error)
{
    bool distinct = names->count <= NNI_STRING_SET_MAX;
    for (size_t f = 0; distinct && f < names->count; f++) {
        NN_TRY(nni_string_set_add(set, nni_hdf5_name(names, f), error));
        distinct = set->count == f + 1 && is_text(set->text[f]);
    }
    if (!distinct)
        nni_string_set_free(set);
    return NN_OK;
}

nn_status nni_feature_names_of(const nni_dataset *dataset, size_t column_count, nni_string_set *names, nn_error *error)
{
    nni_hdf5_names found = {.texts = NULL};
    if (column_count == 0)
        find_names(dataset, &found);
    const nn_status status = found.texts ? add_all(&found, names, error) : NN_OK;
    nni_hdf5_names_free(&found);
    return status;
}

nn_status nni_target_names_of(const nni_dataset *dataset, size_t columns, nni_string_set *names, nn_error *error)
{
    nni_hdf5_names found = {.texts = NULL};
    if (dataset->origin.y_name && columns != dataset->row.features)
        find_names_of(dataset, dataset->origin.y_name, columns, &found);
    const nn_status status = found.texts ? add_all(&found, names, error) : NN_OK;
    nni_hdf5_names_free(&found);
    return status;
}

/* --- two files --- */

/* A file, and what it calls the features. */
struct named {
    nni_feature_file file;
    nni_hdf5_names names;
    const nni_string_set *known; /* NULL: names */
};

static const char *name_of(const struct named *named, size_t feature)
{
    return named->known ? named->known->text[feature] : nni_hdf5_name(&named->names, feature);
}

static nn_status compare(const struct named *new, const struct named *trained, size_t features, const char *remedy,
                         nn_error *error)
{
    char name[128], before[128];
    for (size_t f = 0; f < features; f++)
        if (strcmp(nni_hdf5_name(&new->names, f), name_of(trained, f)) != 0)
            return nn_fail(error, NN_DATA,
                           "%s: feature %zu of %s is %s, but %s in %s, which the model was trained on; nntrain import "
                           "csv --like %s makes features of the same order%s%s",
                           new->file.path, f, new->file.x,
                           nni_printable(nni_hdf5_name(&new->names, f), name, sizeof name),
                           nni_printable(name_of(trained, f), before, sizeof before), trained->file.path,
                           trained->file.path, remedy ? ", " : "", remedy ? remedy : "");
    return NN_OK;
}

nn_status nni_feature_names_compare(nni_feature_file file, nni_feature_file trained, const nni_string_set *names,
                                    size_t features, const char *remedy, nn_error *error)
{
    struct named new = {.file = file}, before = {.file = trained, .known = names->count == features ? names : NULL};
    nni_hdf5_names_of_file(file.path, file.x, true, features, &new.names);
    if (new.names.texts && !before.known)
        nni_hdf5_names_of_file(trained.path, trained.x, true, features, &before.names);
    const nn_status status = new.names.texts && (before.known || before.names.texts)
                                 ? compare(&new, &before, features, remedy, error)
                                 : NN_OK;
    nni_hdf5_names_free(&new.names);
    nni_hdf5_names_free(&before.names);
    return status;
}
