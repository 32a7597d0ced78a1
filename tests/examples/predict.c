/* SPDX-License-Identifier: MIT */
/* Predicts rows of numbers, as the data had them, without MPI: predict model.h5 <rows.txt */
#include <nntrain/nntrain.h>
#include <stdio.h>
#include <stdlib.h>

static void print_prediction(const nn_model *model, const double *prediction)
{
    const size_t class_number = nn_model_class(model, prediction);
    const char *name = nn_model_class_name(model, class_number);
    if (nn_model_predicts(model) == NN_PREDICTS_CLASSES && name)
        printf("%s:", name);
    else if (nn_model_predicts(model) == NN_PREDICTS_CLASSES)
        printf("class %zu:", class_number);
    for (size_t j = 0; j < nn_model_outputs(model); j++)
        printf(" %.4f", prediction[j]);
    printf("\n");
}

static nn_status predict(nn_model *model, FILE *in, nn_error *error)
{
    const size_t features = nn_model_features(model);
    double *x = (double *)malloc(features * sizeof *x);
    double *prediction = (double *)malloc(nn_model_outputs(model) * sizeof *prediction);
    nn_status status = x && prediction ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory");
    size_t count = 0;
    while (status == NN_OK && fscanf(in, "%lf", &x[count]) == 1)
        if (++count == features) {
            nn_model_predict_double(model, x, 1, prediction);
            print_prediction(model, prediction);
            count = 0;
        }
    if (status == NN_OK && count > 0)
        status = nn_fail(error, NN_DATA, "the last row has %zu numbers, but a row has %zu", count, features);
    free(x);
    free(prediction);
    return status;
}

int main(int argc, char **argv)
{
    nn_error error;
    nn_model *model = NULL;
    nn_status status = argc == 2 ? nn_model_read(argv[1], NULL, &model, &error)
                                 : nn_fail(&error, NN_USAGE, "name a model, such as runs/digits/model.h5");
    if (status == NN_OK)
        status = predict(model, stdin, &error);
    if (status != NN_OK)
        fprintf(stderr, "%s\n", error.message);
    nn_model_free(model);
    return status;
}
