/* SPDX-License-Identifier: MIT */
/* Model files of libnninfer. What is loaded must predict and differentiate within the scratch that it asks for. */
#include <stdlib.h>
#include <string.h>

#include "nntrain/infer.h"
#include "support/memory.h"
#include "target.h"

static void use(const nn_infer_model *model)
{
    const size_t features = nn_infer_features(model), outputs = nn_infer_outputs(model);
    double *numbers = calloc(2 * features + (outputs + 1) * features + 2 * outputs, sizeof *numbers);
    void *scratch = NULL;
    fuzz_expect(numbers != NULL, "memory for a row");
    fuzz_expect(nni_allocate(nn_infer_scratch_bytes(model, 2), 1, "scratch", &scratch, NULL) == NN_OK, "scratch");
    double *x = numbers, *jacobian = x + 2 * features, *y = jacobian + (outputs + 1) * features;
    x[0] = 0.5;
    nn_infer_predict_double(model, 2, x, y, scratch);
    nn_infer_predict_double(model, 1, x, y, scratch);
    nn_infer_jacobian(model, x, jacobian, scratch);
    fuzz_expect(nn_infer_class(model, y) < (outputs > 1 ? outputs : 2), "a class of the model's");
    fuzz_expect(nn_infer_check_range(model, x, NULL) <= features, "as many features as there are");
    (void)nn_infer_class_name(model, outputs - 1);
    (void)nn_infer_feature_name(model, features - 1);
    nni_release(scratch);
    free(numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    nn_infer_model *model = NULL;
    nn_error error = {.status = NN_OK};
    char *copy = malloc(size > 0 ? size : 1); /* aligned, and of its very size */
    fuzz_expect(copy != NULL, "memory for the file");
    memcpy(copy, bytes, size);
    const nn_status status = nn_infer_load_memory(copy, size, &model, &error);
    fuzz_expect_answer(status, &error);
    if (status == NN_OK)
        use(model);
    nn_infer_free(model);
    free(copy);
    return 0;
}
