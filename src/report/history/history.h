/* SPDX-License-Identifier: MIT */
/**
 * What the files of a run tell, read for reports: metrics.jsonl, records.jsonl, recipe.yaml, predictions.h5 and the
 * model. A file that is missing, cut short by a kill or being written is no error: what it would have told is empty.
 */
#ifndef NNI_REPORT_HISTORY_HISTORY_H
#define NNI_REPORT_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/kinds.h"
#include "nntrain/status.h"
#include "support/string_set.h"

/** One figure of metrics.jsonl over all lines of it: "test_accuracy". */
typedef struct nni_curve {
    char *name;
    double *values; /**< [epochs] NAN: not in that line, or null */
} nni_curve;

/** How a run stands, by its records. */
typedef enum nni_run_state {
    NNI_RUN_UNKNOWN,  /**< no records: of an older version, or they are switched off */
    NNI_RUN_BEGUN,    /**< begun and not ended: it runs, or it was killed */
    NNI_RUN_FINISHED, /**< all epochs, or a stop of its recipe */
    NNI_RUN_STOPPED,  /**< by a signal */
    NNI_RUN_DIVERGED,
    NNI_RUN_FAILED, /**< by another error */
} nni_run_state;

/** Where and on what a run was begun or resumed. Texts may be NULL. */
typedef struct nni_run_origin {
    double epoch; /**< complete epochs then (NAN: not known) */
    char *time;   /**< UTC, ISO 8601 */
    char *version, *instruction_set, *processor, *mpi, *hdf5, *compiler;
    nni_string_set hosts; /**< distinct names */
    size_t ranks, threads;
    char *data_file;
    uint64_t data_bytes, data_digest;
    size_t train_rows, validation_rows, test_rows, features;
    char *asked; /**< the recipe as the user wrote it, before defaults and auto were filled in */
} nni_run_origin;

typedef struct nni_layer_shape {
    size_t units, parameters;
    char *activation, *normalization; /**< normalization: NULL for none */
    double dropout;
} nni_layer_shape;

/** Norms of an epoch's last step. */
typedef struct nni_norm_record {
    double epoch;
    double *weight,
        *gradient; /**< [layers] Euclidean norm of weights and biases; of the averaged gradient, NAN: not known */
} nni_norm_record;

/** A histogram of equal bins. */
typedef struct nni_histogram {
    double least, most;
    double *counts; /**< [bins] */
    size_t bins;
} nni_histogram;

typedef struct nni_layer_histograms {
    nni_histogram weights, activations, gradients; /**< gradients: of the loss with respect to the weights */
    size_t dead; /**< units whose activation was 0 (relu and relatives), or did not vary, over all sampled rows */
} nni_layer_histograms;

typedef struct nni_histogram_record {
    double epoch;
    size_t rows;                  /**< that were sampled */
    nni_layer_histograms *layers; /**< [layers] */
} nni_histogram_record;

/** What a network of one or two inputs computes over a grid of them. */
typedef struct nni_frame {
    double epoch;
    double least[2], most[2]; /**< of the inputs, in the user's units */
    size_t width, height;     /**< points along the first and second input; height 1: one input */
    size_t outputs;
    float *values; /**< [height, width, outputs] first row at the least second input; in the user's units */
} nni_frame;

/** Where the ranks' time went in an epoch. More than 64 ranks: those listed are the 32 slowest and 32 fastest. */
typedef struct nni_rank_record {
    double epoch;
    size_t ranks, listed;
    size_t *rank;                                        /**< [listed] number of each */
    double *compute, *wait, *evaluate, *checkpoint, *io; /**< [listed] seconds in this epoch */
    double *memory;                                      /**< [listed] bytes, the most so far */
} nni_rank_record;

/** The loss over the two parameters of a network that has two, and the way of descent over it. */
typedef struct nni_surface {
    double least[2], most[2];
    size_t width, height;
    float *loss;       /**< [height, width]; NULL: not recorded */
    double *path;      /**< [path_count, 2] parameters after each recorded step, the first at the start */
    double *path_step; /**< [path_count] */
    size_t path_count;
} nni_surface;

/** Rows of a split with what the model at the end (or at the record) made of them. */
typedef struct nni_prediction_record {
    nn_prediction kind;
    char *split; /**< "test" */
    double epoch;
    size_t split_rows;    /**< of the split */
    size_t rows;          /**< recorded: all of them, or evenly spaced ones */
    size_t outputs;       /**< columns of the output: one for two classes by a sigmoid */
    size_t class_count;   /**< of classes: outputs, or 2; else 0 */
    float *output;        /**< [rows, outputs] probabilities; of values NULL */
    double *value;        /**< [rows, outputs] values in the user's units; else NULL */
    int32_t *class_of;    /**< [rows] true classes; else NULL */
    unsigned char *label; /**< [rows, outputs] 0 and 1; else NULL */
    double *target;       /**< [rows, outputs] true values in the user's units; else NULL */
    double *weight;       /**< [rows] sample weights; NULL: each is 1 */
    uint64_t *row;        /**< [rows] number of each in its split */
    size_t worst_count;
    size_t *worst;  /**< [worst_count] indices of rows, most confident mistake or largest error first */
    float *worst_x; /**< [worst_count, features] as in the data file; NULL: not recorded */
    size_t features;
    float *x; /**< [rows, features] as in the data file, of networks of one or two inputs; NULL: not recorded */
} nni_prediction_record;

