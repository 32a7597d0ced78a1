/**
 * Datasets in HDF5, cut into slices.
 *
 * The rows of a split are cut into S contiguous slices, a number of the recipe and not of the machine. A rank owns a
 * contiguous run of slices and reads only their rows. What a batch contains is a function of rows, slices, batch and
 * seed alone, hence the same on any number of ranks.
 */
#ifndef NNI_DATA_DATASET_DATASET_H
#define NNI_DATA_DATASET_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comm/comm.h"
#include "data/settings.h"
#include "hdf5/files.h"
#include "model/batch.h"
#include "model/feature_scaler.h"
#include "model/settings.h"
#include "model/target_scaler.h"
#include "nntrain/status.h"
#include "support/element.h"
#include "support/string_set.h"

/** What targets are trained by: the last layer of a network, and the loss. */
typedef struct nni_head {
    size_t outputs; /**< 0: not known */
    nn_activation activation;
    nn_loss_kind loss;
} nni_head;

/** @return the head of a network that learns by a loss */
nni_head nni_head_of(const nni_network_settings *network, const nni_loss_settings *loss);

/** @return classes that a head tells apart: its outputs, two of a single sigmoid; 0: it predicts a value, or is not
 * known */
size_t nni_head_classes(nni_head head);

/** Where samples lie. Strings belong to the caller. */
typedef struct nni_dataset_spec {
    const char *file; /**< path of an HDF5 file, or a pattern such as "part-*.h5" of several whose rows follow each
                         other, sorted by name */
    const char *const *files; /**< [file_count] instead of file: paths and patterns, in their order */
    size_t file_count;        /**< 0: file */
    const char *x;            /**< dataset [N, ...], any integer or float type; rows are flattened */
    const char *y; /**< dataset [N] of integers or texts (classes), [N] of floats, or [N, outputs]; NULL: none, for
                      prediction */
    const char *w; /**< dataset [N] of sample weights, finite and not negative; NULL: every sample weighs 1 */
    const char *const *x_columns; /**< [x_column_count] columns of x that are features: names of fields where it holds
                                     records, else numbers from 0 and ranges such as "3:7", in their order */
    size_t x_column_count;        /**< 0: all */
    const char *const *y_columns; /**< [y_column_count] the same of y */
    size_t y_column_count;
    size_t features;                   /**< of a row that a model takes; 0: any number */
    const nni_string_set *class_names; /**< what classes were called when they were trained, for y of texts and for
                                    files that name theirs; empty: they were numbers alone; NULL: to be found out */
    bool log1p;                        /**< targets that are values must be above -1, for log(1 + y) is taken of them */
    bool names_are_labels; /**< class_names are whole numbers that y held: integers are looked up among them */
    nni_head head;         /**< that the targets are for; its outputs 0: labels stay as they are */
    bool missing;          /**< NaN in x stands for a value that is missing, and is no error */
    nn_external external;  /**< where the files may have data outside of themselves */
    size_t memory;         /**< bytes of rows that this rank may have in memory; 0: as many as there are */
    size_t window;         /**< bytes of x, over all slices, that are shuffled among each other, a number as at
                              most an nni_real; 0: all */
} nni_dataset_spec;

/** @return where a split of a recipe lies, with the columns it chooses, or else those of the training split; everything
 * else zero. Borrows the recipe's strings. */
nni_dataset_spec nni_dataset_spec_of(const nni_split_settings *split, const nni_split_settings *train);

/** @return [file count] the files of a spec, one or several */
static inline const char *const *nni_dataset_spec_files(const nni_dataset_spec *spec)
{
    return spec->file_count > 0 ? spec->files : &spec->file;
}

static inline size_t nni_dataset_spec_file_count(const nni_dataset_spec *spec)
{
    return spec->file_count > 0 ? spec->file_count : 1;
}

/** N rows in S slices; slice s has floor((N + s) / S) rows, which adds up to N (Hermite's identity). */
typedef struct nni_slices {
    size_t rows;
    size_t count;
} nni_slices;

/** First row of slice s; s == count gives rows. */
size_t nni_slices_first_row(nni_slices slices, size_t slice);

/** First slice of a rank: floor(rank * S / ranks); rank == ranks gives S. */
size_t nni_slices_first_of_rank(nni_slices slices, size_t rank, size_t ranks);

