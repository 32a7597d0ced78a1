/* SPDX-License-Identifier: MIT */
/* ONNX models: one that is read can be written and is then read again. */
#include <unistd.h>

#include "checkpoint/trained.h"
#include "export/registry/registry.h"
#include "target.h"

static void write_again(const nni_model_format *onnx, const nni_checkpoint *read)
{
    const nni_trained model = nni_trained_of(read);
    const nni_export_settings settings = {.name = "model", .keep_norms = true};
    const char *path = fuzz_path("again.onnx");
    nni_checkpoint *again = NULL;
    nn_error error = {.status = NN_OK};
    fuzz_expect(onnx->write(&model, &settings, path, &error) == NN_OK, "a model that can be written");
    fuzz_expect(onnx->read(path, &again, &error) == NN_OK, "a model that can be read again");
    nni_checkpoint_free(again);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const nni_model_format *onnx = nni_model_format_find("onnx", NULL);
    nni_checkpoint *read = NULL;
    nn_error error = {.status = NN_OK};
    const nn_status status = onnx->read(fuzz_file("model.onnx", bytes, size), &read, &error);
    fuzz_expect_answer(status, &error);
    if (status == NN_OK)
        write_again(onnx, read);
    nni_checkpoint_free(read);
    return 0;
}