/** A run. Owns all. */
typedef struct nni_history {
    char *folder; /**< as it was named */
    char *name;   /**< its last component */
    nni_run_state state;
    bool locked;           /**< set by the caller: somebody trains in it now */
    char *end_message;     /**< of a run that diverged or failed; else NULL */
    char *end_time;        /**< NULL: not ended */
    char *end_reason;      /**< why a run finished before its last epoch; NULL: it did not, or it is not known */
    size_t model_epoch;    /**< whose weights model.h5 has, where it is not the last one; 0: it is */
    double record_seconds; /**< that recording took; NAN: not known */
    char *recipe;          /**< text of recipe.yaml, resolved; NULL: there is none */
    size_t planned_epochs; /**< of the recipe; 0: not known */
    size_t epochs;         /**< lines of metrics.jsonl */
    double *epoch;         /**< [epochs] their numbers */
    nni_curve *curves;     /**< [curve_count] in the order of first appearance, without "epoch" */
    size_t curve_count;
    nni_run_origin *origins; /**< [origin_count] beginning and resumptions, in their order */
    size_t origin_count;
    size_t inputs;
    nni_layer_shape *layers; /**< [layer_count] */
    size_t layer_count;
    nni_string_set feature_names, class_names, output_names; /**< empty: unknown */
    bool image; /**< rows are images, [image_height, image_width, image_channels] */
    size_t image_width, image_height, image_channels;
    nni_norm_record *norms;
    size_t norm_count;
    nni_histogram_record *histograms;
    size_t histogram_count;
    nni_frame *frames;
    size_t frame_count;
    nni_rank_record *rank_times;
    size_t rank_time_count;
    nni_surface surface;
    nni_prediction_record *predictions; /**< NULL: none recorded */
    float *first_weights; /**< [layers[0].units, inputs] of the newest model; NULL: not read or not there */
    double *feature_mean, *feature_deviation; /**< [inputs] of the training rows, where the newest model has features
                                                 standardised by them; deviation 0: constant; NULL: not known */
    char *watched;        /**< metric that its recipe may stop it early by, or keeps the best epoch of; NULL: none */
    nni_string_set notes; /**< what of its files could not be read and why, a sentence each */
} nni_history;

/** What is to be read beside metrics, recipe and the beginning. */
typedef struct nni_history_wanted {
    bool records; /**< norms, histograms, frames, ranks */
    bool predictions;
    bool weights; /**< first_weights */
} nni_history_wanted;

/**
 * Reads a run. Local.
 *
 * @param folder   of the run, or a file in it
 * @param history  receives it, to be freed with nni_history_free
 * @return NN_DATA where the folder is not there or holds neither metrics.jsonl nor recipe.yaml, naming what would do
 */
nn_status nni_history_read(const char *folder, nni_history_wanted wanted, nni_history **history, nn_error *error);

/** Frees it; NULL is fine. */
void nni_history_free(nni_history *history);

/** @return a curve by its name; NULL: the run has none */
const nni_curve *nni_history_curve(const nni_history *history, const char *name);

/**
 * Predictions of a run: those that it has, else they are read now, so that of many runs few are held at a time.
 *
 * @param read         receives what is to be freed with nni_history_free, with its own notes; NULL: nothing was read
 * @param predictions  receives them; NULL: none recorded, or the folder is gone
 * @return NN_SYSTEM where memory runs out
 */
nn_status nni_history_predictions(const nni_history *history, nni_history **read,
                                  const nni_prediction_record **predictions, nn_error *error);

/**
 * Names runs by the last component of their folders. Where these are the same: "digits", "digits-2", and each may be
 * the name of a file; or with `by_folder` by what differs in the folders, "a/digits", "b/digits", which shared pages
 * must not show.
 *
 * @param names  empty; receives [count] distinct names, to be freed with nni_string_set_free
 */
nn_status nni_history_names(const nni_history *const *runs, size_t count, bool by_folder, nni_string_set *names,
                            nn_error *error);

/** @return how a run stands: "running", "finished", "stopped", "diverged", "failed", "killed", or "unknown". Without
 * records it is finished once all its epochs are there */
const char *nni_history_state(const nni_history *history);

/** @return the last value of a curve that is finite; NAN: there is none, or no such curve */
double nni_history_last(const nni_history *history, const char *curve);

/** @return parameters of its network; 0: not known */
size_t nni_history_parameters(const nni_history *history);

/** Rows that a figure is of. */
typedef enum nni_figure_split {
    NNI_FIGURE_TRAIN,
    NNI_FIGURE_VALIDATION,
    NNI_FIGURE_TEST,
    NNI_FIGURE_SPLITS,
    NNI_FIGURE_OF_NONE = NNI_FIGURE_SPLITS, /**< "learning_rate", "seconds" */
} nni_figure_split;

/** Their names: "train", "validation", "test". */
extern const char *const nni_figure_split_names[NNI_FIGURE_SPLITS];

/** @return the rows that a figure of metrics.jsonl is of. @param metric  receives the rest of its name: "accuracy" of
 * "test_accuracy"; of none of them all of it */
nni_figure_split nni_figure_split_of(const char *name, const char **metric);

/** @return whether smaller is better of a figure by its name, "test_loss", "validation_accuracy"; what is no metric of
 * the table (learning_rate, seconds) is neither: *known is false */
bool nni_history_lower_is_better(const char *name, bool *known);

/** @return index of the line with the best value of a curve; of equal ones that with the least loss of the same split,
 * but the first of what early stopping judges by, as it does; SIZE_MAX: none is finite */
size_t nni_history_best(const nni_history *history, const nni_curve *curve);

/** @return the figure that the run is judged by: its early-stopping metric of validation, else what a training prints
 * beside the loss (accuracy, f1_micro, rmse) or the loss, of validation rather than of test, else train_loss; NULL: no
 * curves */
const nni_curve *nni_history_main_curve(const nni_history *history);

/** @return test_METRIC beside validation_METRIC; NULL: the curve is of another split, or there is none */
const nni_curve *nni_history_test_of(const nni_history *history, const nni_curve *curve);

#endif