/** What y holds. */
typedef enum nni_target_kind {
    NNI_TARGET_NONE,
    NNI_TARGET_CLASSES, /**< [N] integers or texts */
    NNI_TARGET_VALUES,  /**< [N, outputs], or [N] floats with outputs = 1 */
} nni_target_kind;

typedef struct nni_blocks nni_blocks;
typedef struct nni_label_set nni_label_set;
typedef struct nni_labels nni_labels;
typedef struct nni_split_rows nni_split_rows;
typedef struct nni_source nni_source;

/** Rows that follow each other, in memory; somebody else's arrays. */
typedef struct nni_rows {
    size_t first; /**< counted among this rank's rows */
    size_t count;
    const void *x;           /**< [count, features] of the dataset's element */
    const int32_t *classes;  /**< [count], or NULL */
    const double *values;    /**< [count, outputs], or NULL */
    const nni_real *weights; /**< [count], or NULL */
} nni_rows;

/**
 * This rank's rows of one split: resident in memory, or, where there is no room for them, in the file and read again
 * whenever they are wanted. Owns its arrays.
 *
 * x stays as the file has it. nni_dataset_convert gives rows to compute with, scaled before they become nni_real.
 * Targets that are values are kept in double: a time in seconds since 1970 has no digit to spare.
 */
typedef struct nni_dataset {
    nni_slices slices;
    nni_slices whole;                /**< of the rows of the file, before any were carved off */
    size_t first_slice, slice_count; /**< slices this rank owns */
    size_t first_row, rows;          /**< rows this rank owns, counted in the split */
    size_t *slice_first;             /**< [slices.count + 1] row of the split that each slice begins with, over all
                                        ranks; NULL: as slices cuts them */
    size_t *slice_end;               /**< [slice_count] row of this rank that each of its slices ends before */
    uint64_t *slice_digest;          /**< [slice_count] of the rows read; NULL once some were carved off */
    size_t features;                 /**< values a row of x holds */
    int row_dimensions;              /**< dimensions of x behind its rows; 0: one value, or fields of records */
    size_t row_extent[3];            /**< [row_dimensions], where these are 3 at most */
    nni_target_kind target;
    size_t outputs; /**< NNI_TARGET_VALUES: values a row of y holds; NNI_TARGET_CLASSES: 1 + the largest class of all
                       ranks */
    bool binary;    /**< values are the classes 0 and 1, made so by nni_dataset_fit_targets for a single sigmoid */
    bool weighted;  /**< samples have weights */
    bool missing;   /**< x may hold NaN, for what is missing */
    nni_element element; /**< what x holds, in memory as in the file */
    void *x;             /**< [rows, features] of element, as read; this and the next three NULL where rows stay in the
                            file */
    int32_t *classes;    /**< [rows], or NULL */
    double *values;      /**< [rows, outputs], or NULL */
    nni_real *weights;   /**< [rows] of samples, or NULL */
    nni_labels *labels;  /**< NULL: classes are numbers alone */
    nni_label_set *label_set; /**< distinct whole numbers of a training split's y [N] that is opened for a head; NULL:
                                it holds others */
    nni_source *source;       /**< where rows are read again; NULL: they are resident */
    nni_blocks *blocks;       /**< NULL: slices are shuffled whole, from memory */
    nni_split_rows *part;     /**< which rows of the file these are; NULL: all, for none were carved off */
    size_t block_rows;        /**< rows of the file that are read at a time */
    size_t window_rows;       /**< rows of a slice that are shuffled among each other; 0: all */
    const nni_feature_scaler *normalization; /**< borrowed; NULL: rows are given as they are */
    const nni_target_scaler *target_scaling; /**< borrowed; NULL: targets are given as they are */
    nni_files *files;                        /**< of which the rows are; NULL: file alone */
    char *file, *x_name, *y_name; /**< for messages; of several files what stands for them; y_name may be NULL */
    uint64_t file_bytes;          /**< size of the file, or of all of them */
    char x_type[16];              /**< type of x in the file, e.g. "uint8", "float32" */
    double x_range[2];            /**< smallest and largest x of all ranks */
    uint64_t x_beyond; /**< 1 + position among all values of x of the first that no nni_real holds; 0: none */
} nni_dataset;

