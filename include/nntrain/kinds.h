/* SPDX-License-Identifier: MIT */
/** @file
 * The choices a recipe names: activations, losses, normalisations, initialisers, optimisers, schedules, metrics.
 */
#ifndef NNTRAIN_KINDS_H
#define NNTRAIN_KINDS_H

#include <stdbool.h>

#include "nntrain/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/** sigma in a = sigma(W x + b). */
typedef enum nn_activation {
    NN_LINEAR,
    NN_SIGMOID,
    NN_TANH,
    NN_RELU,
    NN_LEAKY_RELU, /**< x below 0 becomes 0.01 x */
    NN_ELU,        /**< x below 0 becomes e^x - 1 (Clevert et al., 2016) */
    NN_SELU,       /**< 1.0507 elu with 1.6733 for 1 below 0 (Klambauer et al., 2017) */
    NN_GELU,       /**< x Phi(x) = x/2 (1 + erf(x/sqrt 2)) (Hendrycks and Gimpel, 2016) */
    NN_GELU_TANH,  /**< x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), their approximation */
    NN_SILU,       /**< x sigmoid(x), also called swish */
    NN_SOFTPLUS,   /**< log(1 + e^x) */
    NN_SOFTMAX,    /**< output layer only; not elementwise */
} nn_activation;

/** What a training minimises. */
typedef enum nn_loss_kind {
    NN_MSE,
    NN_MAE,
    NN_HUBER,
    NN_CROSS_ENTROPY,
    NN_BINARY_CROSS_ENTROPY,
    NN_IOU,
} nn_loss_kind;

/** How features are shifted and scaled before they enter the network. */
typedef enum nn_feature_scaling {
    NN_NORMALIZE_NONE,
    NN_NORMALIZE_UNIT,         /**< the training split's smallest value to 0, its largest to 1 */
    NN_NORMALIZE_STANDARD,     /**< each feature to mean 0 and standard deviation 1 over the training split */
    NN_NORMALIZE_MINMAX,       /**< each feature's smallest value to 0, its largest to 1 */
    NN_NORMALIZE_STANDARD_ALL, /**< all values together to mean 0 and standard deviation 1 */
    NN_NORMALIZE_ROBUST, /**< as standard, by the values that are left when those far off the others are set aside; what
                            is far off is limited */
    NN_NORMALIZE_AUTO,   /**< one of the others, chosen from the training rows */
} nn_feature_scaling;

/** How targets that are values are shifted and scaled before a network learns them. */
typedef enum nn_target_scaling {
    NN_TARGETS_NONE,
    NN_TARGETS_STANDARD, /**< each output to mean 0 and standard deviation 1 over the training split */
    NN_TARGETS_MINMAX,   /**< each output's smallest target to 0, its largest to 1 */
    NN_TARGETS_LOG1P,    /**< log(1 + y), then as standard */
    NN_TARGETS_SCALE,    /**< each output to standard deviation 1, 0 staying 0 */
    NN_TARGETS_AUTO,     /**< none, standard, minmax or scale, chosen from the training rows */
} nn_target_scaling;

/** What the outputs of a model speak of. */
typedef enum nn_prediction {
    NN_PREDICTS_CLASSES, /**< probabilities of the classes, of which a row has one; with one output, of class 1 of two
                          */
    NN_PREDICTS_LABELS,  /**< probabilities of labels, each of which a row has or has not */
    NN_PREDICTS_VALUES,  /**< values, in the units of the targets */
} nn_prediction;

/** What becomes of features that a row does not have: NaN in x. */
typedef enum nn_imputation {
    NN_IMPUTE_NONE, /**< they are an error */
    NN_IMPUTE_MEAN, /**< the mean of the training rows that have them */
} nn_imputation;

/** Where a data file may have data outside of itself: behind external links, in the sources of virtual datasets, in raw
 * files of external storage. */
typedef enum nn_external {
    NN_EXTERNAL_INSIDE, /**< below the folder of the data file */
    NN_EXTERNAL_ALLOW,  /**< anywhere */
} nn_external;

/** Which mirror images of a picture are as good as the picture; bits. */
typedef enum nn_flip {
    NN_FLIP_NONE = 0,
    NN_FLIP_HORIZONTAL = 1, /**< left and right change places */
    NN_FLIP_VERTICAL = 2,   /**< top and bottom do */
    NN_FLIP_BOTH = 3,
} nn_flip;

