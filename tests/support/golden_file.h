/* SPDX-License-Identifier: MIT */
/* Reads datasets of golden files. */
#ifndef NN_TESTS_GOLDEN_FILE_H
#define NN_TESTS_GOLDEN_FILE_H

#include <CUnit/Basic.h>
#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/* A whole dataset. @param bytes  that there is room for */
static inline void nn_read_golden(hid_t file, const char *name, hid_t type, size_t bytes, void *to)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    const size_t needed = (size_t)H5Sget_simple_extent_npoints(space) * H5Tget_size(type);
    const bool good = needed <= bytes && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0;
    H5Sclose(space);
    H5Dclose(dataset);
    CU_ASSERT_FATAL(good);
}

#endif
