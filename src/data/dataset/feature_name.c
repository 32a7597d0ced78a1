#include "data/dataset/feature_name.h"

#include <stdio.h>
#include <string.h>

#include "hdf5/files.h"
#include "hdf5/guard.h"
#include "hdf5/lock.h"
#include "hdf5/names.h"
#include "hdf5/storage/outside.h"
#include "support/printable.h"

static void add_name(const char *name, char *text, size_t room)
{
    char shown[128];
    if (!*name)
        return;
    const size_t length = strlen(text);
    snprintf(text + length, room - length, " %s", nni_printable(name, shown, sizeof shown));
}

/* Of a file with as many names as there are features. */
static void add_name_of_file(const nni_dataset *dataset, size_t feature, char *text, size_t room)
{
    uint64_t row = 0;
    nn_error unused;
    hid_t file = H5I_INVALID_HID, x = H5I_INVALID_HID;
    nni_inspect_names names = {0};
    const char *path = nni_files_locate(dataset->files, dataset->file, &row);
    if (nni_hdf5_open(path, NULL, &file, &unused) != NN_OK)
        return;
    if (nni_hdf5_open_dataset(file, path, dataset->x_name, H5P_DEFAULT, &x, &unused) == NN_OK) {
        nni_inspect_names_find(file, dataset->x_name, x, dataset->features, &names);
        if (names.texts)
            add_name(nni_inspect_name(&names, feature), text, room);
        nni_inspect_names_free(&names);
        H5Dclose(x);
    }
    if (!nni_hdf5_is_lost())
        H5Fclose(file);
}

void nni_feature_name(const nni_dataset *dataset, const char *const *columns, size_t column_count, size_t feature,
                      char *text, size_t room)
{
    snprintf(text, room, "feature %zu", feature);
    if (column_count == dataset->features && dataset->row_dimensions == 0) {
        add_name(columns[feature], text, room);
        return;
    }
    if (column_count > 0)
        return; /* names of a table are those of all its columns */
    nni_hdf5_lock();
    const nni_hdf5_printer printer = nni_hdf5_silence();
    add_name_of_file(dataset, feature, text, room);
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    nni_hdf5_unlock();
}

/* --- two files --- */

/* What is looked for, and found. */
struct look {
    nni_feature_file of;
    size_t features;
    nni_inspect_names names;
};

static nn_status look_inside(void *context, nn_error *error)
{
    struct look *look = context;
    hid_t file = H5I_INVALID_HID;
    NN_TRY(nni_hdf5_open(look->of.path, NULL, &file, error));
    hid_t x = nni_hdf5_open_inside(file, look->of.x);
    if (x >= 0) {
        nni_inspect_names_find(file, look->of.x, x, look->features, &look->names);
        H5Dclose(x);
    }
    H5Fclose(file);
    return NN_OK;
}

/* @return whether there are names; a file that is gone or damaged has none */
static bool find_names(struct look *look)
{
    uint64_t bytes = 0;
    nn_error unused;
    return nni_hdf5_check_path(look->of.path, &bytes, &unused) == NN_OK &&
           nni_hdf5_guard(look->of.path, look_inside, look, &unused) == NN_OK && look->names.texts;
}

static nn_status compare(const struct look *look, const struct look *trained, nn_error *error)
{
    char name[128], before[128];
    for (size_t f = 0; f < look->features; f++)
        if (strcmp(nni_inspect_name(&look->names, f), nni_inspect_name(&trained->names, f)) != 0)
            return nn_fail(error, NN_DATA,
                           "%s: feature %zu of %s is %s, but %s in %s, which the model was trained on; nntrain import "
                           "csv --like %s makes features of the same order, --x %s takes these as they are",
                           look->of.path, f, look->of.x,
                           nni_printable(nni_inspect_name(&look->names, f), name, sizeof name),
                           nni_printable(nni_inspect_name(&trained->names, f), before, sizeof before), trained->of.path,
                           trained->of.path, look->of.x);
    return NN_OK;
}

nn_status nni_feature_names_compare(nni_feature_file file, nni_feature_file trained, size_t features, nn_error *error)
{
    struct look look = {.of = file, .features = features}, before = {.of = trained, .features = features};
    nni_hdf5_lock();
    const nni_hdf5_printer printer = nni_hdf5_silence();
    const nn_status status = find_names(&look) && find_names(&before) ? compare(&look, &before, error) : NN_OK;
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    nni_hdf5_unlock();
    nni_inspect_names_free(&look.names);
    nni_inspect_names_free(&before.names);
    return status;
}