/** Receives how many rows a split has, as its files describe themselves; none is read. Collective, with the errors of
 * nni_dataset_open that need no row. */
nn_status nni_dataset_count(const nni_dataset_spec *spec, nn_comm *comm, size_t *rows, nn_error *error);

/**
 * Opens a split and reads this rank's rows. Collective. Several files are the one that has all their rows, bit for bit.
 *
 * Errors, each one sentence that names file and dataset, agreed between ranks: no such file, not HDF5 (or truncated),
 * no such dataset, a type that is no number, x without rows or features, y or w with another number of rows than x,
 * negative classes or weights, another shape or kind of values than in the first of several files, NaN or infinity, a
 * text that is no known class (with the row), and, where `slices` is more than the rows and `every_slice` is set, an
 * empty slice.
 *
 * Classes that are texts are numbered in their order by bytes, over all ranks' rows; those of integers may have their
 * names in the file's dataset /classes. Where spec->class_names are given, both are read through these.
 *
 * Where spec->head tells classes apart, the integers of a training split that are not 0 to outputs - 1 become classes
 * in their order if they are as many as it has classes, and the integers are the classes' names; else NN_DATA says how
 * many there are. Floats that are whole numbers are classes as well, under several outputs of softmax or sigmoid, and
 * under a single sigmoid with binary_cross_entropy or iou. Integers that a head which predicts a
 * value cannot take for classes are values. Values are checked against spec->head.loss: cross_entropy takes rows that
 * are distributions, binary_cross_entropy and iou numbers from 0 to 1.
 *
 * All rows are read once, and kept where they take no more than spec->memory on every rank. Else they are read again
 * for every use; what is trained then is the same, bit for bit.
 *
 * @param slices       S; more ranks than S is NN_USAGE
 * @param every_slice  true for training, where a slice without rows is an error; evaluation allows it
 */
nn_status nni_dataset_open(const nni_dataset_spec *spec, size_t slices, bool every_slice, nn_comm *comm,
                           nni_dataset **dataset, nn_error *error);

void nni_dataset_free(nni_dataset *dataset);

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
nn_status nni_dataset_fit_targets(nni_dataset *dataset, size_t outputs, nn_activation output, nn_comm *comm,
                                  nn_error *error);

/**
 * Measures offset and scale on a training split, and what stands for missing values where the normalisation has that.
 * Collective; the same bits on any number of ranks.
 *
 * Means and squared deviations are found slice by slice (Welford) in double and merged in slice order (Chan, Golub,
 * LeVeque, 1983). A feature without spread gets scale 0, so that no other value of it in another split can be large.
 * NN_NORMALIZE_AUTO becomes the kind that is chosen.
 *
 * @return NN_DATA where a feature that is to be imputed has no value in any row, or where one spreads too far for
 * doubles
 */
nn_status nni_feature_scaler_fit(nni_feature_scaler *normalization, const nni_dataset *dataset, nn_comm *comm,
                                 nn_error *error);

/**
 * Has rows normalised from now on as they are given out; the resident ones stay as they are. Local. NN_DATA where the
 * number of features differs, or where a number is beyond the range of nni_real and nothing scales it, naming the file.
 *
 * @param normalization  borrowed; outlives the dataset's use
 */
nn_status nni_dataset_normalize(nni_dataset *dataset, const nni_feature_scaler *normalization, nn_error *error);

/**
 * Finds how targets are scaled, on a training split with its targets fitted to the network. Collective; the same bits
 * on any number of ranks. Targets that are classes, labels or shares of classes stay as they are.
 *
 * @param kind    NN_TARGETS_AUTO: standard for linear outputs; none for bounded ones that reach the
 * targets; scale for outputs of one side and targets of 0 and more; else minmax
 * @param output  activation of the last layer
 * @return NN_USAGE where targets shall be scaled that are no values
 */
nn_status nni_target_scaler_fit(const nni_dataset *dataset, nn_target_scaling kind, nn_loss_kind loss,
                                nn_activation output, nn_comm *comm, nni_target_scaler **scaling, nn_error *error);

/** Has targets scaled from now on as they are given out in batches; those of nni_rows stay in the user's units. Local.
 * @param scaling  borrowed; outlives the dataset's use */
void nni_dataset_scale_targets(nni_dataset *dataset, const nni_target_scaler *scaling);

