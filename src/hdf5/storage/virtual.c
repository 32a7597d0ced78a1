/* SPDX-License-Identifier: MIT */
#include "hdf5/storage/virtual.h"

#include <stdio.h>
#include <string.h>

#include "hdf5/layout.h"
#include "hdf5/storage/mapping.h"
#include "support/memory.h"

/* Parts that HDF5 would open for a dataset, through all levels: it takes some kilobytes for each. */
enum { MOST_PARTS = 1 << 17 };
/* Numbers behind the last source of a series at which further ones are looked for. */
enum { LOOK_AHEAD = 1000 };

/* What was found of a source: other mappings mostly take other parts of the same. */
typedef struct known {
    char *path; /* of its file */
    nni_hdf5_source seen;
} known;

/* A virtual dataset that is looked at. */
typedef struct composite {
    nni_hdf5_walk *walk;
    const nni_hdf5_level *here;
    hid_t file;
    nni_hdf5_source *own;
    nni_hdf5_coverage coverage;
    nni_string_set names; /* of known sources: dataset and file */
    known *known;         /* [capacity], of which [names.count] are in use */
    size_t capacity;
} composite;

/* A sentence about the dataset: "FILE: NAME SAID". */
static nn_status fail_own(const composite *of, const char *said)
{
    return nn_fail(of->walk->error, NN_DATA, "%s: %s %s", of->here->path, of->here->name, said);
}

static nn_status fail_source(const composite *of, const nni_hdf5_mapping *m, const char *file, const char *fault)
{
    return nn_fail(of->walk->error, NN_DATA, "%s: %s takes %s from %s of %s, which %s", of->here->path, of->here->name,
                   m->rows, m->dataset, file, fault);
}

/* --- one source --- */

/* Whether HDF5 converts values of one class into another. A type that is too narrow for some of them is the choice of
 * whoever wrote the file, and any other program reads the same. */
static bool goes_into(H5T_class_t from, H5T_class_t to)
{
    const bool whole = from == H5T_INTEGER || from == H5T_ENUM;
    return from == to || (whole && (to == H5T_INTEGER || to == H5T_ENUM || to == H5T_FLOAT));
}

/* Whether a source has grown behind the rows that are taken: HDF5 takes as many values as the mapping has places, from
 * the first on, and those are the same only where a row has as many as before. */
static bool has_grown(const nni_hdf5_mapping *m, const nni_hdf5_source *found)
{
    hsize_t block[H5S_MAX_RANK];
    int left = H5Sget_simple_extent_ndims(m->to);
    if (!nni_hdf5_mapping_block(m, block))
        return false;
    for (int d = found->rank - 1; d > 0; d--) {
        if (found->dims[d] == 1)
            continue;
        while (left > 0 && block[left - 1] == 1)
            left--;
        if (left == 0 || block[--left] != found->dims[d])
            return false;
    }
    return true;
}

/* A source that is taken whole. */
static nn_status check_whole(const composite *of, const nni_hdf5_mapping *m, const char *file,
                             const nni_hdf5_source *found)
{
    char fault[200];
    uint64_t values = 1;
    const uint64_t taken = nni_hdf5_mapping_values(m);
    for (int d = 0; d < found->rank; d++)
        values *= found->dims[d];
    if (values == taken || taken == 0 || (values > taken && has_grown(m, found)))
        return NN_OK;
    snprintf(fault, sizeof fault, "has %llu values instead of %llu; %s", (unsigned long long)values,
             (unsigned long long)taken, values < taken ? "restore it" : "its rows have another shape: map it anew");
    return fail_source(of, m, file, fault);
}

