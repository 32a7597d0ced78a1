#include "data/feature_name.h"

#include <stdio.h>
#include <string.h>

#include "base/hdf5_guard.h"
#include "base/hdf5_lock.h"
#include "base/printable.h"
#include "data/files.h"
#include "data/hdf5_file.h"
#include "data/inspect_text.h"

static void add_name(const char *name, char *text, size_t room)
{
    char shown[128];
    if (!*name)
        return;
    const size_t length = strlen(text);
    snprintf(text + length, room - length, " %s", nn_printable(name, shown, sizeof shown));
}

/* Of a file with as many names as there are features. */
static void add_name_of_file(const nn_dataset *dataset, size_t feature, char *text, size_t room)
{
    uint64_t row = 0;
    nn_error unused;
    hid_t file = H5I_INVALID_HID, x = H5I_INVALID_HID;
    nn_inspect_names names = {0};
    const char *path = nn_files_locate(dataset->files, dataset->file, &row);
    if (nn_hdf5_open(path, NULL, &file, &unused) != NN_OK)
        return;
    if (nn_hdf5_open_dataset(file, path, dataset->x_name, H5P_DEFAULT, &x, &unused) == NN_OK) {
        nn_inspect_names_find(file, dataset->x_name, x, dataset->features, &names);
        if (names.texts)
            add_name(nn_inspect_name(&names, feature), text, room);
        nn_inspect_names_free(&names);
        H5Dclose(x);
    }
    if (!nn_hdf5_is_lost())
        H5Fclose(file);
}

void nn_feature_name(const nn_dataset *dataset, const char *const *columns, size_t column_count, size_t feature,
                     char *text, size_t room)
{
    snprintf(text, room, "feature %zu", feature);
    if (column_count == dataset->features && dataset->row_dimensions == 0) {
        add_name(columns[feature], text, room);
        return;
    }
    if (column_count > 0)
        return; /* names of a table are those of all its columns */
    nn_hdf5_lock();
    const nn_hdf5_printer printer = nn_hdf5_silence();
    add_name_of_file(dataset, feature, text, room);
    if (!nn_hdf5_is_lost())
        nn_hdf5_restore(printer);
    nn_hdf5_unlock();
}
