/* SPDX-License-Identifier: MIT */
/** HDF5 files opened for reading, with a sentence for everything that can be wrong with one. */
#ifndef NNI_HDF5_FILE_H
#define NNI_HDF5_FILE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comm/comm.h"
#include "nntrain/status.h"
#include "support/string_set.h"

/** HDF5's automatic printing of errors, put aside; the caller's program gets it back. */
typedef struct nni_hdf5_printer {
    H5E_auto2_t function;
    void *data;
} nni_hdf5_printer;

/** Stops HDF5 from printing its error stack. */
nni_hdf5_printer nni_hdf5_silence(void);
void nni_hdf5_restore(nni_hdf5_printer printer);

/** HDF5's innermost words about its last failure. To be called before any other HDF5 function. */
void nni_hdf5_reason(char *text, size_t size);

/** @return whether an open file of so many bytes has HDF5's signature. Local. */
bool nni_hdf5_has_signature(int descriptor, uint64_t bytes);

/** Looks at a file without HDF5: there, readable, with HDF5's signature. Local. */
nn_status nni_hdf5_check_path(const char *path, uint64_t *bytes, nn_error *error);

/** NN_DATA where a file has become shorter than it was: of a contiguous dataset HDF5 gives zeros for what is missing.
 * To be asked once it was read, whether that went well or not. */
nn_status nni_hdf5_check_size(const char *path, uint64_t bytes, nn_error *error);

/**
 * Opens a file for reading.
 *
 * @param comm  with a parallel HDF5, the ranks that open it together through MPI-IO (collective, not agreed); NULL, or
 * a serial HDF5: this process alone
 */
nn_status nni_hdf5_open(const char *path, nn_comm *comm, hid_t *file, nn_error *error);

/** A file that is not open. */
#define NNI_HDF5_CLOSED H5I_INVALID_HID

/** Closes a file that nni_hdf5_open opened, unless HDF5 has crashed; NNI_HDF5_CLOSED is fine. */
void nni_hdf5_close(hid_t file);

/** @return whether a file has a link of a name, wherever that leads */
bool nni_hdf5_has(hid_t file, const char *name);

/** Adds the name of every dataset of a file, with a slash before it, that no link alone leads to. Local.
 * @return NN_DATA where they are more than a set holds */
nn_status nni_hdf5_list_datasets(hid_t file, nni_string_set *names, nn_error *error);

/** Opens a dataset by name; where there is none, the message lists those there are. Local. */
nn_status nni_hdf5_open_dataset(hid_t file, const char *path, const char *name, hid_t access, hid_t *dataset,
                                nn_error *error);

#endif
