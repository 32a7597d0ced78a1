#include "recipe/kinds.h"

const cyaml_strval_t nni_activation_names[12] = {
    {"linear", NN_LINEAR},         {"sigmoid", NN_SIGMOID}, {"tanh", NN_TANH},         {"relu", NN_RELU},
    {"leaky_relu", NN_LEAKY_RELU}, {"elu", NN_ELU},         {"selu", NN_SELU},         {"gelu", NN_GELU},
    {"gelu_tanh", NN_GELU_TANH},   {"silu", NN_SILU},       {"softplus", NN_SOFTPLUS}, {"softmax", NN_SOFTMAX},
};
const cyaml_strval_t nni_loss_names[6] = {
    {"mse", NN_MSE},
    {"mae", NN_MAE},
    {"huber", NN_HUBER},
    {"cross_entropy", NN_CROSS_ENTROPY},
    {"binary_cross_entropy", NN_BINARY_CROSS_ENTROPY},
    {"iou", NN_IOU},
};
const cyaml_strval_t nni_feature_scaling_names[7] = {
    {"none", NN_NORMALIZE_NONE},
    {"unit", NN_NORMALIZE_UNIT},
    {"standard", NN_NORMALIZE_STANDARD},
    {"minmax", NN_NORMALIZE_MINMAX},
    {"standard_all", NN_NORMALIZE_STANDARD_ALL},
    {"robust", NN_NORMALIZE_ROBUST},
    {"auto", NN_NORMALIZE_AUTO},
};
const cyaml_strval_t nni_target_scaling_names[6] = {
    {"auto", NN_TARGETS_AUTO},     {"none", NN_TARGETS_NONE},   {"standard", NN_TARGETS_STANDARD},
    {"minmax", NN_TARGETS_MINMAX}, {"log1p", NN_TARGETS_LOG1P}, {"scale", NN_TARGETS_SCALE},
};
const cyaml_strval_t nni_imputation_names[2] = {
    {"none", NN_IMPUTE_NONE},
    {"mean", NN_IMPUTE_MEAN},
};
const cyaml_strval_t nni_external_names[2] = {
    {"inside", NN_EXTERNAL_INSIDE},
    {"allow", NN_EXTERNAL_ALLOW},
};
const cyaml_strval_t nni_flip_names[4] = {
    {"none", NN_FLIP_NONE},
    {"horizontal", NN_FLIP_HORIZONTAL},
    {"vertical", NN_FLIP_VERTICAL},
    {"both", NN_FLIP_BOTH},
};
const cyaml_strval_t nni_initializer_names[12] = {
    {"auto", NN_INITIALIZE_AUTO},
    {"he", NN_INITIALIZE_HE},
    {"he_normal", NN_INITIALIZE_HE_NORMAL},
    {"he_uniform", NN_INITIALIZE_HE_UNIFORM},
    {"glorot", NN_INITIALIZE_GLOROT},
    {"glorot_normal", NN_INITIALIZE_GLOROT_NORMAL},
    {"glorot_uniform", NN_INITIALIZE_GLOROT_UNIFORM},
    {"lecun_normal", NN_INITIALIZE_LECUN_NORMAL},
    {"lecun_uniform", NN_INITIALIZE_LECUN_UNIFORM},
    {"orthogonal", NN_INITIALIZE_ORTHOGONAL},
    {"zeros", NN_INITIALIZE_ZEROS},
    {"constant", NN_INITIALIZE_CONSTANT},
};
const cyaml_strval_t nni_norm_names[3] = {
    {"none", NN_NORM_NONE},
    {"batch", NN_NORM_BATCH},
    {"layer", NN_NORM_LAYER},
};
const cyaml_strval_t nni_optimizer_names[7] = {
    {"sgd", NN_SGD},     {"adagrad", NN_ADAGRAD}, {"rmsprop", NN_RMSPROP}, {"adam", NN_ADAM},
    {"adamw", NN_ADAMW}, {"lars", NN_LARS},       {"lamb", NN_LAMB},
};
const cyaml_strval_t nni_precision_names[2] = {
    {"float32", NN_FLOAT32},
    {"bf16", NN_BF16},
};
const cyaml_strval_t nni_on_nan_names[3] = {
    {"stop", NN_ON_NAN_STOP},
    {"skip", NN_ON_NAN_SKIP},
    {"rollback", NN_ON_NAN_ROLLBACK},
};
const cyaml_strval_t nni_schedule_names[5] = {
    {"constant", NN_SCHEDULE_CONSTANT}, {"step", NN_SCHEDULE_STEP},       {"exponential", NN_SCHEDULE_EXPONENTIAL},
    {"cosine", NN_SCHEDULE_COSINE},     {"plateau", NN_SCHEDULE_PLATEAU},
};
const cyaml_strval_t nni_metric_names[19] = {
    {"loss", NN_METRIC_LOSS},
    {"accuracy", NN_METRIC_ACCURACY},
    {"balanced_accuracy", NN_METRIC_BALANCED_ACCURACY},
    {"top_k", NN_METRIC_TOP_K},
    {"precision", NN_METRIC_PRECISION},
    {"recall", NN_METRIC_RECALL},
    {"f1", NN_METRIC_F1},
    {"precision_micro", NN_METRIC_PRECISION_MICRO},
    {"recall_micro", NN_METRIC_RECALL_MICRO},
    {"f1_micro", NN_METRIC_F1_MICRO},
    {"subset_accuracy", NN_METRIC_SUBSET_ACCURACY},
    {"hamming_loss", NN_METRIC_HAMMING_LOSS},
    {"auroc", NN_METRIC_AUROC},
    {"average_precision", NN_METRIC_AVERAGE_PRECISION},
    {"log_loss", NN_METRIC_LOG_LOSS},
    {"mae", NN_METRIC_MAE},
    {"rmse", NN_METRIC_RMSE},
    {"r2", NN_METRIC_R2},
    {"iou", NN_METRIC_IOU},
};

