/**
 * Datasets in HDF5, cut into slices.
 *
 * The rows of a split are cut into S contiguous slices, a number of the recipe and not of the machine. A rank owns a
 * contiguous run of slices and reads only their rows. What a batch contains is a function of rows, slices, batch and
 * seed alone, hence the same on any number of ranks.
 */
#ifndef NNTRAIN_DATASET_H
#define NNTRAIN_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/batch.h"
#include "nntrain/comm.h"
#include "nntrain/element.h"
#include "nntrain/normalization.h"
#include "nntrain/status.h"

/** Where samples lie. Strings belong to the caller. */
typedef struct nn_dataset_spec {
    const char *file; /**< path of an HDF5 file */
    const char *x;    /**< dataset [N, ...], any integer or float type; rows are flattened */
    const char *y; /**< dataset [N] of integers (classes), [N] of floats, or [N, outputs]; NULL: none, for prediction */
    const char *w; /**< dataset [N] of sample weights, finite and not negative; NULL: every sample weighs 1 */
} nn_dataset_spec;

/** N rows in S slices; slice s has floor((N + s) / S) rows, which adds up to N (Hermite's identity). */
typedef struct nn_slices {
    size_t rows;
    size_t count;
} nn_slices;

/** First row of slice s; s == count gives rows. */
size_t nn_slices_first_row(nn_slices slices, size_t slice);

/** First slice of a rank: floor(rank * S / ranks); rank == ranks gives S. */
size_t nn_slices_first_of_rank(nn_slices slices, size_t rank, size_t ranks);

/** What y holds. */
typedef enum nn_target_kind {
    NN_TARGET_NONE,
    NN_TARGET_CLASSES, /**< [N] integers */
    NN_TARGET_VALUES,  /**< [N, outputs], or [N] floats with outputs = 1 */
} nn_target_kind;

/**
 * This rank's rows of one split, resident in memory. Owns its arrays.
 *
 * x stays as the file has it where its type takes fewer bytes than an nn_real, or is one; anything wider becomes
 * nn_real on reading. nn_dataset_rows gives rows to compute with.
 */
typedef struct nn_dataset {
    nn_slices slices;
    size_t first_slice, slice_count; /**< slices this rank owns */
    size_t first_row, rows;          /**< rows this rank owns, counted in the file */
    size_t *slice_end;               /**< [slice_count] resident row that each of this rank's slices ends before */
    size_t features;                 /**< values a row of x holds */
    nn_target_kind target;
    size_t outputs;     /**< NN_TARGET_VALUES: values a row of y holds; NN_TARGET_CLASSES: 1 + the largest class of all
                           ranks */
    bool binary;        /**< values are the classes 0 and 1, made so by nn_dataset_fit_targets for a single sigmoid */
    nn_element element; /**< what x holds */
    void *x;            /**< [rows, features] of element, as read */
    const nn_normalization *normalization; /**< borrowed; NULL: rows are given as they are */
    int32_t *classes;                      /**< [rows], or NULL */
    nn_real *values;                       /**< [rows, outputs], or NULL */
    nn_real *weights;                      /**< [rows] of samples, or NULL */
    char *file, *x_name, *y_name;          /**< as in the spec, for messages; y_name may be NULL */
    uint64_t file_bytes;                   /**< size of the file */
    char x_type[16];                       /**< type of x in the file, e.g. "uint8", "float32" */
    double x_range[2];                     /**< smallest and largest x of all ranks */
} nn_dataset;

/**
 * Opens a split and reads this rank's rows. Collective.
 *
 * Errors, each one sentence that names file and dataset, agreed between ranks: no such file, not HDF5 (or truncated),
 * no such dataset, a type that is no number, x without rows or features, y or w with another number of rows than x,
 * negative classes or weights, NaN or infinity (with the row), and, where `slices` is more than the rows and
 * `every_slice` is set, an empty slice.
 *
 * @param slices       S; more ranks than S is NN_USAGE
 * @param every_slice  true for training, where a slice without rows is an error; evaluation allows it
 */
nn_status nn_dataset_open(const nn_dataset_spec *spec, size_t slices, bool every_slice, nn_comm *comm,
                          nn_dataset **dataset, nn_error *error);

void nn_dataset_free(nn_dataset *dataset);

/**
 * Fits the targets to a network. Local and cheap apart from one agreement; collective.
 *
 * Classes stay classes for a network with several outputs, which must be more than the largest class. For a single
 * output they become values: of a sigmoid 0 or 1, the classes themselves, else numbers to be predicted. Values need the
 * same width. The message names the first row that does not fit.
 *
 * @param outputs  of the network
 * @param output   activation of its last layer
 */
nn_status nn_dataset_fit_targets(nn_dataset *dataset, size_t outputs, nn_activation output, nn_comm *comm,
                                 nn_error *error);

/**
 * Measures offset and scale on a training split. Collective; the same bits on any number of ranks.
 *
 * Means and squared deviations are found slice by slice (Welford) in double and merged in slice order (Chan, Golub,
 * LeVeque, 1983). A feature without spread gets scale 1.
 */
