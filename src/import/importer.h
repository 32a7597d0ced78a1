/* SPDX-License-Identifier: MIT */
/** What an importer of a format is: its names, its options, and the function that makes the file. */
#ifndef NNI_IMPORT_IMPORTER_H
#define NNI_IMPORT_IMPORTER_H

#include <stdbool.h>
#include <stddef.h>

#include "comm/comm.h"
#include "nntrain/status.h"

/** An option of one format. */
typedef struct nni_import_option {
    const char *name;  /**< without "--" */
    char letter;       /**< short for it; 0: none */
    const char *value; /**< what stands for its value in the help; NULL: it takes none */
    const char *help;
    /** Takes the value into the job. NN_USAGE where it makes no sense, in a sentence that begins with the option. NULL:
     * any value will do, and is kept at `text`. */
    nn_status (*take)(void *job, const char *value, nn_error *error);
    size_t text; /**< offset in the job of the const char * that keeps it */
} nni_import_option;

/** The file to be made, as every format has it. */
typedef struct nni_import_target {
    const char *output;
    int compress;                                /**< deflate level 0 to 9; 0 stores plain */
    size_t chunk_rows;                           /**< of the datasets; 0: contiguous, or about a MiB where compressed */
    void (*progress)(double done, double total); /**< bytes, now and then, on rank 0; NULL: nobody asks */
} nni_import_target;

/** What was imported, split by split. */
typedef struct nni_import_summary {
    struct {
        const char *name; /**< e.g. "train"; NULL: there is nothing to be told of it */
        size_t rows, bad; /**< imported, and left out */
        size_t features;  /**< 0: not told */
    } split[2];
} nni_import_summary;

/** A format that is brought into HDF5. */
typedef struct nni_importer {
    const char *names[3];   /**< [1 or 2] that choose it, the usual one first; NULL behind the last */
    const char *extensions; /**< of its files, for the help */
    const char *help;       /**< a line about it */
    const char *description;
    const char
        *argument;      /**< what the one file beside the options is, e.g. "text file"; NULL: options name the files */
    const char *wanted; /**< said where files or --output are missing: what to name, and an example */
    const nni_import_option *options; /**< ends with one without a name */
    bool chunks;                      /**< takes --chunk */
    bool collective;                  /**< ranks share the work; else one process does it */
    size_t job_bytes;                 /**< of what the options are taken into, zeroed */
    /** Sets what is not 0 by default; NULL: nothing. @param name  by which the format was chosen */
    void (*begin)(void *job, const char *name);
    /** Takes the file beside the options; where there is one. */
    void (*take_file)(void *job, const char *path);
    bool (*is_complete)(const void *job); /**< whether there is something to import */
    /** Options that do not go together are NN_USAGE; NULL: all do. */
    nn_status (*check)(const void *job, nn_error *error);
    nn_status (*run)(const void *job, const nni_import_target *target, nn_comm *comm, nni_import_summary *summary,
                     nn_error *error);
} nni_importer;

#endif
