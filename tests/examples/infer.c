/* SPDX-License-Identifier: MIT */
/* Predictions of a model that nntrain exported, for rows of numbers: infer MODEL <rows.txt. C99, and C++ as well. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <nntrain/infer.h>

/* What one row needs: taken once, before the loop. */
typedef struct arrays {
    float *x; /* as the data of its training were: then the bits of nntrain predict */
    double *exact, *y, *jacobian;
    unsigned char *outside;
    void *memory, *scratch;
} arrays;

static int take(const nn_infer_model *model, arrays *of)
{
    const size_t features = nn_infer_features(model), outputs = nn_infer_outputs(model);
    of->x = (float *)malloc(features * sizeof(float));
    of->exact = (double *)malloc(features * sizeof(double));
    of->y = (double *)malloc(outputs * sizeof(double));
    of->jacobian = (double *)malloc(outputs * features * sizeof(double));
    of->outside = (unsigned char *)malloc(features);
    of->memory = malloc(nn_infer_scratch_bytes(model, 1) + 63);
    of->scratch = (void *)(((uintptr_t)of->memory + 63) / 64 * 64);
    return of->x && of->exact && of->y && of->jacobian && of->outside && of->memory;
}

static void drop(arrays *of)
{
    free(of->x);
    free(of->exact);
    free(of->y);
    free(of->jacobian);
    free(of->outside);
    free(of->memory);
}

/* A row of numbers from standard input; "nan" is one that is missing. */
static int read_row(const arrays *of, size_t features)
{
    size_t j = 0;
    for (; j < features && scanf("%f", &of->x[j]) == 1; j++)
        of->exact[j] = (double)of->x[j];
    return j == features;
}

/* The outputs, the class they speak for, and how the first output goes with the first feature. */
static void print_row(const nn_infer_model *model, const arrays *of)
{
    const size_t outputs = nn_infer_outputs(model);
    for (size_t j = 0; j < outputs; j++)
        printf("%s%.17g", j > 0 ? " " : "", of->y[j]);
    if (nn_infer_predicts(model) == NN_PREDICTS_CLASSES) {
        const size_t number = nn_infer_class(model, of->y);
        const char *name = nn_infer_class_name(model, number);
        if (name)
            printf(" class %s", name);
        else
            printf(" class %lu", (unsigned long)number);
    }
    printf(" slope %.6g outside %lu\n", of->jacobian[0],
           (unsigned long)nn_infer_check_range(model, of->exact, of->outside));
}

int main(int argc, char **argv)
{
    nn_infer_model *model = NULL;
    nn_error error;
    arrays of = {NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    if (argc != 2 || nn_infer_load(argv[1], &model, &error) != NN_OK) {
        fprintf(stderr, "%s\n", argc == 2 ? error.message : "usage: infer MODEL <rows.txt");
        return argc == 2 ? (int)error.status : NN_USAGE;
    }
    const int enough = take(model, &of);
    while (enough && read_row(&of, nn_infer_features(model))) {
        const nn_infer_input x = {of.x, NN_INFER_FLOAT, 0, 1};
        const nn_infer_output y = {of.y, NN_INFER_DOUBLE, 0, 1};
        nn_infer_predict(model, 1, x, y, of.scratch);
        nn_infer_jacobian(model, of.exact, of.jacobian, of.scratch);
        print_row(model, &of);
    }
    drop(&of);
    nn_infer_free(model);
    return enough ? 0 : NN_SYSTEM;
}
