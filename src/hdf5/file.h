/** HDF5 files opened for reading, with a sentence for everything that can be wrong with one. */
#ifndef NNI_HDF5_FILE_H
#define NNI_HDF5_FILE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comm/comm.h"
#include "nntrain/status.h"
#include "support/element.h"

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

/** Columns that are chosen of a dataset; borrowed. count 0: all. See hdf5_columns.h */
typedef struct nni_hdf5_columns {
    const char *const *names; /**< [count] */
    size_t count;
} nni_hdf5_columns;

/** What a dataset holds, in plain numbers: one rank finds out and tells the others. */
typedef struct nni_hdf5_layout {
    uint64_t rows;
    uint64_t row_values; /**< values a row holds, all further dimensions multiplied */
    int dimensions;
    uint64_t extent[H5S_MAX_RANK]; /**< [dimensions] */
    uint64_t chunk_rows;           /**< 0 where the dataset is not chunked */
    bool whole_rows;               /**< chunks hold whole rows */
    uint64_t stored;               /**< bytes it takes in the file */
    bool filtered;                 /**< compressed or checksummed */
    bool composed;                 /**< a virtual dataset, of parts of others: HDF5 has no MPI-IO for it */
    bool records;                  /**< of fields, some of which are chosen */
    bool text;                     /**< each row is a text, of a class; element is then that of the class's number */
    bool integer;
    nni_element element; /**< the native type that holds the file's */
    size_t file_size;    /**< bytes of a value in the file */
    char type[16];       /**< e.g. "uint8", "float32" */
} nni_hdf5_layout;

/** Finds out what a dataset holds, or what some of its columns do. Local. @param columns  NULL: all */
nn_status nni_hdf5_describe(hid_t file, const char *path, const char *name, const nni_hdf5_columns *columns,
                            nni_hdf5_layout *layout, nn_error *error);

/**
 * A few bytes can claim any shape: whether there are more values than what is stored of them can be. No compressor
 * comes near that ratio on data worth training on. Not of virtual datasets, whose values are stored elsewhere.
 */
bool nni_hdf5_is_mere_claim(uint64_t values, uint64_t stored_bytes);

/** The same for targets, which may be texts, or the one field of records that is chosen. */
nn_status nni_hdf5_describe_targets(hid_t file, const char *path, const char *name, const nni_hdf5_columns *columns,
                                    nni_hdf5_layout *layout, nn_error *error);

/** Describes a type of texts as nni_hdf5_describe_number does of numbers. @return whether it is one */
bool nni_hdf5_describe_text(hid_t type, nni_hdf5_layout *layout);

/** Describes a type of numbers: element, integer, file_size, type. @return whether it is one */
bool nni_hdf5_describe_number(hid_t type, nni_hdf5_layout *layout);

/** Opens a dataset by name; where there is none, the message lists those there are. Local. */
nn_status nni_hdf5_open_dataset(hid_t file, const char *path, const char *name, hid_t access, hid_t *dataset,
                                nn_error *error);

#endif
