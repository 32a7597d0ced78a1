/* SPDX-License-Identifier: MIT */
/** A mapping of a virtual dataset: a selection of it whose values come from a selection of a source. */
#ifndef NNI_HDF5_STORAGE_MAPPING_H
#define NNI_HDF5_STORAGE_MAPPING_H

#include "hdf5/storage/coverage.h"
#include "hdf5/storage/follow.h"

/** Owns its dataspaces. */
typedef struct nni_hdf5_mapping {
    hid_t to, from; /**< dataspaces */
    int unlimited;  /**< dimension in which `to` has no limit; -1: none */
    int open_end;   /**< dimension in which `from` has none; -1: none */
    char file[NNI_HDF5_NAME_MOST], dataset[NNI_HDF5_NAME_MOST];
    char rows[64]; /**< of `to`, for messages: "rows 10 to 19" */
} nni_hdf5_mapping;

/**
 * Reads a mapping from a dataset's creation properties, without a look at its source.
 *
 * @param mapping  to be closed, also after a failure
 * @return false where it is damaged
 */
bool nni_hdf5_mapping_read(hid_t creation, size_t index, nni_hdf5_mapping *mapping);
void nni_hdf5_mapping_close(nni_hdf5_mapping *mapping);

/** Whether the mapping is of a series of sources, which %b numbers. */
bool nni_hdf5_mapping_is_series(const nni_hdf5_mapping *mapping);

/** Puts a number in place of every %b in the names of a source, and % for %%. @return whether there was a %b */
bool nni_hdf5_mapping_number(const nni_hdf5_mapping *pattern, uint64_t number, nni_hdf5_mapping *numbered);

/**
 * Gives the block of values that is taken of a source, or of each of a series.
 *
 * @param dims  receives its extent, as many dimensions as `to` has: of the values alone, whatever lies between them
 * @return false where they are no block, or as many as there are
 */
bool nni_hdf5_mapping_block(const nni_hdf5_mapping *mapping, hsize_t dims[H5S_MAX_RANK]);

/** @return values that are taken of a source, or of each of a series; 0: as many as there are */
uint64_t nni_hdf5_mapping_values(const nni_hdf5_mapping *mapping);

/**
 * Adds what the mapping covers.
 *
 * @param count  of a mapping without a limit: places that the source has in the dimension that has none, see
 * nni_hdf5_mapping_places; or sources that a series has
 */
nn_status nni_hdf5_mapping_cover(const nni_hdf5_mapping *mapping, uint64_t count, nni_hdf5_coverage *coverage,
                                 nn_error *error);

/** @return places in the dimension without a limit that a source of some extent has. @param dims  its extent */
uint64_t nni_hdf5_mapping_places(const nni_hdf5_mapping *mapping, const hsize_t *dims);

#endif
