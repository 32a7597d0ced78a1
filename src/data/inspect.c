#include "nntrain/inspect.h"

#include <hdf5.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/printable.h"
#include "data/hdf5_file.h"
#include "data/inspect_advice.h"
#include "data/inspect_labels.h"
#include "data/inspect_type.h"
#include "data/inspect_values.h"

/* What the filters leave of the values. */
static void print_ratio(FILE *out, const nn_inspected *seen)
{
    double raw = (double)H5Tget_size(seen->type);
    for (int d = 0; d < seen->rank; d++)
        raw *= (double)seen->dims[d];
    const double stored = (double)H5Dget_storage_size(seen->dataset);
    if (raw > 0 && stored > 0)
        fprintf(out, ", stored in %.3g of the room", stored / raw);
}

static void print_storage(FILE *out, const nn_inspected *seen)
{
    hid_t properties = H5Dget_create_plist(seen->dataset);
    if (properties < 0)
        return;
    hsize_t chunk[H5S_MAX_RANK];
    if (H5Pget_layout(properties) == H5D_CHUNKED && H5Pget_chunk(properties, seen->rank, chunk) == seen->rank) {
        fprintf(out, ", chunks ");
        for (int d = 0; d < seen->rank; d++)
            fprintf(out, "%s%" PRIu64, d ? " x " : "", (uint64_t)chunk[d]);
    }
    const int filters = H5Pget_nfilters(properties);
    for (int i = 0; i < filters; i++) {
        char name[64] = "";
        unsigned flags = 0;
        size_t values = 0;
        H5Pget_filter2(properties, (unsigned)i, &flags, &values, NULL, sizeof name, name, NULL);
        fprintf(out, ", ");
        nn_print_text(out, name);
    }
    if (filters > 0 && H5Tis_variable_str(seen->type) <= 0) /* such texts lie elsewhere in the file */
        print_ratio(out, seen);
    H5Pclose(properties);
}

/* Looking at values that were never written would take a time in proportion to the claim. */
static bool is_mere_claim(const nn_inspected *seen)
{
    uint64_t values = 1;
    if (seen->rank > 0 && __builtin_mul_overflow(seen->dims[0], seen->row_values, &values))
        values = UINT64_MAX;
    hid_t properties = H5Dget_create_plist(seen->dataset);
    const bool composed = properties < 0 || H5Pget_layout(properties) == H5D_VIRTUAL;
    if (properties >= 0)
        H5Pclose(properties);
    return !composed && nn_hdf5_is_mere_claim(values, H5Dget_storage_size(seen->dataset));
}

static bool print_numbers(FILE *out, const nn_inspected *seen, const nn_inspect_how *how)
{
    nn_inspect_values values;
    const bool good = nn_inspect_values_read(seen, how->all, how->features, &values);
    if (good) {
        nn_inspect_values_print(out, seen, &values);
        nn_inspect_names names = {0};
        if (values.features.count > 0 && values.rows > 0) {
            nn_inspect_names_find(seen->root, seen->name, seen->dataset, values.features.count, &names);
            nn_inspect_features_print(out, &values.features, &names, how->features);
        }
        nn_inspect_advise_storage(out, seen, &values);
        nn_inspect_advise_learning(out, seen, &values, &names);
        nn_inspect_names_free(&names);
    }
    nn_inspect_values_free(&values);
    return good;
}

static bool print_values(FILE *out, const nn_inspected *seen, const nn_inspect_how *how)
{
    const H5T_class_t class = H5Tget_class(seen->type);
    if (is_mere_claim(seen)) {
        fprintf(out, "           only %" PRIu64 " bytes of it were ever written; its values are not looked at\n",
                (uint64_t)H5Dget_storage_size(seen->dataset));
        return true;
    }
    if (seen->rank > 0 && (nn_inspected_is_integer(seen) || class == H5T_FLOAT))
        return print_numbers(out, seen, how);
    if (seen->rank == 1 && class == H5T_STRING) {
        uint64_t empty = 0;
        const bool good = nn_inspect_labels_print(out, seen, how->all, &empty);
        nn_inspect_advise_text(out, seen, empty);
        return good;
    }
    return true;
}

