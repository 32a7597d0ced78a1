/* The course of a training: data, batches, the end of it, checkpoints, ranks and threads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipe/check.h"

enum {
    MOST_SLICES = 1 << 16, /* more than ranks anybody has; the tables per slice stay small */
    MOST_THREADS = 1 << 12,
    MOST_BUCKET = 1 << 29, /* bytes: MPI counts elements in int */
    MOST_EPOCHS = 1 << 30,
};

bool nni_check_read_bytes(const char *text, size_t *bytes)
{
    const char units[] = "KMG";
    const char *end = nni_check_read_count(text, bytes);
    const char *unit = end && *end ? strchr(units, *end) : NULL;
    if (!unit || end[1] != '\0' || *bytes == 0)
        return false;
    return !__builtin_mul_overflow(*bytes, (size_t)1 << (10 * (unit - units + 1)), bytes);
}

/* Reads "90 seconds", "30 minutes" or "2 hours"; false where the text is none of these. */
static bool read_seconds(const char *text, double *seconds)
{
    const struct {
        const char *one, *many;
        double seconds;
    } units[] = {{" second", " seconds", 1}, {" minute", " minutes", 60}, {" hour", " hours", 3600}};
    const char *unit = text + strspn(text, "0123456789.");
    char *end = NULL;
    double number = strtod(text, &end);
    if (end != unit || !(number > 0) || !isfinite(number))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].one) != 0 && strcmp(unit, units[i].many) != 0)
            continue;
        *seconds = number * units[i].seconds;
        return true;
    }
    return false;
}