/** Targets of rows as a loss takes them, scaled and rounded to nni_real. Local. @param to  [count, outputs] @return to;
 * NULL where they are classes */
const nni_real *nni_dataset_convert_targets(const nni_dataset *dataset, const nni_rows *rows, nni_real *to);

/** @return how many files the rows are of */
size_t nni_dataset_file_count(const nni_dataset *dataset);

/** @return whether a path leads to a file that rows are of. Local. */
bool nni_dataset_is_of(const nni_dataset *dataset, const char *path);

/** @return the names of the classes, in their order; NULL: they are numbers alone */
const nni_string_set *nni_dataset_class_names(const nni_dataset *dataset);

/** @return whether these names are the whole numbers that y holds */
bool nni_dataset_names_are_labels(const nni_dataset *dataset);

/**
 * Says what whole numbers of a training split became, once fitted: "labels -1 and 1 are classes 0 and 1", or that they
 * are values and how to have classes instead.
 *
 * @return text, empty where this goes without saying
 */
const char *nni_dataset_tell_labels(const nni_dataset *dataset, char *text, size_t room);

/** @return bytes that a row of x takes in memory */
size_t nni_dataset_row_bytes(const nni_dataset *dataset);

/** @return bytes of rows that a rank may have in memory: as asked, or for 0 half of what its host can give, shared by
 * the ranks there; 0: unknown */
size_t nni_dataset_room(size_t asked, const nn_comm *comm);

/** @return bytes that the rows of this rank take in memory, or what is read ahead of them for a training */
size_t nni_dataset_bytes(const nni_dataset *dataset);

/** @return seconds that this rank has waited for rows of the file, since it was opened */
double nni_dataset_waited(const nni_dataset *dataset);

/** @return rows first .. first + count of this rank, which are resident */
nni_rows nni_dataset_resident(const nni_dataset *dataset, size_t first, size_t count);

/**
 * Rows to compute with: x, or with a normalisation (x - offset) * scale, each operation rounded on its own: to
 * nni_real, or to double for types of x that a float does not hold exactly. One pass; threads share many rows. Local.
 *
 * @param to  [count, features]
 * @return to, or, without writing there, the rows themselves where they are just what is asked for
 */
const nni_real *nni_dataset_convert(const nni_dataset *dataset, const nni_rows *rows, nni_real *to);

/** A way through this rank's rows in the order of the file, wherever they are. */
typedef struct nni_cursor nni_cursor;

/** @param most  rows that are given at a time, at most; at least 1. @param dataset  borrowed, with its targets as they
 * shall come */
nn_status nni_cursor_create(const nni_dataset *dataset, size_t most, nni_cursor **cursor, nn_error *error);
void nni_cursor_free(nni_cursor *cursor);

/**
 * The next rows. Local; the next ones in the file are read meanwhile.
 *
 * @param rows  receives them, valid until the next call; count 0 behind the last row, after which it begins anew
 * @return NN_DATA where the file can no longer be read
 */
nn_status nni_cursor_next(nni_cursor *cursor, nni_rows *rows, nn_error *error);

/**
 * A digest of the split's rows, targets and weights as read and before carving, all numbers as nni_real whatever they
 * are kept as: the same on any number of ranks. Collective.
 *
 * A resumed run compares it, because shuffles of other data would be another training.
 */
nn_status nni_dataset_digest(const nni_dataset *dataset, nn_comm *comm, uint64_t *digest, nn_error *error);

/**
 * A digest of what this rank has in memory of the split: it stays the same as long as the memory does. Local; threads
 * share the work.
 */
uint64_t nni_dataset_memory_digest(const nni_dataset *dataset);

/** Which rows of a training split go into another split. */
typedef struct nni_holdout {
    double fraction;    /**< share of the rows, 0 < fraction < 1; with folds: not looked at */
    size_t fold, folds; /**< the fold that goes, 1 <= fold <= folds; folds 0: a fraction goes */
    bool stratified;    /**< of every class the same share */
    uint64_t seed;      /**< keys the choice */
    bool test;          /**< they go for testing, else for validation: another choice of the same seed */
} nni_holdout;

/** @return which of the training rows are for testing. @param seed  the recipe's */
nni_holdout nni_holdout_of_test(const nni_data_settings *data, uint64_t seed);

