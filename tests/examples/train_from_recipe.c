/* SPDX-License-Identifier: MIT */
/* Trains what a recipe says, on any number of ranks: mpirun -np 4 train_from_recipe recipe.yaml [KEY=VALUE...] */
#include <nntrain/nntrain.h>
#include <stdio.h>

static nn_status train(const char *path, const char *const *overrides, size_t override_count, nn_comm *comm,
                       nn_error *error)
{
    const nn_train_options options = {.out = stdout};
    nn_recipe *recipe = NULL;
    nn_train_result *result = NULL;
    nn_status status = nn_comm_agree(comm, nn_recipe_load(path, overrides, override_count, &recipe, error), error);
    if (status == NN_OK)
        status = nn_train(recipe, &options, comm, &result, error);
    if (status == NN_OK && nn_comm_rank(comm) == 0)
        printf("%s/model.h5: accuracy %.4f\n", nn_train_result_folder(result),
               nn_train_result_test(result, NN_METRIC_ACCURACY));
    nn_train_result_free(result);
    nn_recipe_free(recipe);
    return status;
}

int main(int argc, char **argv)
{
    nn_error error;
    nn_comm *comm = NULL;
    nn_status status = nn_comm_create(&argc, &argv, &comm, &error);
    if (status == NN_OK && argc < 2)
        status = nn_fail(&error, NN_USAGE, "name a recipe");
    if (status == NN_OK)
        status = train(argv[1], (const char *const *)argv + 2, (size_t)argc - 2, comm, &error);
    if (status != NN_OK && (!comm || nn_comm_rank(comm) == 0))
        fprintf(stderr, "%s\n", error.message);
    nn_comm_free(comm);
    return status;
}