nn_status nn_normalization_fit(nn_normalization *normalization, const nn_dataset *dataset, nn_comm *comm,
                               nn_error *error);

/**
 * Has rows normalised from now on as they are given out; the resident ones stay as they are. Local. NN_DATA where the
 * number of features differs, naming the file.
 *
 * @param normalization  borrowed; outlives the dataset's use
 */
nn_status nn_dataset_normalize(nn_dataset *dataset, const nn_normalization *normalization, nn_error *error);

/** @return bytes that a resident row of x takes */
size_t nn_dataset_row_bytes(const nn_dataset *dataset);

/**
 * Resident rows first .. first + count to compute with: x, or with a normalisation (x - offset) * scale, each operation
 * rounded to nn_real on its own. One pass; threads share many rows. Local.
 *
 * @param to  [count, features]
 * @return to, or, without writing there, the resident rows themselves where they are just what is asked for
 */
const nn_real *nn_dataset_rows(const nn_dataset *dataset, size_t first, size_t count, nn_real *to);

/**
 * A digest of the split's rows, targets and weights as read and before carving, the rows of x as nn_real whatever they
 * are kept as: the same on any number of ranks. Collective.
 *
 * A resumed run compares it, because shuffles of other data would be another training.
 */
nn_status nn_dataset_digest(const nn_dataset *dataset, nn_comm *comm, uint64_t *digest, nn_error *error);

/**
 * Carves a share of the rows off a training split for validation. Local, and the same on any number of ranks; only
 * where memory runs out can it fail on one rank alone. Targets may have been fitted, so that a message about one names
 * its row in the file.
 *
 * N' = N - round(fraction * N) rows stay, in the same number of slices, so that batches remain exact: slice s keeps
 * floor((N' + s) / S) of its floor((N + s) / S) rows. Which rows of a slice go is a keyed bijection of the seed alone.
 * All others stay in the order of the file, in both splits. Both splits count their rows anew. x_range remains that of
 * the whole.
 *
 * The slices of the validation split are what the slices of the whole lost. That is not always floor((V + s) / S), so
 * its count of slices serves to share rows out over ranks and no sampler, digest or fit of a normalisation may use it;
 * nn_evaluate and nn_dataset_rows do not.
 *
 * @param fraction    0 < fraction < 1
 * @param validation  receives the rows carved off, to be freed by the caller
 * @return NN_USAGE where a slice would be left without rows or validation would have none; the dataset is then as it
 * was
 */
nn_status nn_dataset_carve(nn_dataset *dataset, double fraction, uint64_t seed, nn_dataset **validation,
                           nn_error *error);

/** Deals shuffled batches from a training split. */
typedef struct nn_sampler nn_sampler;

/**
 * Plans the batches of an epoch. Local, and fails alike on every rank.
 *
 * Before step t, c(t, s) = min(rows of s, floor((t * batch + s) / S)) rows of slice s are used up, which adds up to t *
 * batch: every batch but the last has exactly `batch` rows and every row comes once an epoch. Within a slice the order
 * of an epoch is a keyed bijection (a Feistel network with cycle walking), so it costs no memory and any position is
 * computed directly.
 *
 * @param dataset  borrowed; outlives the sampler, with its targets already fitted to the network
 * @param batch    global rows a step; NN_USAGE where fewer than slices or more than rows
 */
nn_status nn_sampler_create(const nn_dataset *dataset, uint64_t seed, size_t batch, nn_sampler **sampler,
                            nn_error *error);
void nn_sampler_free(nn_sampler *sampler);

typedef struct nn_augment nn_augment; /* see augment.h */

/** Has the rows of batches augmented from now on, each by its sample's number and the epoch. @param augment  borrowed;
 * outlives the sampler's use; NULL: rows as they are */
void nn_sampler_augment(nn_sampler *sampler, const nn_augment *augment);

/** @return steps of an epoch: ceil(rows / batch) */
size_t nn_sampler_steps(const nn_sampler *sampler);

/** @return the most rows this rank has in any batch */
size_t nn_sampler_capacity(const nn_sampler *sampler);

/** @return the fewest rows this rank has in any batch but the last */
size_t nn_sampler_least(const nn_sampler *sampler);

/**
 * Gathers this rank's rows of one batch: slices in order, each slice's rows in its order of the epoch. Samples are
 * numbered as the split's rows are, hence alike on any number of ranks.
 *
 * A pure function of epoch and step: a resumed run needs nothing but the two counters. Points into the sampler's own
 * memory, valid until the next call.
 */
void nn_sampler_batch(nn_sampler *sampler, uint64_t epoch, size_t step, nn_batch *batch);

/** @return which rows of the batch dealt last are of which slice; valid until the next one is dealt */
nn_leaf_rows nn_sampler_leaves(const nn_sampler *sampler);

/**
 * Keeps HDF5 from tidying up when the process ends, for programs that close what they open: after a failed write, on a
 * full disk say, that tidying crashes. To be called before anything else of HDF5.
 */
void nn_dataset_leave_exit_alone(void);

/** @return version of the HDF5 library and whether it is parallel, e.g. "1.10.8 (serial)". Not collective. */
const char *nn_dataset_library(void);

#endif
