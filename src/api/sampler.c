/* SPDX-License-Identifier: MIT */
#include "data/loading/sampler.h"
#include "api/dataset.h"
#include "data/loading/augment.h"
#include "support/memory.h"

/* Owns both. */
struct nn_sampler {
    nni_sampler *inside;
    nni_augment *augment; /* NULL: rows as they are */
    size_t batch_rows;
};

static nn_status take(const nn_dataset *dataset, nn_sampler *sampler, nn_error *error)
{
    const nn_recipe *recipe = dataset->run.recipe;
    const nni_dataset *train = dataset->run.data.train;
    sampler->batch_rows = recipe->training.batch_rows > 0 ? recipe->training.batch_rows : train->slicing.slices.rows;
    NN_TRY(nni_sampler_create(train, recipe->seed, sampler->batch_rows, &sampler->inside, error));
    if (!nni_augment_is_on(&recipe->data.augment))
        return NN_OK;
    NN_TRY(nni_augment_create(&recipe->data.augment, train, recipe->seed, &sampler->augment, error));
    nni_sampler_augment(sampler->inside, sampler->augment);
    return NN_OK;
}

nn_status nn_sampler_create(const nn_dataset *dataset, nn_sampler **result, nn_error *error)
{
    nn_sampler *sampler = NULL;
    NN_TRY(nni_allocate(1, sizeof *sampler, "the sampler", &sampler, error));
    const nn_status status = take(dataset, sampler, error);
    if (status != NN_OK) {
        nn_sampler_free(sampler);
        return status;
    }
    *result = sampler;
    return NN_OK;
}

void nn_sampler_free(nn_sampler *sampler)
{
    if (!sampler)
        return;
    nni_sampler_free(sampler->inside);
    nni_augment_free(sampler->augment);
    nni_release(sampler);
}

size_t nn_sampler_steps(const nn_sampler *sampler)
{
    return nni_sampler_steps(sampler->inside);
}

size_t nn_sampler_batch_rows(const nn_sampler *sampler)
{
    return sampler->batch_rows;
}

size_t nn_sampler_capacity(const nn_sampler *sampler)
{
    return nni_sampler_capacity(sampler->inside);
}

nn_status nn_sampler_batch(nn_sampler *sampler, uint64_t epoch, size_t step, nn_batch *batch, nn_error *error)
{
    nni_batch rows;
    NN_TRY(nni_sampler_batch(sampler->inside, epoch, step, &rows, error));
    *batch = (nn_batch){
        .rows = rows.rows,
        .global_rows = rows.global_rows,
        .x = rows.x,
        .classes = rows.y.classes,
        .values = rows.y.values,
        .weights = rows.weights,
        .samples = rows.samples,
        .epoch = rows.epoch,
    };
    return NN_OK;
}
