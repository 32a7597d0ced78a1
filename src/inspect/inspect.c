/* SPDX-License-Identifier: MIT */
#include "inspect/inspect.h"

#include <hdf5.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "hdf5/file.h"
#include "hdf5/layout.h"
#include "hdf5/storage/outside.h"
#include "inspect/advice.h"
#include "inspect/labels.h"
#include "inspect/outside.h"
#include "inspect/type.h"
#include "inspect/values.h"
#include "support/memory.h"
#include "support/printable.h"
#include "support/string_set.h"

/* Groups within groups that are gone into: nobody has as many, and each takes a piece of the stack. */
enum { GROUPS_DEEPEST = 100 };

/* What the filters leave of the values. */
static void print_ratio(FILE *out, const nni_inspected *seen)
{
    double raw = (double)H5Tget_size(seen->type);
    for (int d = 0; d < seen->rank; d++)
        raw *= (double)seen->dims[d];
    const double stored = (double)H5Dget_storage_size(seen->dataset);
    if (raw > 0 && stored > 0)
        fprintf(out, ", stored in %.3g of the room", stored / raw);
}

static void print_storage(FILE *out, const nni_inspected *seen)
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
        nni_print_text(out, name);
    }
    if (filters > 0 && H5Tis_variable_str(seen->type) <= 0) /* such texts lie elsewhere in the file */
        print_ratio(out, seen);
    H5Pclose(properties);
}

/* Looking at values that were never written would take a time in proportion to the claim. */
static bool is_mere_claim(const nni_inspected *seen)
{
    uint64_t values = 1;
    if (seen->rank > 0 && __builtin_mul_overflow(seen->dims[0], seen->row_values, &values))
        values = UINT64_MAX;
    hid_t properties = H5Dget_create_plist(seen->dataset);
    const bool composed = properties < 0 || H5Pget_layout(properties) == H5D_VIRTUAL;
    if (properties >= 0)
        H5Pclose(properties);
    return !composed && nni_hdf5_is_mere_claim(values, H5Dget_storage_size(seen->dataset));
}

static bool print_numbers(FILE *out, const nni_inspected *seen, const nni_inspect_how *how)
{
    nni_inspect_values values;
    const bool good = nni_inspect_values_read(seen, how->all, how->features, &values);
    if (good) {
        nni_inspect_values_print(out, seen, &values);
        nni_hdf5_names names = {0};
        if (values.features.count > 0 && values.rows > 0) {
            nni_hdf5_names_find(seen->root, seen->name, seen->dataset, values.features.count, &names);
            nni_inspect_features_print(out, &values.features, &names, how->features);
        }
        nni_inspect_advise_storage(out, seen, &values);
        nni_inspect_advise_learning(out, seen, &values, &names);
        nni_hdf5_names_free(&names);
    }
    nni_inspect_values_free(&values);
    return good;
}

static bool print_values(FILE *out, const nni_inspected *seen, const nni_inspect_how *how)
{
    const H5T_class_t class = H5Tget_class(seen->type);
    if (is_mere_claim(seen)) {
        fprintf(out, "           only %" PRIu64 " bytes of it were ever written; its values are not looked at\n",
                (uint64_t)H5Dget_storage_size(seen->dataset));
        return true;
    }
    if (seen->rank > 0 && (nni_inspected_is_integer(seen) || class == H5T_FLOAT))
        return print_numbers(out, seen, how);
    if (seen->rank == 1 && class == H5T_STRING) {
        uint64_t empty = 0;
        const bool good = nni_inspect_labels_print(out, seen, how->all, &empty);
        nni_inspect_advise_text(out, seen, empty);
        return good;
    }
    return true;
}