/** @return which of the rows that remain are for validation */
nni_holdout nni_holdout_of_validation(const nni_data_settings *data, uint64_t seed);

/** @return whether any rows are to go */
static inline bool nni_holdout_takes(const nni_holdout *carving)
{
    return carving->fraction > 0 || carving->folds > 0;
}

/**
 * Carves rows off a training split, for validation or for testing. The same on any number of ranks. Collective. Targets
 * may have been fitted, so that a message about one names its row in the file. Of what remains more may be carved off:
 * the rows that go first do not depend on those that go later.
 *
 * A fraction: N' = N - round(fraction * N) rows stay, in the same number of slices: slice s keeps floor((N' + s) / S)
 * of its floor((N + s) / S) rows. Which rows of a slice go is a keyed bijection of the seed alone. Folds: the rows of
 * all slices, each in its keyed order, go to the folds by turns, so that every row is in one of them and folds differ
 * by a row at most. Stratified: the same class by class, for a fraction as for folds; a class of n rows loses fraction
 * * n of them, give or take one. Once folds or strata have left slices of any size, a fraction goes by turns as well.
 *
 * All others stay in the order of the file, in both splits. Both splits count their rows anew. x_range remains that of
 * the whole. The split carved off serves to be gone through: no sampler, digest or fit of a normalisation may use it.
 *
 * @param carved  receives the rows carved off, to be freed by the caller
 * @return NN_USAGE where fewer rows than slices would stay, the split carved off would have none, or strata are asked
 * for where targets are no classes; the dataset is then as it was
 */
nn_status nni_dataset_split(nni_dataset *dataset, const nni_holdout *carving, nn_comm *comm, nni_dataset **carved,
                            nn_error *error);

/** Deals shuffled batches from a training split. */
typedef struct nni_sampler nni_sampler;

/**
 * Plans the batches of an epoch. Local, and fails alike on every rank.
 *
 * Before step t, c(t, s) = min(rows of s, floor((t * batch + s) / S)) rows of slice s are used up, which adds up to t *
 * batch: every batch but the last has exactly `batch` rows and every row comes once an epoch. (Where carving left
 * slices with other numbers of rows, c is in proportion to them, and adds up alike.) Within a slice the order of an
 * epoch is a keyed bijection (a Feistel network with cycle walking), so it costs no memory and any position is computed
 * directly; where a slice has more than window_rows rows, its blocks are permuted and rows shuffled within windows of
 * some blocks.
 *
 * @param dataset  borrowed; outlives the sampler, with its targets already fitted to the network
 * @param batch    global rows a step; NN_USAGE where fewer than slices or more than rows
 */
nn_status nni_sampler_create(const nni_dataset *dataset, uint64_t seed, size_t batch, nni_sampler **sampler,
                             nn_error *error);
void nni_sampler_free(nni_sampler *sampler);

typedef struct nni_augment nni_augment; /* see augment.h */

/** Has the rows of batches augmented from now on, each by its sample's number and the epoch. @param augment  borrowed;
 * outlives the sampler's use; NULL: rows as they are */
void nni_sampler_augment(nni_sampler *sampler, const nni_augment *augment);

/** @return steps of an epoch: ceil(rows / batch) */
size_t nni_sampler_steps(const nni_sampler *sampler);

/** @return the most rows this rank has in any batch; where slices are not as they were cut, a bound a few rows above */
size_t nni_sampler_capacity(const nni_sampler *sampler);

/** @return the fewest rows this rank has in any batch but the last; or a bound a few rows below */
size_t nni_sampler_least(const nni_sampler *sampler);

/**
 * Gathers this rank's rows of one batch: slices in order, each slice's rows in its order of the epoch. Samples are
 * numbered as the split's rows are, hence alike on any number of ranks.
 *
 * A pure function of epoch and step: a resumed run needs nothing but the two counters. Points into the sampler's own
 * memory, valid until the next call. Local.
 *
 * @return NN_DATA where rows stay in the file and it can no longer be read; the batch then has rows as they should be
 * in number, and anything in them
 */
nn_status nni_sampler_batch(nni_sampler *sampler, uint64_t epoch, size_t step, nni_batch *batch, nn_error *error);

/** @return which rows of the batch dealt last are of which slice; valid until the next one is dealt */
nni_leaf_rows nni_sampler_leaves(const nni_sampler *sampler);

#endif
