/* SPDX-License-Identifier: MIT */
/* Tells what is in a model, without MPI: read_model model.h5 */
#include <nntrain/nntrain.h>
#include <stdio.h>

static void print_tensor(const nn_network *network, nn_tensor tensor)
{
    float largest = 0;
    for (size_t i = 0; i < tensor.rows * tensor.columns; i++) {
        const float size = tensor.values[i] < 0 ? -tensor.values[i] : tensor.values[i];
        largest = size > largest ? size : largest;
    }
    printf("layer %zu (%s): %s [%zu, %zu], up to %.4f\n", tensor.layer,
           nn_activation_name(nn_network_activation(network, tensor.layer)), tensor.name, tensor.rows, tensor.columns,
           (double)largest);
}

int main(int argc, char **argv)
{
    nn_error error;
    nn_model *model = NULL;
    nn_status status = argc == 2 ? nn_model_read(argv[1], NULL, &model, &error)
                                 : nn_fail(&error, NN_USAGE, "name a model, such as runs/digits/model.h5");
    if (status != NN_OK)
        return fprintf(stderr, "%s\n", error.message), status;
    const nn_network *network = nn_model_network(model);
    printf("%zu features, %zu outputs, %zu parameters, %zu epochs\n", nn_model_features(model), nn_model_outputs(model),
           nn_network_parameters(network), nn_model_epochs(model));
    for (size_t i = 0; i < nn_network_tensors(network); i++)
        print_tensor(network, nn_network_tensor(network, i));
    printf("%s", nn_recipe_text(nn_model_recipe(model)));
    nn_model_free(model);
    return NN_OK;
}
