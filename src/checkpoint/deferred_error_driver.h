/* SPDX-License-Identifier: MIT */
/**
 * An HDF5 file driver that writes straight to the disk and hides failures from libhdf5 until the file is closed.
 *
 * libhdf5 cannot close a file that it cannot flush, and MPI-IO (Open MPI's) waits for ever where one rank's write
 * fails. This driver stores the errno of the first write that fails and reports success, so that libhdf5 goes on to the
 * end.
 */
#ifndef NNI_CHECKPOINT_DEFERRED_ERROR_DRIVER_H
#define NNI_CHECKPOINT_DEFERRED_ERROR_DRIVER_H

#include <hdf5.h>

/** The file, and the error to be looked at once HDF5 has closed it. */
typedef struct nni_deferred_error_driver {
    int file;     /**< descriptor, open for reading and writing; empty from `begins` on */
    off_t begins; /**< byte that HDF5 takes for the first */
    int reason;   /**< receives the errno of the first write that failed; 0: all is written */
} nni_deferred_error_driver;

/**
 * Creates an HDF5 file there, to be closed with H5Fclose.
 *
 * @param driver  outlives the file
 * @return -1 where HDF5 fails
 */
hid_t nni_deferred_error_driver_create(nni_deferred_error_driver *driver);

#endif
