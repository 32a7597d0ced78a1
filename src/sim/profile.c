/* SPDX-License-Identifier: MIT */
#include "sim/profile.h"

size_t nni_profile_elements(const nni_profile *profile, size_t layer)
{
    return profile->layers[layer].complete - (layer > 0 ? profile->layers[layer - 1].complete : 0);
}

void nni_profile_write(const nni_profile *profile, FILE *out)
{
    fprintf(out, "rows %zu\nforward %.9g\nlayers %zu\n", profile->rows, profile->forward, profile->layer_count);
    for (size_t l = 0; l < profile->layer_count; l++)
        fprintf(out, "%zu %.9g\n", profile->layers[l].complete, profile->layers[l].backward);
    fprintf(out, "rest %.9g\ndescent %.9g\nadd %.9g\n", profile->rest, profile->descent, profile->add);
}

nn_status nni_profile_read(const char *path, nni_profile *profile, nn_error *error)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return nn_fail(error, NN_DATA, "cannot open the profile %s", path);
    *profile = (nni_profile){0};
    int fields =
        fscanf(file, "rows %zu forward %lf layers %zu", &profile->rows, &profile->forward, &profile->layer_count);
    const int wanted = 6 + 2 * (int)profile->layer_count;
    for (size_t l = 0; l < profile->layer_count && l < NNI_PROFILE_MOST_LAYERS; l++)
        fields += fscanf(file, "%zu %lf", &profile->layers[l].complete, &profile->layers[l].backward);
    fields += fscanf(file, " rest %lf descent %lf add %lf", &profile->rest, &profile->descent, &profile->add);
    fclose(file);
    return fields == wanted ? NN_OK : nn_fail(error, NN_DATA, "%s is no profile", path);
}
