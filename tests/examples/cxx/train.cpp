/* SPDX-License-Identifier: MIT */
// Trains what a recipe says, from C++, on any number of ranks: mpirun -np 4 train recipe.yaml
#include <nntrain/nntrain.h>

#include <cstdio>
#include <memory>

template <auto release> struct releaser {
    template <typename T> void operator()(T *object) const
    {
        release(object);
    }
};
template <typename T, auto release> using owned = std::unique_ptr<T, releaser<release>>;

static_assert(NNTRAIN_VERSION_NUMBER >= 200, "an older nntrain");

static nn_status train(const char *path, nn_comm *comm, nn_error *error)
{
    nn_recipe *loaded = nullptr;
    nn_status status = nn_comm_agree(comm, nn_recipe_load(path, nullptr, 0, &loaded, error), error);
    const owned<nn_recipe, nn_recipe_free> recipe(loaded);
    if (status != NN_OK)
        return status;
    nn_train_result *made = nullptr;
    status = nn_train(recipe.get(), nullptr, comm, &made, error);
    const owned<nn_train_result, nn_train_result_free> result(made);
    if (status == NN_OK && nn_comm_rank(comm) == 0)
        std::printf("%s: accuracy %.4f\n", nn_train_result_folder(result.get()),
                    nn_train_result_test(result.get(), NN_METRIC_ACCURACY));
    return status;
}

int main(int argc, char **argv)
{
    nn_error error;
    nn_comm *joined = nullptr;
    nn_status status = nn_comm_create(&argc, &argv, &joined, &error);
    const owned<nn_comm, nn_comm_free> comm(joined);
    if (status == NN_OK)
        status = argc == 2 ? train(argv[1], comm.get(), &error) : nn_fail(&error, NN_USAGE, "name a recipe");
    if (status != NN_OK && (!comm || nn_comm_rank(comm.get()) == 0))
        std::fprintf(stderr, "%s\n", error.message);
    return status;
}