static bool describe(FILE *out, nn_inspected *seen, const nn_inspect_how *how)
{
    seen->row_values = 1;
    for (int d = 1; d < seen->rank; d++) /* a shape may claim more than can be counted */
        seen->row_values = seen->dims[d] > 0 && seen->row_values > UINT64_MAX / seen->dims[d]
                               ? UINT64_MAX
                               : seen->row_values * seen->dims[d];
    fprintf(out, "dataset  /");
    nn_print_text(out, seen->name);
    fprintf(out, "\n           ");
    if (seen->rank == 0)
        fprintf(out, "one value");
    for (int d = 0; d < seen->rank; d++)
        fprintf(out, "%s%" PRIu64, d ? " x " : "", (uint64_t)seen->dims[d]);
    fprintf(out, " ");
    nn_inspect_print_type(out, seen->type);
    print_storage(out, seen);
    fputc('\n', out);
    fflush(out); /* the shape first: reading may take a while */
    const bool good = print_values(out, seen, how);
    if (good)
        nn_inspect_advise_rows(out, seen);
    return good;
}

/* A chunk that is read in several pieces is unpacked once if it fits here. */
static hid_t open_dataset(hid_t root, const char *name)
{
    enum { SLOTS = 521, CACHE_BYTES = 64 << 20 };
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, SLOTS, CACHE_BYTES, H5D_CHUNK_CACHE_W0_DEFAULT);
    hid_t dataset = H5Dopen2(root, name, access);
    H5Pclose(access);
    return dataset;
}

static bool describe_dataset(FILE *out, hid_t root, const char *name, const nn_inspect_how *how)
{
    nn_inspected seen = {.name = name, .root = root, .dataset = open_dataset(root, name)};
    if (seen.dataset < 0)
        return false;
    seen.type = H5Dget_type(seen.dataset);
    seen.space = H5Dget_space(seen.dataset);
    seen.rank = H5Sget_simple_extent_dims(seen.space, seen.dims, NULL);
    const bool good = seen.type >= 0 && seen.space >= 0 && seen.rank >= 0 && describe(out, &seen, how);
    if (seen.space >= 0)
        H5Sclose(seen.space);
    if (seen.type >= 0)
        H5Tclose(seen.type);
    H5Dclose(seen.dataset);
    return good;
}

/* Where H5Ovisit stands. */
typedef struct visit {
    const nn_inspect_how *how;
    FILE *out;
    size_t datasets;
    char failed[256]; /* name of the first dataset that could not be read */
} visit;

static herr_t visit_object(hid_t root, const char *name, const H5O_info_t *info, void *context)
{
    visit *state = context;
    if (info->type != H5O_TYPE_DATASET)
        return 0;
    state->datasets++;
    if (describe_dataset(state->out, root, name, state->how))
        return 0;
    snprintf(state->failed, sizeof state->failed, "/%s", name);
    return -1;
}

nn_status nn_inspect_data(const char *path, const nn_inspect_how *how, FILE *out, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    uint64_t bytes = 0;
    NN_TRY(nn_hdf5_check_path(path, &bytes, error));
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return nn_fail(error, NN_DATA,
                       "%s looks like HDF5 but cannot be opened; it is damaged, truncated or still "
                       "being written",
                       path);
    fprintf(out, "file     ");
    nn_print_text(out, path);
    fprintf(out, ", %" PRIu64 " bytes\n", bytes);
    visit state = {.how = how, .out = out};
    const herr_t visited = H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit_object, &state);
    H5Fclose(file);
    if (visited < 0)
        return nn_fail(error, NN_DATA, "%s: %s cannot be read; the file is damaged or a filter plugin is missing", path,
                       state.failed[0] ? state.failed : "its tree of groups");
    if (state.datasets == 0)
        fprintf(out, "         no datasets\n");
    return NN_OK;
}
