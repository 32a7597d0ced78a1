/* SPDX-License-Identifier: MIT */
#include "hdf5/storage/mapping.h"

#include <stdio.h>
#include <string.h>

/* A regular hyperslab, with no limit in one dimension at most. */
typedef struct hyperslab {
    hsize_t start[H5S_MAX_RANK], stride[H5S_MAX_RANK], count[H5S_MAX_RANK], block[H5S_MAX_RANK];
} hyperslab;

static bool get_slab(hid_t space, hyperslab *slab)
{
    return H5Sget_select_type(space) == H5S_SEL_HYPERSLABS && H5Sis_regular_hyperslab(space) > 0 &&
           H5Sget_regular_hyperslab(space, slab->start, slab->stride, slab->count, slab->block) >= 0;
}

/* --- reading --- */

static int unlimited_dimension(hid_t space)
{
    hyperslab own;
    const int rank = H5Sget_simple_extent_ndims(space);
    if (!get_slab(space, &own))
        return -1;
    for (int d = 0; d < rank; d++)
        if (own.count[d] == H5S_UNLIMITED || own.block[d] == H5S_UNLIMITED)
            return d;
    return -1;
}

static void tell_rows(nni_hdf5_mapping *m)
{
    hyperslab own;
    hsize_t low[H5S_MAX_RANK] = {0}, high[H5S_MAX_RANK] = {0};
    if (m->unlimited >= 0 && get_slab(m->to, &own))
        snprintf(m->rows, sizeof m->rows, "rows from %llu on", (unsigned long long)own.start[0]);
    else if (H5Sget_select_bounds(m->to, low, high) >= 0)
        snprintf(m->rows, sizeof m->rows, "rows %llu to %llu", (unsigned long long)low[0], (unsigned long long)high[0]);
    else
        snprintf(m->rows, sizeof m->rows, "rows");
}

bool nni_hdf5_mapping_read(hid_t creation, size_t index, nni_hdf5_mapping *mapping)
{
    *mapping = (nni_hdf5_mapping){.to = H5Pget_virtual_vspace(creation, index),
                                  .from = H5Pget_virtual_srcspace(creation, index)};
    const ssize_t file = H5Pget_virtual_filename(creation, index, mapping->file, sizeof mapping->file);
    const ssize_t name = H5Pget_virtual_dsetname(creation, index, mapping->dataset, sizeof mapping->dataset);
    if (mapping->to < 0 || mapping->from < 0 || file <= 0 || name <= 0 || file >= (ssize_t)sizeof mapping->file ||
        name >= (ssize_t)sizeof mapping->dataset)
        return false;
    mapping->unlimited = unlimited_dimension(mapping->to);
    mapping->open_end = unlimited_dimension(mapping->from);
    tell_rows(mapping);
    return true;
}

void nni_hdf5_mapping_close(nni_hdf5_mapping *mapping)
{
    if (mapping->to >= 0)
        H5Sclose(mapping->to);
    if (mapping->from >= 0)
        H5Sclose(mapping->from);
}

/* --- names --- */

static bool number_name(const char *pattern, uint64_t number, char name[NNI_HDF5_NAME_MOST])
{
    bool numbered = false;
    size_t used = 0;
    while (*pattern && used + 24 < NNI_HDF5_NAME_MOST) {
        if (*pattern == '%' && pattern[1] == 'b') {
            numbered = true;
            used += (size_t)snprintf(name + used, NNI_HDF5_NAME_MOST - used, "%llu", (unsigned long long)number);
        } else
            name[used++] = *pattern;
        pattern += *pattern == '%' && pattern[1] ? 2 : 1;
    }
    name[used] = '\0';
    return numbered;
}

bool nni_hdf5_mapping_number(const nni_hdf5_mapping *pattern, uint64_t number, nni_hdf5_mapping *numbered)
{
    *numbered = *pattern;
    const bool file = number_name(pattern->file, number, numbered->file);
    return number_name(pattern->dataset, number, numbered->dataset) || file;
}

bool nni_hdf5_mapping_is_series(const nni_hdf5_mapping *mapping)
{
    return mapping->unlimited >= 0 && mapping->open_end < 0;
}

/* --- what is taken, and covered --- */

bool nni_hdf5_mapping_block(const nni_hdf5_mapping *mapping, hsize_t dims[H5S_MAX_RANK])
{
    hyperslab own;
    if (mapping->unlimited >= 0 && !nni_hdf5_mapping_is_series(mapping))
        return false;
    if (H5Sget_select_type(mapping->to) == H5S_SEL_ALL)
        return H5Sget_simple_extent_dims(mapping->to, dims, NULL) >= 0;
    if (!get_slab(mapping->to, &own))
        return false;
    const int rank = H5Sget_simple_extent_ndims(mapping->to);
    for (int d = 0; d < rank; d++)
        dims[d] = own.block[d] * (d == mapping->unlimited ? 1 : own.count[d]);
    return true;
}

