/* SPDX-License-Identifier: MIT */
#include "api/dataset.h"

#include "support/memory.h"
#include "train/setup_data.h"

static nn_status open_all(nni_run *run, nn_error *error)
{
    NN_TRY(nni_setup_resolve_recipe(run, NULL, error));
    NN_TRY(nni_setup_open_data(run, error));
    NN_TRY(nni_setup_fit_targets(run, error));
    NN_TRY(nni_setup_name_features(run, NULL, error));
    return nni_setup_scale(run, NULL, error);
}

nn_status nn_dataset_open(const nn_recipe *recipe, nn_comm *comm, nn_dataset **result, nn_error *error)
{
    nn_dataset *dataset = NULL;
    if (recipe->network.from)
        return nn_fail(error, NN_USAGE,
                       "network.from: the layers and scaling of %s are not taken here; nn_train begins with them",
                       recipe->network.from);
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *dataset, "the data", &dataset, error), error));
    dataset->run.comm = comm;
    dataset->run.asked = dataset->run.recipe = recipe;
    const nn_status status = open_all(&dataset->run, error);
    if (status != NN_OK) {
        nn_dataset_free(dataset);
        return status;
    }
    *result = dataset;
    return NN_OK;
}

void nn_dataset_free(nn_dataset *dataset)
{
    if (!dataset)
        return;
    nni_setup_free_data(&dataset->run);
    nni_release(dataset);
}

const nn_recipe *nn_dataset_recipe(const nn_dataset *dataset)
{
    return dataset->run.recipe;
}

size_t nn_dataset_rows(const nn_dataset *dataset, nn_split split)
{
    const nni_dataset *rows = nni_split_of(dataset, split);
    return rows ? rows->slicing.slices.rows : 0;
}

size_t nn_dataset_features(const nn_dataset *dataset)
{
    return dataset->run.data.train->row.features;
}

size_t nn_dataset_classes(const nn_dataset *dataset)
{
    return (size_t)dataset->run.files.provenance.classes;
}

const char *nn_dataset_class_name(const nn_dataset *dataset, size_t class_number)
{
    const nni_string_set *names = nni_dataset_class_names(dataset->run.data.train);
    return names && class_number < names->count ? names->text[class_number] : NULL;
}
