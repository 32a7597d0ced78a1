/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <omp.h>

#include "api/dataset.h"
#include "api/optimizer.h"
#include "checkpoint/trained.h"
#include "model/class_of.h"
#include "nntrain/model.h"
#include "support/memory.h"

/* Rows that go through the network at once. */
enum { PIECE_ROWS = 1024 };

/* Owns all. */
struct nn_model {
    nni_checkpoint *checkpoint;
    nn_recipe *recipe;
    nni_workspace *work;
    nni_real *x; /* [PIECE_ROWS, features], scaled */
};

static nn_status take(nn_model *model, const char *path, nn_error *error)
{
    nn_network *network = model->checkpoint->network;
    NN_TRY(nn_recipe_parse(model->checkpoint->recipe, path, NULL, NULL, 0, &model->recipe, error));
    network->precision = model->recipe->training.precision;
    NN_TRY(nni_allocate(PIECE_ROWS, network->inputs * sizeof *model->x, "a piece of the rows", &model->x, error));
    return nni_workspace_create(network, PIECE_ROWS, (size_t)omp_get_max_threads(), 0, &model->work, error);
}

nn_status nn_model_read(const char *path, nn_comm *comm, nn_model **result, nn_error *error)
{
    nn_comm alone = nni_comm_alone(), *ranks = comm ? comm : &alone;
    nn_model *model = NULL;
    NN_TRY(nn_comm_agree(ranks, nni_allocate(1, sizeof *model, "the model", &model, error), error));
    nn_status status = nni_checkpoint_read(path, ranks, &model->checkpoint, error);
    if (status == NN_OK)
        status = nn_comm_agree(ranks, take(model, path, error), error);
    if (status != NN_OK) {
        nn_model_free(model);
        return status;
    }
    *result = model;
    return NN_OK;
}

void nn_model_free(nn_model *model)
{
    if (!model)
        return;
    nni_workspace_free(model->work);
    nni_release(model->x);
    nn_recipe_free(model->recipe);
    nni_checkpoint_free(model->checkpoint);
    nni_release(model);
}

nn_prediction nn_model_predicts(const nn_model *model)
{
    return nni_checkpoint_predicts(model->checkpoint);
}

size_t nn_model_features(const nn_model *model)
{
    return model->checkpoint->network->inputs;
}

size_t nn_model_outputs(const nn_model *model)
{
    return model->checkpoint->network->outputs;
}

const char *nn_model_class_name(const nn_model *model, size_t class_number)
{
    const nni_string_set *names = &model->checkpoint->class_names;
    return class_number < names->count ? names->text[class_number] : NULL;
}

size_t nn_model_epochs(const nn_model *model)
{
    return (size_t)model->checkpoint->progress.epoch;
}

const nn_recipe *nn_model_recipe(const nn_model *model)
{
    return model->recipe;
}

const nn_network *nn_model_network(const nn_model *model)
{
    return model->checkpoint->network;
}

/* --- predictions --- */

static void predict(nn_model *model, nni_element element, const char *x, size_t rows, double *predictions)
{
    const nni_checkpoint *trained = model->checkpoint;
    const size_t inputs = trained->network->inputs, outputs = trained->network->outputs;
    const size_t row_bytes = inputs * nni_element_size(element);
    for (size_t first = 0; first < rows; first += PIECE_ROWS) {
        const size_t count = rows - first < PIECE_ROWS ? rows - first : PIECE_ROWS;
        for (size_t row = 0; row < count; row++)
            nni_feature_scaler_apply(trained->normalization, element, x + (first + row) * row_bytes,
                                     model->x + row * inputs);
        nni_network_infer(trained->network, model->x, count, model->work);
        nni_network_activate_output(trained->network, count, model->work);
        nni_target_scaler_restore(trained->target_scaling, nni_network_output(trained->network, model->work), count,
                                  predictions + first * outputs);
    }
}

void nn_model_predict(nn_model *model, const float *x, size_t rows, double *predictions)
{
    predict(model, NNI_FLOAT, (const char *)x, rows, predictions);
}

void nn_model_predict_double(nn_model *model, const double *x, size_t rows, double *predictions)
{
    predict(model, NNI_DOUBLE, (const char *)x, rows, predictions);
}

size_t nn_model_class(const nn_model *model, const double *predictions)
{
    return nni_class_of_values(predictions, model->checkpoint->network->outputs);
}

/* --- files --- */

nn_status nn_model_write(const char *path, const nn_dataset *dataset, const nn_network *network,
                         const nn_optimizer *optimizer, nn_error *error)
{
    const nni_dataset *train = dataset->run.data.train;
    const nni_string_set *names = nni_dataset_class_names(train);
    const size_t steps = (size_t)optimizer->inside->steps, epoch_steps = optimizer->span.epoch_steps;
    const nni_checkpoint checkpoint = {
        .network = (nn_network *)network,
        .normalization = dataset->run.data.feature_scaler,
        .target_scaling = dataset->run.data.target_scaler,
        .optimizer = optimizer->inside,
        .progress = {.epoch = epoch_steps > 0 ? steps / epoch_steps : 0,
                     .step = steps,
                     .best = NAN,
                     .schedule = optimizer->schedule},
        .provenance = dataset->run.files.provenance,
        .recipe = dataset->run.recipe->text,
        .class_names = names ? *names : (nni_string_set){.count = 0},
        .names_are_labels = nni_dataset_names_are_labels(train),
        .feature_names = dataset->run.data.feature_names,
    };
    const nn_status status =
        dataset->run.comm->rank == 0 ? nni_checkpoint_write(path, &checkpoint, NULL, error) : NN_OK;
    return nni_comm_broadcast_status(dataset->run.comm, status, error);
}