static nn_status check_fit(const composite *of, const nni_hdf5_mapping *m, const char *file,
                           const nni_hdf5_source *found)
{
    char fault[200];
    hsize_t low[H5S_MAX_RANK], high[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_ndims(m->from);
    if (!goes_into(found->class, of->here->class))
        return fail_source(of, m, file, "holds values of another kind; they would not be the same here");
    if (H5Sget_select_type(m->from) == H5S_SEL_ALL)
        return check_whole(of, m, file, found);
    if (rank != found->rank) {
        snprintf(fault, sizeof fault, "has %d dimensions, not %d", found->rank, rank);
        return fail_source(of, m, file, fault);
    }
    if (m->open_end >= 0 || H5Sget_select_npoints(m->from) <= 0)
        return NN_OK;
    if (H5Sget_select_bounds(m->from, low, high) < 0)
        return fail_source(of, m, file, "is selected in a way that cannot be told; the file is damaged");
    for (int d = 0; d < rank; d++)
        if (high[d] >= found->dims[d]) {
            snprintf(fault, sizeof fault, "has only %llu %s, of which number %llu is taken; restore it",
                     (unsigned long long)found->dims[d], d == 0 ? "rows" : "columns", (unsigned long long)high[d]);
            return fail_source(of, m, file, fault);
        }
    return NN_OK;
}

/* Finds the file of a source and looks at the dataset. @param there  receives whether both are */
static nn_status find_source(const composite *of, const nni_hdf5_mapping *m, nni_hdf5_referred *found,
                             nni_hdf5_source *seen, bool *there)
{
    *there = false;
    if (strcmp(m->file, ".") == 0) {
        *found = (nni_hdf5_referred){.there = true};
        snprintf(found->path, sizeof found->path, "%s", of->here->path);
        NN_TRY(of->walk->visit(of->walk, of->here, of->file, found->path, m->dataset, seen, there));
        return *there ? check_fit(of, m, found->path, seen) : NN_OK;
    }
    if (!nni_hdf5_refer(&of->walk->fence, NNI_HDF5_SOURCE, of->here->path, m->file, found))
        return found->there ? fail_source(of, m, found->path, found->fault) : NN_OK;
    NN_TRY(nni_hdf5_walk_note(of->walk, of->here->path, of->here->name, found->path));
    const hid_t file = nni_hdf5_open_referred(found);
    if (file < 0)
        return fail_source(of, m, found->path, found->fault);
    nn_status status = of->walk->visit(of->walk, of->here, file, found->path, m->dataset, seen, there);
    if (status == NN_OK && *there)
        status = check_fit(of, m, found->path, seen);
    H5Fclose(file);
    return status;
}

/* A source's share in what HDF5 opens and reads. */
static nn_status count_source(const composite *of, const nni_hdf5_source *seen, bool again)
{
    of->own->parts += seen->parts;
    of->own->stored += again ? 0 : seen->stored;
    if (of->own->parts <= MOST_PARTS)
        return NN_OK;
    return nn_fail(of->walk->error, NN_DATA,
                   "%s: %s is put together of more than %d parts; write it as a dataset of its own", of->here->path,
                   of->here->name, (int)MOST_PARTS);
}

static nn_status make_room(composite *of, nn_error *error)
{
    enum { FIRST = 64 };
    if (of->names.count < of->capacity)
        return NN_OK;
    const size_t capacity = of->capacity > 0 ? 2 * of->capacity : FIRST;
    known *more = NULL;
    NN_TRY(nni_allocate(capacity, sizeof *more, "the sources of a virtual dataset", &more, error));
    if (of->capacity > 0)
        memcpy(more, of->known, of->capacity * sizeof *more);
    nni_release(of->known);
    of->known = more;
    of->capacity = capacity;
    return NN_OK;
}

/* Those beyond NNI_STRING_SET_MAX are looked at again. */
static nn_status remember(composite *of, const char *name, const char *path, const nni_hdf5_source *seen)
{
    nn_error *error = of->walk->error;
    if (of->names.count == NNI_STRING_SET_MAX)
        return NN_OK;
    NN_TRY(make_room(of, error));
    known *new = &of->known[of->names.count];
    NN_TRY(nni_copy_text(path, &new->path, error));
    new->seen = *seen;
    return nni_string_set_add(&of->names, name, error);
}

static void forget(composite *of)
{
    for (size_t i = 0; i < of->capacity; i++)
        nni_release(of->known[i].path);
    nni_release(of->known);
    nni_string_set_free(&of->names);
}

static nn_status check_new(composite *of, const nni_hdf5_mapping *m, const char *name, nni_hdf5_source *seen)
{
    nni_hdf5_referred found;
    bool there = false;
    NN_TRY(find_source(of, m, &found, seen, &there));
    if (!there)
        return fail_source(of, m, found.path, found.there ? "has no such dataset; restore it" : found.fault);
    return remember(of, name, found.path, seen);
}

static nn_status check_single(composite *of, const nni_hdf5_mapping *m)
{
    nni_hdf5_mapping plain;
    nni_hdf5_source seen;
    char name[2 * NNI_HDF5_NAME_MOST + 32];
    if (nni_hdf5_mapping_number(m, 0, &plain)) /* else it leaves % of %% */
        return fail_own(of, "takes rows from a source named with %b, but not from a series; the file is damaged");
    snprintf(name, sizeof name, "%zu %s%s", strlen(m->dataset), m->dataset, m->file);
    const size_t index = nni_string_set_find(&of->names, name);
    const bool again = index != SIZE_MAX;
    if (again) {
        seen = of->known[index].seen;
        NN_TRY(check_fit(of, &plain, of->known[index].path, &seen));
    } else
        NN_TRY(check_new(of, &plain, name, &seen));
    NN_TRY(count_source(of, &seen, again));
    return nni_hdf5_mapping_cover(m, nni_hdf5_mapping_places(m, seen.dims), &of->coverage, of->walk->error);
}

/* --- a series of sources, numbered by %b --- */

/* HDF5 takes the first number that is missing for the end. */
static nn_status look_ahead(const composite *of, const nni_hdf5_mapping *pattern, const nni_hdf5_mapping *missing,
                            uint64_t end)
{
    const bool files = strcmp(pattern->file, missing->file) != 0;
    for (uint64_t i = end + 1; i <= end + LOOK_AHEAD; i++) {
        nni_hdf5_mapping m;
        nni_hdf5_referred found;
        nni_hdf5_source seen;
        bool there = false;
        nni_hdf5_mapping_number(pattern, i, &m);
        NN_TRY(find_source(of, &m, &found, &seen, &there));
        if (there)
            return nn_fail(of->walk->error, NN_DATA,
                           "%s: %s takes rows from a series of sources with a gap: %s is there, but %s is not; restore "
                           "it",
                           of->here->path, of->here->name, files ? m.file : m.dataset,
                           files ? missing->file : missing->dataset);
    }
    return NN_OK;
}

static nn_status check_series(composite *of, const nni_hdf5_mapping *pattern)
{
    nni_hdf5_mapping m;
    nni_hdf5_referred found;
    uint64_t end = 0;
    for (bool there = true; there; end += there) {
        nni_hdf5_source seen = {.parts = 0};
        if (!nni_hdf5_mapping_number(pattern, end, &m))
            return fail_own(of, "takes rows without end from one source; the file is damaged");
        NN_TRY(find_source(of, &m, &found, &seen, &there));
        NN_TRY(count_source(of, &seen, false));
    }
    NN_TRY(look_ahead(of, pattern, &m, end));
    if (end == 0)
        return fail_source(of, &m, found.path, found.there ? "has no such dataset; restore it" : found.fault);
    return nni_hdf5_mapping_cover(pattern, end, &of->coverage, of->walk->error);
}

/* --- all of them --- */

static nn_status check_mapping(composite *of, size_t index)
{
    nni_hdf5_mapping m;
    nn_status status = NN_OK;
    if (!nni_hdf5_mapping_read(of->here->creation, index, &m))
        status = fail_own(of, "has a source that cannot be told; the file is damaged");
    else if (index > 0 && H5Sget_simple_extent_ndims(m.to) != of->coverage.rank)
        status = fail_own(of, "has sources for another number of dimensions; the file is damaged");
    else {
        of->coverage.rank = H5Sget_simple_extent_ndims(m.to);
        status = nni_hdf5_mapping_is_series(&m) ? check_series(of, &m) : check_single(of, &m);
    }
    nni_hdf5_mapping_close(&m);
    return status;
}

static nn_status check_gaps(composite *of)
{
    hsize_t gap[H5S_MAX_RANK];
    H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
    H5Pfill_value_defined(of->here->creation, &fill);
    if (fill == H5D_FILL_VALUE_USER_DEFINED)
        return NN_OK; /* somebody meant it */
    const nni_hdf5_covered covered = nni_hdf5_coverage_check(&of->coverage, of->own->dims, gap);
    if (covered == NNI_HDF5_COVERED)
        return NN_OK;
    if (covered == NNI_HDF5_TOO_INTRICATE)
        return fail_own(of, "has sources that interlock in more places than can be checked; write it as a dataset of "
                            "its own");
    return nn_fail(of->walk->error, NN_DATA,
                   "%s: row %llu of %s has no source and would be zeros; map it, or if that is meant give the dataset "
                   "a fill value of its own",
                   of->here->path, (unsigned long long)gap[0], of->here->name);
}

static nn_status check_claim(const composite *of)
{
    const nni_hdf5_source *own = of->own;
    uint64_t values = 1;
    for (int d = 0; d < own->rank; d++)
        if (__builtin_mul_overflow(values, own->dims[d], &values))
            values = UINT64_MAX;
    if (!nni_hdf5_is_mere_claim(values, own->stored))
        return NN_OK;
    return nn_fail(of->walk->error, NN_DATA,
                   "%s: %s claims %llu rows, but only %llu bytes were ever written to its sources", of->here->path,
                   of->here->name, (unsigned long long)own->dims[0], (unsigned long long)own->stored);
}

static nn_status check_all(composite *of, hid_t dataset)
{
    size_t count = 0;
    if (of->here->depth > NNI_HDF5_DEEPEST)
        return nn_fail(of->walk->error, NN_DATA,
                       "%s: %s is a virtual dataset of virtual datasets, more than %d deep; write one of them as a "
                       "dataset of its own",
                       of->here->path, of->here->name, (int)NNI_HDF5_DEEPEST);
    if (H5Pget_virtual_count(of->here->creation, &count) < 0)
        return fail_own(of, "has sources that cannot be told; the file is damaged");
    for (size_t i = 0; i < count; i++)
        NN_TRY(check_mapping(of, i));
    /* Only now, for HDF5 opens the sources to find an extent without a limit. */
    if (!nni_hdf5_get_extent(dataset, of->own) || (count > 0 && of->own->rank != of->coverage.rank))
        return fail_own(of, "has sources for another shape; the file is damaged");
    of->coverage.rank = of->own->rank;
    NN_TRY(check_claim(of));
    return check_gaps(of);
}

nn_status nni_hdf5_check_virtual(nni_hdf5_walk *walk, const nni_hdf5_level *here, hid_t dataset, nni_hdf5_source *own)
{
    composite of = {.walk = walk, .here = here, .own = own, .file = H5Iget_file_id(dataset)};
    own->parts = 1;
    const nn_status status = check_all(&of, dataset);
    nni_hdf5_coverage_free(&of.coverage);
    forget(&of);
    if (of.file >= 0)
        H5Fclose(of.file);
    return status;
}
