/* SPDX-License-Identifier: MIT */
#include "nntrain/evaluate.h"

#include <math.h>

#include "api/dataset.h"
#include "api/workspace.h"
#include "metrics/evaluate.h"
#include "metrics/metric.h"
#include "support/memory.h"

/* Owns the evaluator within. */
struct nn_evaluator {
    nni_evaluator *inside;
    const nn_dataset *dataset;
    const nn_network *network;
    nn_workspace *work;
    nni_metrics metrics; /* of the last time */
};

static nni_metrics_wanted wanted_of(const nn_recipe *recipe, const nn_network *network,
                                    const nn_evaluator_options *options)
{
    const size_t usual = recipe->training.top_k < network->outputs ? recipe->training.top_k : 0;
    if (!options)
        return (nni_metrics_wanted){.top_k = usual};
    return (nni_metrics_wanted){
        .top_k = options->top_k > 0 ? options->top_k : usual,
        .ranking = options->ranking,
        .confusion = options->confusion,
    };
}

nn_status nn_evaluator_create(const nn_dataset *dataset, nn_split split, const nn_network *network, nn_workspace *work,
                              const nn_evaluator_options *options, nn_evaluator **result, nn_error *error)
{
    static const char *const names[] = {"train", "validation", "test"};
    nn_evaluator *evaluator = NULL;
    if (!nni_split_of(dataset, split))
        return nn_fail(error, NN_USAGE, "the recipe has no %s split; give data.%s, or a fraction of the training rows",
                       names[split], names[split]);
    NN_TRY(nn_comm_agree(dataset->run.comm, nni_allocate(1, sizeof *evaluator, "the evaluator", &evaluator, error),
                         error));
    evaluator->dataset = dataset;
    evaluator->network = network;
    evaluator->work = work;
    for (size_t i = 0; i < NN_METRIC_COUNT; i++)
        evaluator->metrics.value[i] = NAN;
    const nn_status status = nni_evaluator_create(network, work->inside->capacity, nni_split_of(dataset, split),
                                                  wanted_of(dataset->run.recipe, network, options), dataset->run.comm,
                                                  &evaluator->inside, error);
    if (status != NN_OK) {
        nn_evaluator_free(evaluator);
        return status;
    }
    *result = evaluator;
    return NN_OK;
}

void nn_evaluator_free(nn_evaluator *evaluator)
{
    if (!evaluator)
        return;
    nni_evaluator_free(evaluator->inside);
    nni_release(evaluator);
}

nn_status nn_evaluate(nn_evaluator *evaluator, nn_error *error)
{
    return nni_evaluate(evaluator->inside, &evaluator->dataset->run.recipe->loss, evaluator->network,
                        evaluator->work->inside, &evaluator->metrics, error);
}

double nn_evaluator_value(const nn_evaluator *evaluator, nn_metric metric)
{
    return evaluator->metrics.value[metric];
}

const double *nn_evaluator_each(const nn_evaluator *evaluator, nn_metric metric, size_t *count)
{
    const nni_metrics *metrics = &evaluator->metrics;
    const size_t groups = metrics->label_count > 0 ? metrics->label_count : metrics->class_count;
    *count = !metrics->each[metric] ? 0 : nni_metric_is_of_outputs(metric) ? metrics->output_count : groups;
    return metrics->each[metric];
}

const double *nn_evaluator_confusion(const nn_evaluator *evaluator, size_t *classes)
{
    *classes = evaluator->metrics.confusion ? evaluator->metrics.class_count : 0;
    return evaluator->metrics.confusion;
}
