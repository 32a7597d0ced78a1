/* SPDX-License-Identifier: MIT */
/* The course of a training: which rows, in which batches, and the end of it. */
#include <string.h>

#include "recipe/check.h"
#include "yaml/quantity.h"

/* Reads "2/5". */
static nn_status check_fold(const nni_check *in)
{
    enum { MOST_FOLDS = 1000 };
    nni_data_settings *data = &in->recipe->data;
    char quoted[NNI_YAML_QUOTED];
    if (!data->validation.fold)
        return NN_OK;
    const char *rest = nni_read_count(data->validation.fold, &data->validation.fold_index);
    if (rest && *rest == '/')
        rest = nni_read_count(rest + 1, &data->validation.folds);
    if (!rest || *rest || data->validation.folds < 2 || data->validation.folds > MOST_FOLDS ||
        data->validation.fold_index < 1 || data->validation.fold_index > data->validation.folds)
        return nni_check_fail(in, "data.validation.fold",
                              "%s is no fold; write 1/5 to 5/5 for the five of five (2 to %d)",
                              nni_yaml_quote(data->validation.fold, quoted), MOST_FOLDS);
    if (nni_check_has(in, "data.validation.fraction"))
        return nni_check_fail(in, nni_check_later(in, "data.validation.fold", "data.validation.fraction"),
                              "fold and fraction both take rows of the training split; keep one of them");
    return NN_OK;
}

/* @param with  the keys that it goes with */
static nn_status check_stratified(const nni_check *in, const char *key, bool stratified,
                                  const nni_split_settings *split, const char *with)
{
    if (!stratified || !nni_split_is_given(split))
        return NN_OK;
    return nni_check_fail(in, key, "goes with %s; a split of its own is what its file has", with);
}

nn_status nni_check_data(const nni_check *in)
{
    const nni_data_settings *data = &in->recipe->data;
    NN_TRY(check_stratified(in, "data.test.stratified", data->test.stratified, &data->test, "fraction"));
    NN_TRY(check_fold(in));
    return check_stratified(in, "data.validation.stratified", data->validation.stratified, &data->validation,
                            "fraction or fold");
}

static nn_status check_batch(const nni_check *in)
{
    nni_training_settings *training = &in->recipe->training;
    size_t slices = in->recipe->parallel.slices;
    char quoted[NNI_YAML_QUOTED];
    training->batch_rows = 0;
    if (strcmp(training->batch, "all") == 0 || strcmp(training->batch, "auto") == 0)
        return NN_OK;
    const char *end = nni_read_count(training->batch, &training->batch_rows);
    if (!end || *end || training->batch_rows == 0)
        return nni_check_fail(in, "training.batch", "%s is no number of rows, such as 128, nor auto or all",
                              nni_yaml_quote(training->batch, quoted));
    if (training->batch_rows >= slices)
        return NN_OK;
    return nni_check_fail(
        in, nni_check_later(in, "training.batch", "parallel.slices"),
        "a batch of %zu rows cannot take one of each of the %zu slices; raise training.batch or lower "
        "parallel.slices",
        training->batch_rows, slices);
}

static bool has_validation(const nn_recipe *recipe)
{
    const nni_data_settings *data = &recipe->data;
    return nni_split_is_given(&data->validation) || data->validation.fraction > 0 || data->validation.folds > 0;
}

/* The library knows neither the order of a tree nor other elements than its own. */
static nn_status check_exchange(const nni_check *in)
{
    const nni_parallel_settings *parallel = &in->recipe->parallel;
    if (parallel->wire == NNI_WIRE_BF16 && in->recipe->optimizer.shard_state)
        return nni_check_fail(
            in, nni_check_later(in, "parallel.wire", "optimizer.shard_state"),
            "hosts that shard the optimizer's state send each other weights, which are not rounded; set "
            "parallel.wire: float32, or optimizer.shard_state: false");
    if (parallel->exchange != NNI_EXCHANGE_MPI)
        return NN_OK;
    if (parallel->reproducible)
        return nni_check_fail(in, nni_check_later(in, "parallel.exchange", "parallel.reproducible"),
                              "MPI_Iallreduce adds in an order of its own, so no sum of it is reproducible; set "
                              "parallel.exchange: own, or parallel.reproducible: false");
    if (parallel->wire != NNI_WIRE_FLOAT32)
        return nni_check_fail(
            in, nni_check_later(in, "parallel.exchange", "parallel.wire"),
            "MPI_Iallreduce sends gradients as they are; set parallel.exchange: own, or parallel.wire: "
            "float32");
    if (in->recipe->optimizer.shard_state)
        return nni_check_fail(in, nni_check_later(in, "parallel.exchange", "optimizer.shard_state"),
                              "MPI_Iallreduce gives all ranks all averages, of which each updates all parameters; set "
                              "parallel.exchange: own, or optimizer.shard_state: false");
    return NN_OK;
}

nn_status nni_check_training(const nni_check *in)
{
    const nni_training_settings *training = &in->recipe->training;
    NN_TRY(check_batch(in));
    NN_TRY(check_exchange(in));
    if (training->restore_best && !has_validation(in->recipe))
        return nni_check_fail(in, "training.restore_best",
                              "the best epoch is told by a validation split, and there is none; add data.validation, "
                              "such as {fraction: 0.1}");
    return NN_OK;
}

nn_status nni_check_stop(const nni_check *in)
{
    nni_stop_settings *stop = &in->recipe->training.stop;
    stop->has_target = nni_check_has(in, "training.stop.target");
    if (stop->metric != NN_METRIC_LOSS && !has_validation(in->recipe))
        return nni_check_fail(in, "training.stop.metric",
                              "%s is measured on a validation split, and there is none; add data.validation, such as "
                              "{fraction: 0.1}, or use metric: loss",
                              nn_metric_name(stop->metric));
    return NN_OK;
}

/* What is recorded is of whole epochs. */
nn_status nni_check_record(const nni_check *in)
{
    const nni_record_settings *record = &in->recipe->record;
    const struct {
        const char *key;
        size_t steps;
    } intervals[] = {{"record.norms", record->norms.steps},
                     {"record.ranks", record->ranks.steps},
                     {"record.histograms", record->histograms.steps}};
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++)
        if (intervals[i].steps > 0)
            return nni_check_fail(in, intervals[i].key, "is a number of epochs; write one such as 1 epoch, or off");
    return NN_OK;
}
