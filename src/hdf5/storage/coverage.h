/* SPDX-License-Identifier: MIT */
/** What of a virtual dataset its sources cover: HDF5 gives fill values for the rest, without a word. */
#ifndef NNI_HDF5_STORAGE_COVERAGE_H
#define NNI_HDF5_STORAGE_COVERAGE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

/** Regular hyperslabs. Owns its array. */
typedef struct nni_hdf5_coverage {
    int rank;
    hsize_t *slabs; /**< [count, 1 + 4 * rank]: the rank, then start, stride, count and block of each dimension */
    size_t count, capacity;
    uint64_t steps; /**< slabs that were looked at */
    size_t last;    /**< the slab that was found last */
} nni_hdf5_coverage;

/** @param start,stride,blocks,block  [rank] of the hyperslab, as HDF5 has them. Nothing is added of an empty one. */
nn_status nni_hdf5_coverage_add(nni_hdf5_coverage *coverage, const hsize_t *start, const hsize_t *stride,
                                const hsize_t *blocks, const hsize_t *block, nn_error *error);

/** What there is to say of an extent. */
typedef enum nni_hdf5_covered {
    NNI_HDF5_COVERED,      /**< all of it is */
    NNI_HDF5_GAP,          /**< some is not */
    NNI_HDF5_TOO_INTRICATE /**< to find out would take too long */
} nni_hdf5_covered;

/** @param extent  [rank]. @param gap  [rank], receives the first place that is not covered */
nni_hdf5_covered nni_hdf5_coverage_check(nni_hdf5_coverage *coverage, const hsize_t *extent, hsize_t *gap);

void nni_hdf5_coverage_free(nni_hdf5_coverage *coverage);

#endif