uint64_t nni_hdf5_mapping_values(const nni_hdf5_mapping *mapping)
{
    hsize_t dims[H5S_MAX_RANK] = {0};
    uint64_t values = 1;
    if (mapping->unlimited < 0)
        return (uint64_t)H5Sget_select_npoints(mapping->to);
    if (!nni_hdf5_mapping_block(mapping, dims))
        return 0;
    const int rank = H5Sget_simple_extent_ndims(mapping->to);
    for (int d = 0; d < rank; d++)
        values *= dims[d];
    return values;
}

uint64_t nni_hdf5_mapping_places(const nni_hdf5_mapping *mapping, const hsize_t *dims)
{
    hyperslab own;
    const int d = mapping->open_end;
    if (d < 0 || !get_slab(mapping->from, &own) || dims[d] <= own.start[d])
        return 0;
    const hsize_t behind = dims[d] - own.start[d];
    if (own.block[d] == H5S_UNLIMITED)
        return behind;
    const hsize_t stride = own.stride[d] > 0 ? own.stride[d] : 1, part = behind % stride;
    return behind / stride * own.block[d] + (part < own.block[d] ? part : own.block[d]);
}

/* Lets a slab have so many places in the dimension in which it has no limit. @return those that a whole slab leaves */
static hsize_t limit(hyperslab *slab, int d, hsize_t places)
{
    if (slab->block[d] == H5S_UNLIMITED) {
        slab->block[d] = places;
        slab->stride[d] = slab->stride[d] > places ? slab->stride[d] : places > 0 ? places : 1;
        return 0;
    }
    slab->count[d] = places / slab->block[d];
    return places % slab->block[d];
}

static nn_status add_slab(nni_hdf5_coverage *coverage, const hyperslab *slab, nn_error *error)
{
    return nni_hdf5_coverage_add(coverage, slab->start, slab->stride, slab->count, slab->block, error);
}

static nn_status add_unlimited(nni_hdf5_coverage *coverage, const nni_hdf5_mapping *m, hsize_t places, nn_error *error)
{
    hyperslab whole;
    const int d = m->unlimited;
    if (!get_slab(m->to, &whole))
        return NN_OK;
    const hsize_t rest = limit(&whole, d, places);
    NN_TRY(add_slab(coverage, &whole, error));
    whole.start[d] += whole.count[d] * whole.stride[d];
    whole.count[d] = 1;
    whole.block[d] = rest;
    return add_slab(coverage, &whole, error);
}

/* Of a selection that is no regular hyperslab, block by block. */
static nn_status add_blocks(nni_hdf5_coverage *coverage, hid_t space, nn_error *error)
{
    const hssize_t blocks = H5Sget_select_hyper_nblocks(space);
    for (hssize_t i = 0; i < blocks; i++) {
        hsize_t corners[2 * H5S_MAX_RANK];
        hyperslab own;
        if (H5Sget_select_hyper_blocklist(space, (hsize_t)i, 1, corners) < 0)
            return NN_OK;
        for (int d = 0; d < coverage->rank; d++) {
            own.start[d] = corners[d];
            own.block[d] = corners[coverage->rank + d] - corners[d] + 1;
            own.stride[d] = own.count[d] = 1;
        }
        NN_TRY(add_slab(coverage, &own, error));
    }
    return NN_OK;
}

static nn_status add_limited(nni_hdf5_coverage *coverage, const nni_hdf5_mapping *m, nn_error *error)
{
    hyperslab own;
    if (H5Sget_select_type(m->to) == H5S_SEL_ALL) {
        memset(&own, 0, sizeof own);
        H5Sget_simple_extent_dims(m->to, own.block, NULL);
        for (int d = 0; d < coverage->rank; d++)
            own.stride[d] = own.count[d] = 1;
        return add_slab(coverage, &own, error);
    }
    return get_slab(m->to, &own) ? add_slab(coverage, &own, error) : add_blocks(coverage, m->to, error);
}

static nn_status add_series(nni_hdf5_coverage *coverage, const nni_hdf5_mapping *m, uint64_t sources, nn_error *error)
{
    hyperslab own;
    if (!get_slab(m->to, &own))
        return NN_OK;
    own.count[m->unlimited] = sources;
    return add_slab(coverage, &own, error);
}

nn_status nni_hdf5_mapping_cover(const nni_hdf5_mapping *mapping, uint64_t count, nni_hdf5_coverage *coverage,
                                 nn_error *error)
{
    if (mapping->unlimited < 0)
        return add_limited(coverage, mapping, error);
    return nni_hdf5_mapping_is_series(mapping) ? add_series(coverage, mapping, count, error)
                                               : add_unlimited(coverage, mapping, count, error);
}
