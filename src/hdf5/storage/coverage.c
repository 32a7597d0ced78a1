/* SPDX-License-Identifier: MIT */
#include "hdf5/storage/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* Slabs that are looked at: a second or so. Rows that take turns between files take one or two each. */
static const uint64_t most_steps = UINT64_C(1) << 28;

static size_t slab_size(const nni_hdf5_coverage *coverage)
{
    return 1 + 4 * (size_t)coverage->rank;
}

void nni_hdf5_coverage_free(nni_hdf5_coverage *coverage)
{
    nni_release(coverage->slabs);
    *coverage = (nni_hdf5_coverage){.rank = coverage->rank};
}

static nn_status make_room(nni_hdf5_coverage *coverage, nn_error *error)
{
    enum { FIRST = 64 };
    if (coverage->count < coverage->capacity)
        return NN_OK;
    const size_t capacity = coverage->capacity > 0 ? 2 * coverage->capacity : FIRST,
                 bytes = slab_size(coverage) * sizeof(hsize_t);
    hsize_t *slabs = NULL;
    NN_TRY(nni_allocate(capacity, bytes, "the mappings of a virtual dataset", &slabs, error));
    if (coverage->count > 0)
        memcpy(slabs, coverage->slabs, coverage->count * bytes);
    nni_release(coverage->slabs);
    coverage->slabs = slabs;
    coverage->capacity = capacity;
    return NN_OK;
}

nn_status nni_hdf5_coverage_add(nni_hdf5_coverage *coverage, const hsize_t *start, const hsize_t *stride,
                                const hsize_t *blocks, const hsize_t *block, nn_error *error)
{
    NN_TRY(make_room(coverage, error));
    hsize_t *slab = coverage->slabs + coverage->count * slab_size(coverage);
    *slab++ = (hsize_t)coverage->rank;
    for (int d = 0; d < coverage->rank; d++, slab += 4) {
        if (blocks[d] == 0 || block[d] == 0)
            return NN_OK;
        /* Blocks that touch are one. */
        const bool one = blocks[d] == 1 || stride[d] <= block[d];
        slab[0] = start[d];
        slab[3] = one ? (blocks[d] - 1) * stride[d] + block[d] : block[d];
        slab[2] = one ? 1 : blocks[d];
        slab[1] = one ? slab[3] : stride[d];
    }
    coverage->count++;
    return NN_OK;
}

static int by_start(const void *left, const void *right)
{
    const hsize_t *a = left, *b = right;
    for (hsize_t d = 0; d < a[0]; d++)
        if (a[1 + 4 * d] != b[1 + 4 * d])
            return a[1 + 4 * d] < b[1 + 4 * d] ? -1 : 1;
    return 0;
}

/* @param reach  lowered in each dimension to where the slab's block around a place ends. @return whether there is one
 */
static bool reaches(const nni_hdf5_coverage *coverage, size_t index, const hsize_t *place, hsize_t *reach)
{
    hsize_t end[H5S_MAX_RANK];
    const hsize_t *slab = coverage->slabs + index * slab_size(coverage) + 1;
    for (int d = 0; d < coverage->rank; d++, slab += 4) {
        if (place[d] < slab[0])
            return false;
        const hsize_t block = (place[d] - slab[0]) / slab[1];
        end[d] = slab[0] + block * slab[1] + slab[3];
        if (block >= slab[2] || place[d] >= end[d])
            return false;
    }
    for (int d = 0; d < coverage->rank; d++)
        reach[d] = end[d] < reach[d] ? end[d] : reach[d];
    return true;
}

/* Rows mostly come slab after slab, and where slabs take turns, round and round. */
static bool find_slab(nni_hdf5_coverage *coverage, const hsize_t *place, hsize_t *reach)
{
    for (size_t i = 0; i < coverage->count; i++) {
        const size_t index = (coverage->last + i) % coverage->count;
        coverage->steps++;
        if (!reaches(coverage, index, place, reach))
            continue;
        coverage->last = index;
        return true;
    }
    return false;
}

/*
 * Goes through dimension `d` and those behind it, for a place in those before it.
 *
 * @param reach  lowered in the dimensions before to where other slabs may come in
 */
static nni_hdf5_covered go_through(nni_hdf5_coverage *coverage, const hsize_t *extent, int d, hsize_t *place,
                                   hsize_t *reach)
{
    for (place[d] = 0; place[d] < extent[d]; place[d] = reach[d]) {
        reach[d] = extent[d];
        if (coverage->steps > most_steps)
            return NNI_HDF5_TOO_INTRICATE;
        if (d + 1 < coverage->rank) {
            const nni_hdf5_covered inner = go_through(coverage, extent, d + 1, place, reach);
            if (inner != NNI_HDF5_COVERED)
                return inner;
        } else if (!find_slab(coverage, place, reach))
            return NNI_HDF5_GAP;
    }
    return NNI_HDF5_COVERED;
}

nni_hdf5_covered nni_hdf5_coverage_check(nni_hdf5_coverage *coverage, const hsize_t *extent, hsize_t *gap)
{
    hsize_t reach[H5S_MAX_RANK];
    if (coverage->count > 0)
        qsort(coverage->slabs, coverage->count, slab_size(coverage) * sizeof(hsize_t), by_start);
    for (int d = 0; d < coverage->rank; d++) {
        reach[d] = extent[d];
        gap[d] = 0;
    }
    coverage->steps = 0;
    coverage->last = 0;
    return coverage->rank > 0 ? go_through(coverage, extent, 0, gap, reach) : NNI_HDF5_COVERED;
}
