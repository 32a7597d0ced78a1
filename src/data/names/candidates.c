/* SPDX-License-Identifier: MIT */
#include "data/names/candidates.h"

#include <stdio.h>
#include <string.h>

#include "comm/string_set.h"
#include "hdf5/describe.h"
#include "hdf5/files.h"
#include "hdf5/process/guard.h"
#include "hdf5/storage/outside.h"

/* What rank 0 looks for, and what it finds. */
struct look {
    const char *path;
    const nni_dataset_spec *spec;
    size_t features;
    const char *const *preferred;
    size_t count;
    nni_candidates *found;
    hid_t file;
};

static nn_status add_name(nni_string_set *names, const char *name, nn_error *error)
{
    char slashed[4096];
    if (snprintf(slashed, sizeof slashed, "/%s", name + strspn(name, "/")) >= (int)sizeof slashed)
        return NN_OK; /* nobody means such a name without saying it */
    return nni_string_set_add(names, slashed, error);
}

/* A dataset of something else, or damaged, does not fit. */
static bool fits(const struct look *look, const char *name)
{
    const nni_hdf5_columns columns = {look->spec->x_columns, look->spec->x_column_count};
    nni_hdf5_layout layout;
    return nni_hdf5_describe(look->file, look->path, name, &columns, &layout, NULL) == NN_OK &&
           layout.row_values == look->features && layout.rows > 0;
}

static nn_status list_fitting(struct look *look, nn_error *error)
{
    for (size_t i = 0; i < look->count; i++) {
        nni_hdf5_outside unused = {.open = 0};
        NN_TRY(
            nni_hdf5_check_outside(look->file, look->path, look->preferred[i], look->spec->external, &unused, error));
        if (fits(look, look->preferred[i]))
            NN_TRY(add_name(&look->found->fitting, look->preferred[i], error));
    }
    for (size_t i = 0; i < look->found->all.count; i++) {
        const char *name = look->found->all.text[i];
        nni_hdf5_outside unused = {.open = 0};
        if (nni_hdf5_check_outside(look->file, look->path, name, look->spec->external, &unused, NULL) == NN_OK &&
            fits(look, name))
            NN_TRY(add_name(&look->found->fitting, name, error));
    }
    return NN_OK;
}

static nn_status look_through(void *context, nn_error *error)
{
    struct look *look = context;
    NN_TRY(nni_hdf5_open(look->path, NULL, &look->file, error));
    nn_status status = nni_hdf5_list_datasets(look->file, &look->found->all, error);
    if (status == NN_DATA)
        status = nn_fail(error, NN_DATA, "%s holds more than %d datasets; name the one of the features with --x",
                         look->path, (int)NNI_STRING_SET_MAX);
    if (status == NN_OK)
        status = list_fitting(look, error);
    nni_hdf5_close(look->file);
    return status;
}

static nn_status look_alone(struct look *look, nn_error *error)
{
    uint64_t bytes = 0;
    const nni_hdf5_printer printer = nni_hdf5_silence();
    nn_status status = nni_hdf5_check_path(look->path, &bytes, error);
    if (status == NN_OK)
        status = nni_hdf5_guard(look->path, look_through, look, error);
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    return status;
}

nn_status nni_candidates_find(const nni_dataset_spec *spec, size_t features, const char *const *preferred, size_t count,
                              nn_comm *comm, nni_candidates *found, nn_error *error)
{
    nni_files *files = NULL;
    nn_status status =
        nni_files_find(nni_dataset_spec_files(spec), nni_dataset_spec_file_count(spec), comm, &files, error);
    if (status == NN_OK) {
        struct look look = {
            .path = files->paths.text[0],
            .spec = spec,
            .features = features,
            .preferred = preferred,
            .count = count,
            .found = found,
        };
        status = nni_comm_broadcast_status(comm, comm->rank == 0 ? look_alone(&look, error) : NN_OK, error);
    }
    nni_files_free(files);
    if (status == NN_OK)
        status = nni_string_set_broadcast(comm, &found->fitting, error);
    return status == NN_OK ? nni_string_set_broadcast(comm, &found->all, error) : status;
}

void nni_candidates_free(nni_candidates *found)
{
    nni_string_set_free(&found->fitting);
    nni_string_set_free(&found->all);
}
