/* SPDX-License-Identifier: MIT */
/** A dataset that is read the ways training reads it, and nothing done with its rows: for measuring. */
#ifndef NNI_HDF5_PROBE_PROBE_H
#define NNI_HDF5_PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comm/comm.h"
#include "nntrain/kinds.h"
#include "nntrain/status.h"

/** How a file to be measured holds its values. */
typedef enum nni_probe_storage { NNI_PROBE_CONTIGUOUS, NNI_PROBE_CHUNKED, NNI_PROBE_DEFLATED } nni_probe_storage;

/** A file to be made. */
typedef struct nni_probe_recipe {
    bool bytes; /**< uint8; else float32 */
    nni_probe_storage storage;
    size_t rows, features;
} nni_probe_recipe;

/** Writes a file of values like the pixels of images, half of them 0: dataset x, [rows, features]. Local. */
nn_status nni_probe_write(const char *path, const char *dataset, const nni_probe_recipe *recipe, nn_error *error);

/** What there is to be read. */
typedef struct nni_probe_facts {
    uint64_t file_bytes;
    size_t rows, features;
    size_t row_bytes;    /**< in memory */
    size_t chunk_rows;   /**< 0: contiguous */
    size_t read_rows;    /**< at a time, by nni_probe_read */
    size_t block_rows;   /**< of a block, by nni_probe_read_block */
    size_t blocks;       /**< that have rows of this rank */
    size_t first, count; /**< rows of this rank */
    bool filtered;       /**< compressed or checksummed */
    bool deflated;       /**< by zlib, as the last of its filters */
    char type[16];       /**< e.g. "uint8" */
} nni_probe_facts;

typedef struct nni_probe nni_probe;

/**
 * Opens a dataset for reading, with memory for the rows of this rank, its part of as many as there are ranks.
 *
 * Collective and agreed. HDF5's printing of errors rests until nni_probe_close.
 *
 * @param path,dataset  borrowed, as comm is
 * @param external      where the file may have data outside of itself
 */
nn_status nni_probe_open(const char *path, const char *dataset, nn_external external, nn_comm *comm, nni_probe **probe,
                         nn_error *error);
void nni_probe_close(nni_probe *probe);
const nni_probe_facts *nni_probe_facts_of(const nni_probe *probe);

/** Reads this rank's rows into its memory in their order, as rows that stay in memory are read. Collective. */
nn_status nni_probe_read(nni_probe *probe, nn_error *error);

/** Reads one of its blocks, 0 <= i < blocks, to its place there, as rows that stay in the file are read. Local. */
nn_status nni_probe_read_block(nni_probe *probe, size_t i, nn_error *error);

/**
 * Inflates the chunks that begin among this rank's rows, by zlib alone. Local; for what is deflated.
 *
 * @param seconds  receives the time that zlib took, without that of reading chunks
 * @param bytes    receives what it gave
 */
nn_status nni_probe_inflate(nni_probe *probe, double *seconds, uint64_t *bytes, nn_error *error);

#endif
