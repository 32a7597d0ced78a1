/**
 * An HDF5 file that is written straight to the disk, where libhdf5 never learns of a failure.
 *
 * It cannot let go of a file that it cannot flush, and MPI-IO (Open MPI's) waits for ever where one rank's write fails.
 * Here a write that fails is kept in mind, and libhdf5 goes on as if nothing had happened, to the end.
 */
#ifndef NNI_CHECKPOINT_DEFERRED_ERROR_DRIVER_H
#define NNI_CHECKPOINT_DEFERRED_ERROR_DRIVER_H

#include <hdf5.h>

/** Where the file is. */
typedef struct nni_deferred_error_driver {
    int file;     /**< open for reading and writing, and empty from `begins` on */
    off_t begins; /**< byte that HDF5 takes for the first */
    int reason;   /**< receives the errno of the first write that failed; 0: all is written */
} nni_deferred_error_driver;

/**
 * Creates an HDF5 file there, to be closed with H5Fclose.
 *
 * @param latched  outlives the file
 * @return -1 where HDF5 fails
 */
hid_t nni_deferred_error_driver_create(nni_deferred_error_driver *latched);

#endif