static const char *name_of(const cyaml_strval_t *names, size_t count, int64_t value)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].val == value)
            return names[i].str;
    return "unknown";
}

const char *nn_activation_name(nn_activation activation)
{
    return name_of(nni_activation_names, CYAML_ARRAY_LEN(nni_activation_names), activation);
}

const char *nn_loss_name(nn_loss_kind loss)
{
    return name_of(nni_loss_names, CYAML_ARRAY_LEN(nni_loss_names), loss);
}

const char *nn_feature_scaling_name(nn_feature_scaling kind)
{
    return name_of(nni_feature_scaling_names, CYAML_ARRAY_LEN(nni_feature_scaling_names), kind);
}

const char *nn_target_scaling_name(nn_target_scaling kind)
{
    return name_of(nni_target_scaling_names, CYAML_ARRAY_LEN(nni_target_scaling_names), kind);
}

const char *nn_initializer_name(nn_initializer initializer)
{
    return name_of(nni_initializer_names, CYAML_ARRAY_LEN(nni_initializer_names), initializer);
}

const char *nn_optimizer_name(nn_optimizer_kind kind)
{
    return name_of(nni_optimizer_names, CYAML_ARRAY_LEN(nni_optimizer_names), kind);
}

const char *nn_norm_name(nn_norm_kind norm)
{
    return name_of(nni_norm_names, CYAML_ARRAY_LEN(nni_norm_names), norm);
}

const char *nn_precision_name(nn_precision precision)
{
    return name_of(nni_precision_names, CYAML_ARRAY_LEN(nni_precision_names), precision);
}

const char *nn_schedule_name(nn_schedule_kind kind)
{
    return name_of(nni_schedule_names, CYAML_ARRAY_LEN(nni_schedule_names), kind);
}