/* Reads "2/5". */
static nn_status check_fold(const nni_check *in)
{
    enum { MOST_FOLDS = 1000 };
    nni_data_settings *data = &in->recipe->data;
    char quoted[NNI_YAML_QUOTED];
    if (!data->validation.fold)
        return NN_OK;
    const char *rest = nni_check_read_count(data->validation.fold, &data->validation.fold_index);
    if (rest && *rest == '/')
        rest = nni_check_read_count(rest + 1, &data->validation.folds);
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

static nn_status check_fraction(const nni_check *in, const char *key, double fraction, const char *usual)
{
    if (!nni_check_has(in, key) || (fraction > 0 && fraction < 1))
        return NN_OK;
    return nni_check_fail(in, key, "must be more than 0 and less than 1, not %g; %s is usual", fraction, usual);
}

/* @param with  the keys that it goes with */
static nn_status check_stratified(const nni_check *in, const char *key, bool stratified,
                                  const nni_split_settings *split, const char *with)
{
    if (!stratified || !nni_split_is_given(split))
        return NN_OK;
    return nni_check_fail(in, key, "goes with %s; a split of its own is what its file has", with);
}

static nn_status check_shares(const nni_check *in)
{
    const nni_data_settings *data = &in->recipe->data;
    NN_TRY(check_fraction(in, "data.test.fraction", data->test.fraction, "0.2"));
    NN_TRY(check_stratified(in, "data.test.stratified", data->test.stratified, &data->test, "fraction"));
    NN_TRY(check_fraction(in, "data.validation.fraction", data->validation.fraction, "0.1"));
    NN_TRY(check_fold(in));
    return check_stratified(in, "data.validation.stratified", data->validation.stratified, &data->validation,
                            "fraction or fold");
}

nn_status nni_check_data(const nni_check *in)
{
    nni_data_settings *data = &in->recipe->data;
    char quoted[NNI_YAML_QUOTED];
    NN_TRY(check_shares(in));
    if (strcmp(data->memory, "auto") != 0 && !nni_check_read_bytes(data->memory, &data->memory_bytes))
        return nni_check_fail(in, "data.memory", "%s is neither auto nor a size such as 512M or 4G",
                              nni_yaml_quote(data->memory, quoted));
    if (!nni_check_read_bytes(data->window, &data->window_bytes))
        return nni_check_fail(in, "data.window", "%s is no size such as 128M (the default) or 1G",
                              nni_yaml_quote(data->window, quoted));
    return NN_OK;
}

nn_status nni_check_parallel(const nni_check *in)
{
    nni_parallel_settings *parallel = &in->recipe->parallel;
    char quoted[NNI_YAML_QUOTED];
    NN_TRY(nni_check_count(in, "parallel.slices", parallel->slices, MOST_SLICES));
    NN_TRY(nni_check_count(in, "parallel.threads", parallel->threads, MOST_THREADS));
    if (!nni_check_read_bytes(parallel->bucket, &parallel->bucket_bytes) || parallel->bucket_bytes > MOST_BUCKET)
        return nni_check_fail(in, "parallel.bucket",
                              "%s is no size of up to 512M; write one such as 256K, 512K (the default) or 16M",
                              nni_yaml_quote(parallel->bucket, quoted));
    if (strcmp(parallel->hang_after, "never") != 0 && !read_seconds(parallel->hang_after, &parallel->hang_seconds))
        return nni_check_fail(in, "parallel.hang_after",
                              "%s is no length of time; write one such as 30 minutes (the default), 2 hours, or never",
                              nni_yaml_quote(parallel->hang_after, quoted));
    return NN_OK;
}

static nn_status check_batch(const nni_check *in)
{
    nni_training_settings *training = &in->recipe->training;
    size_t slices = in->recipe->parallel.slices;
    char quoted[NNI_YAML_QUOTED];
    training->batch_rows = 0;
    if (strcmp(training->batch, "all") == 0 || strcmp(training->batch, "auto") == 0)
        return NN_OK;
    const char *end = nni_check_read_count(training->batch, &training->batch_rows);
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

nn_status nni_check_training(const nni_check *in)
{
    const nni_training_settings *training = &in->recipe->training;
    NN_TRY(nni_check_count(in, "training.epochs", training->epochs, MOST_EPOCHS));
    NN_TRY(check_batch(in));
    if (training->accumulate < 1)
        return nni_check_fail(in, "training.accumulate", "must be at least 1");
    if (training->top_k < 1)
        return nni_check_fail(in, "training.top_k", "must be at least 1");
    if (training->on_nan.name == NN_ON_NAN_ROLLBACK && !(training->on_nan.factor > 0 && training->on_nan.factor < 1))
        return nni_check_fail(in, "training.on_nan.factor", "must be more than 0 and less than 1, not %g; 0.5 is usual",
                              training->on_nan.factor);
    if (training->on_nan.name != NN_ON_NAN_STOP && training->on_nan.limit < 1)
        return nni_check_fail(in, "training.on_nan.limit", "must be at least 1");
    if (training->restore_best && !has_validation(in->recipe))
        return nni_check_fail(in, "training.restore_best",
                              "the best epoch is told by a validation split, and there is none; add data.validation, "
                              "such as {fraction: 0.1}");
    return NN_OK;
}

nn_status nni_check_stop(const nni_check *in)
{
    nni_stop_settings *stop = &in->recipe->training.stop;
    const nni_yaml_node *time = nni_yaml_find(in->root, "training.stop.time");
    char quoted[NNI_YAML_QUOTED];
    stop->has_target = nni_check_has(in, "training.stop.target");
    if (time && !read_seconds(time->text, &stop->seconds))
        return nni_check_fail(in, "training.stop.time",
                              "%s is no length of time; write one such as 90 seconds, 30 minutes or 2 hours",
                              nni_yaml_quote(time->text, quoted));
    NN_TRY(nni_check_float(in, "training.stop.tolerance", stop->tolerance, NNI_CHECK_FROM_0, "1e-4 is usual"));
    if (stop->metric != NN_METRIC_LOSS && !has_validation(in->recipe))
        return nni_check_fail(in, "training.stop.metric",
                              "%s is measured on a validation split, and there is none; add data.validation, such as "
                              "{fraction: 0.1}, or use metric: loss",
                              nn_metric_name(stop->metric));
    return NN_OK;
}

nn_status nni_check_checkpoint(const nni_check *in)
{
    nni_checkpoint_settings *checkpoint = &in->recipe->checkpoint;
    NN_TRY(nni_check_interval(in, "checkpoint.every", checkpoint->every_text, 1, &checkpoint->every));
    if (checkpoint->keep < 1)
        return nni_check_fail(in, "checkpoint.keep", "must be at least 1");
    if (checkpoint->max_failures < 1)
        return nni_check_fail(in, "checkpoint.max_failures", "must be at least 1");
    char quoted[NNI_YAML_QUOTED];
    if (!read_seconds(checkpoint->give_up_after, &checkpoint->give_up_seconds))
        return nni_check_fail(in, "checkpoint.give_up_after",
                              "%s is no length of time; write one such as 5 minutes (the default) or 90 seconds",
                              nni_yaml_quote(checkpoint->give_up_after, quoted));
    return NN_OK;
}