/** How first weights are drawn. */
typedef enum nn_initializer {
    NN_INITIALIZE_AUTO, /**< he for the ReLU family, lecun for selu, glorot for the rest */
    NN_INITIALIZE_HE,   /**< the same as he_normal */
    NN_INITIALIZE_HE_NORMAL,
    NN_INITIALIZE_HE_UNIFORM,
    NN_INITIALIZE_GLOROT, /**< the same as glorot_uniform */
    NN_INITIALIZE_GLOROT_NORMAL,
    NN_INITIALIZE_GLOROT_UNIFORM,
    NN_INITIALIZE_LECUN_NORMAL,
    NN_INITIALIZE_LECUN_UNIFORM,
    NN_INITIALIZE_ORTHOGONAL,
    NN_INITIALIZE_ZEROS,
    NN_INITIALIZE_CONSTANT,
} nn_initializer;

/** How a layer's sums o are normalised before its activation. */
typedef enum nn_norm_kind {
    NN_NORM_NONE,
    NN_NORM_BATCH, /**< each unit over the rows of the global batch (Ioffe and Szegedy, 2015) */
    NN_NORM_LAYER, /**< each row over the units of the layer (Ba, Kiros, Hinton, 2016) */
} nn_norm_kind;

/** How a step updates the parameters. */
typedef enum nn_optimizer_kind {
    NN_SGD,
    NN_ADAGRAD,
    NN_RMSPROP,
    NN_ADAM,
    NN_ADAMW,
    NN_LARS,
    NN_LAMB,
} nn_optimizer_kind;

/** What products are computed from; weights, sums and all else are float32. */
typedef enum nn_precision {
    NN_FLOAT32,
    NN_BF16, /**< operands rounded to bfloat16 */
} nn_precision;

/** What follows a loss or a gradient that is NaN or infinite. */
typedef enum nn_on_nan {
    NN_ON_NAN_STOP,
    NN_ON_NAN_SKIP,     /**< that step updates nothing */
    NN_ON_NAN_ROLLBACK, /**< back to the newest checkpoint, with a smaller learning rate */
} nn_on_nan;

/** How the learning rate changes over a training. */
typedef enum nn_schedule_kind {
    NN_SCHEDULE_CONSTANT,
    NN_SCHEDULE_STEP,
    NN_SCHEDULE_EXPONENTIAL,
    NN_SCHEDULE_COSINE,
    NN_SCHEDULE_PLATEAU,
} nn_schedule_kind;

/** What is measured on a split, and what a training may be stopped by. nn_evaluator_value
 * defines each. */
typedef enum nn_metric {
    NN_METRIC_LOSS,
    NN_METRIC_ACCURACY,
    NN_METRIC_BALANCED_ACCURACY, /**< mean recall of the classes that rows belong to */
    NN_METRIC_TOP_K,
    NN_METRIC_PRECISION, /**< of class 1 of two, else the macro average over classes or labels, as are recall and f1 */
    NN_METRIC_RECALL,
    NN_METRIC_F1,
    NN_METRIC_PRECISION_MICRO, /**< of all labels together, as are recall_micro and f1_micro */
    NN_METRIC_RECALL_MICRO,
    NN_METRIC_F1_MICRO,
    NN_METRIC_SUBSET_ACCURACY, /**< rows that are right in all labels */
    NN_METRIC_HAMMING_LOSS,    /**< labels that are wrong, of all */
    NN_METRIC_AUROC, /**< of class 1 of two, else the macro average of one against the rest, as is average_precision */
    NN_METRIC_AVERAGE_PRECISION,
    NN_METRIC_LOG_LOSS, /**< of probabilities: softmax or sigmoid */
    NN_METRIC_MAE,
    NN_METRIC_RMSE,
    NN_METRIC_R2,
    NN_METRIC_IOU,
    NN_METRIC_COUNT, /**< how many there are */
} nn_metric;

/* Names as recipes and checkpoints write them; "unknown" for a value outside the enumeration. */

/** @return name of an activation */
NN_API const char *nn_activation_name(nn_activation activation);
/** @return name of a loss */
NN_API const char *nn_loss_name(nn_loss_kind loss);
/** @return name of a scaling of features */
NN_API const char *nn_feature_scaling_name(nn_feature_scaling kind);
/** @return name of a scaling of targets */
NN_API const char *nn_target_scaling_name(nn_target_scaling kind);
/** @return name of an initialiser */
NN_API const char *nn_initializer_name(nn_initializer initializer);
/** @return name of a normalisation of layers */
NN_API const char *nn_norm_name(nn_norm_kind norm);
/** @return name of an optimizer */
NN_API const char *nn_optimizer_name(nn_optimizer_kind kind);
/** @return name of a precision */
NN_API const char *nn_precision_name(nn_precision precision);
/** @return name of a schedule */
NN_API const char *nn_schedule_name(nn_schedule_kind kind);
/** @return name of a metric */
NN_API const char *nn_metric_name(nn_metric metric);

/** @return whether less of a metric is better, as of losses and errors */
NN_API bool nn_metric_lower_is_better(nn_metric metric);

#ifdef __cplusplus
}
#endif

#endif