static bool describe(FILE *out, nni_inspected *seen, const nni_inspect_how *how)
{
    seen->row_values = 1;
    for (int d = 1; d < seen->rank; d++) /* a shape may claim more than can be counted */
        seen->row_values = seen->dims[d] > 0 && seen->row_values > UINT64_MAX / seen->dims[d]
                               ? UINT64_MAX
                               : seen->row_values * seen->dims[d];
    fprintf(out, "           ");
    if (seen->rank == 0)
        fprintf(out, "one value");
    for (int d = 0; d < seen->rank; d++)
        fprintf(out, "%s%" PRIu64, d ? " x " : "", (uint64_t)seen->dims[d]);
    fprintf(out, " ");
    nni_inspect_print_type(out, seen->type);
    print_storage(out, seen);
    fputc('\n', out);
    fflush(out); /* the shape first: reading may take a while */
    const bool good = print_values(out, seen, how);
    if (good)
        nni_inspect_advise_rows(out, seen);
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

/* Where the walk through a file stands. */
typedef struct visit {
    const nni_inspect_how *how;
    FILE *out;
    const char *path;
    hid_t root;
    nni_hdf5_fence fence;
    nni_string_set known; /* addresses of objects that have several names: each is printed once */
    size_t datasets;
    nn_status status; /* of the first dataset that could not be read */
    nn_error *error;
} visit;

static bool describe_dataset(visit *state, const char *name)
{
    nni_inspected seen = {.name = name + 1, .root = state->root, .dataset = open_dataset(state->root, name)};
    if (seen.dataset < 0)
        return false;
    seen.type = H5Dget_type(seen.dataset);
    seen.space = H5Dget_space(seen.dataset);
    seen.rank = H5Sget_simple_extent_dims(seen.space, seen.dims, NULL);
    nni_inspect_print_outside(state->out, seen.dataset, state->path, &state->fence);
    const bool good = seen.type >= 0 && seen.space >= 0 && seen.rank >= 0 && describe(state->out, &seen, state->how);
    if (seen.space >= 0)
        H5Sclose(seen.space);
    if (seen.type >= 0)
        H5Tclose(seen.type);
    H5Dclose(seen.dataset);
    return good;
}

/* A dataset that may not be read is reported, and the others are printed all the same. */
static void refuse_dataset(visit *state, const char *name, const nn_error *reason)
{
    hid_t dataset = H5Dopen2(state->root, name, H5P_DEFAULT);
    if (dataset >= 0) {
        nni_inspect_print_outside(state->out, dataset, state->path, &state->fence);
        H5Dclose(dataset);
    }
    fprintf(state->out, "           not looked at: %s\n", reason->message);
    if (state->status == NN_OK)
        state->status = nn_fail(state->error, reason->status, "%s", reason->message);
}

static herr_t visit_dataset(visit *state, const char *name)
{
    nn_error reason;
    nni_hdf5_outside outside = {.open = 0};
    state->datasets++;
    fprintf(state->out, "dataset  ");
    nni_print_text(state->out, name);
    fputc('\n', state->out);
    if (nni_hdf5_check_outside(state->root, state->path, name, state->how->external, &outside, &reason) != NN_OK)
        refuse_dataset(state, name, &reason);
    else if (!describe_dataset(state, name)) {
        state->status =
            nn_fail(state->error, NN_DATA, "%s: %s cannot be read; the file is damaged or a filter plugin is missing",
                    state->path, name);
        return -1;
    }
    return 0;
}

/* A group, as the iteration over the links of one takes it. */
typedef struct level {
    visit *state;
    const char *name; /* in full; "" of the root */
    int depth;
} level;

static herr_t visit_link(hid_t group, const char *link, const H5L_info_t *info, void *context);

static herr_t visit_group(hid_t parent, const char *link, const char *name, const level *above)
{
    visit *state = above->state;
    if (above->depth == GROUPS_DEEPEST) {
        fprintf(state->out, "group    ");
        nni_print_text(state->out, name);
        fprintf(state->out, "\n           not looked into: groups are more than %d deep here\n", GROUPS_DEEPEST);
        return 0;
    }
    level here = {state, name, above->depth + 1};
    hid_t group = H5Gopen2(parent, link, H5P_DEFAULT);
    const herr_t outcome = group < 0 ? -1 : H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit_link, &here);
    if (group >= 0)
        H5Gclose(group);
    return outcome;
}

/* @return 1 where an object was not met by another name before, 0 where it was, -1 where HDF5 cannot say */
static int is_first(visit *state, const H5O_info_t *info)
{
    char address[32];
    if (info->rc < 2)
        return 1;
    snprintf(address, sizeof address, "%" PRIu64, (uint64_t)info->addr);
    if (nni_string_set_find(&state->known, address) != SIZE_MAX)
        return 0;
    return nni_string_set_add(&state->known, address, NULL) == NN_OK ? 1 : -1;
}

static herr_t visit_object(hid_t group, const char *link, const char *name, const level *here)
{
    H5O_info_t object;
    if (H5Oget_info_by_name2(group, link, &object, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        return -1;
    const int first = is_first(here->state, &object);
    if (first < 1)
        return first;
    if (object.type == H5O_TYPE_GROUP)
        return visit_group(group, link, name, here);
    return object.type == H5O_TYPE_DATASET ? visit_dataset(here->state, name) : 0;
}

static herr_t visit_link(hid_t group, const char *link, const H5L_info_t *info, void *context)
{
    const level *here = context;
    visit *state = here->state;
    char *name = NULL;
    const size_t size = strlen(here->name) + strlen(link) + 2;
    if (info->type == H5L_TYPE_SOFT)
        return 0; /* what it leads to has a name of its own */
    if (nni_allocate(size, 1, "a name", &name, NULL) != NN_OK)
        return -1;
    snprintf(name, size, "%s/%s", here->name, link);
    herr_t outcome = 0;
    if (info->type != H5L_TYPE_HARD)
        nni_inspect_print_link(state->out, group, link, name, state->path, &state->fence);
    else
        outcome = visit_object(group, link, name, here);
    nni_release(name);
    return outcome;
}

nn_status nni_inspect_data(const char *path, const nni_inspect_how *how, FILE *out, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    uint64_t bytes = 0;
    NN_TRY(nni_hdf5_check_path(path, &bytes, error));
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return nn_fail(error, NN_DATA,
                       "%s looks like HDF5 but cannot be opened; it is damaged, truncated or still "
                       "being written",
                       path);
    fprintf(out, "file     ");
    nni_print_text(out, path);
    fprintf(out, ", %" PRIu64 " bytes\n", bytes);
    visit state = {.how = how, .out = out, .path = path, .root = file, .error = error};
    nni_hdf5_fence_make(path, how->external, &state.fence);
    level top = {&state, "", 0};
    H5O_info_t info = {.rc = 0};
    H5Oget_info2(file, &info, H5O_INFO_BASIC);
    const herr_t visited =
        is_first(&state, &info) < 0 ? -1 : H5Literate(file, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit_link, &top);
    H5Fclose(file);
    nni_string_set_free(&state.known);
    if (visited < 0 && state.status == NN_OK)
        return nn_fail(error, NN_DATA, "%s: its tree of groups cannot be read; the file is damaged", path);
    if (state.status == NN_OK && state.datasets == 0)
        fprintf(out, "         no datasets\n");
    return state.status;
}
