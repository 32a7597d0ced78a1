/* SPDX-License-Identifier: MIT */
#include "train/train.h"

#include <math.h>

#include "support/memory.h"

struct nn_train_result {
    nni_train_result inside;
};

nn_status nn_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nn_train_result **result,
                   nn_error *error)
{
    nn_train_options how = options ? *options : (nn_train_options){.output = NULL};
    nn_train_result *made = NULL;
    how.name = how.name ? how.name : "model";
    if (result)
        *result = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *made, "the result", &made, error), error));
    const nn_status status = nni_train(recipe, &how, comm, &made->inside, error);
    if (result && made->inside.folder[0] != '\0')
        *result = made;
    else
        nn_train_result_free(made);
    return status;
}

void nn_train_result_free(nn_train_result *result)
{
    nni_release(result);
}

const char *nn_train_result_folder(const nn_train_result *result)
{
    return result->inside.folder;
}

const char *nn_train_result_checkpoint(const nn_train_result *result)
{
    return result->inside.checkpoint[0] != '\0' ? result->inside.checkpoint : NULL;
}

bool nn_train_result_stopped(const nn_train_result *result)
{
    return result->inside.stopped;
}

double nn_train_result_test(const nn_train_result *result, nn_metric metric)
{
    return result->inside.tested ? result->inside.test.value[metric] : NAN;
}
