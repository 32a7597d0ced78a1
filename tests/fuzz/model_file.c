/* SPDX-License-Identifier: MIT */
/* Models as safetensors: nntrain's own and those of PyTorch. What is read can be written, and read again. */
#include <string.h>

#include "checkpoint/trained.h"
#include "export/safetensors/read.h"
#include "target.h"

static void write_again(const nni_checkpoint *checkpoint)
{
    nn_error error = {.status = NN_OK};
    nni_checkpoint *again = NULL;
    const nni_export_settings settings = {.name = "model"};
    const nni_trained model = nni_trained_of(checkpoint);
    const char *path = fuzz_path("again.safetensors");
    fuzz_expect(nni_model_format_safetensors.write(&model, &settings, path, &error) == NN_OK, "a model to be written");
    fuzz_expect(nni_model_format_safetensors.read(path, &again, &error) == NN_OK, "one that can be read again");
    fuzz_expect(strcmp(again->recipe, checkpoint->recipe) == 0, "the same recipe");
    fuzz_expect(again->network->flat_count == checkpoint->network->flat_count &&
                    memcmp(again->network->parameters, checkpoint->network->parameters,
                           again->network->flat_count * sizeof(nni_real)) == 0,
                "the same parameters");
    nni_checkpoint_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    nn_error error = {.status = NN_OK};
    nni_checkpoint *checkpoint = NULL;
    nni_string_set layers = {.count = 0};
    const char *path = fuzz_file("m.safetensors", bytes, size);
    const nni_state_dict_settings settings = {NN_RELU, NN_LINEAR, -1};
    nn_status status = nni_model_format_safetensors.read(path, &checkpoint, &error);
    fuzz_expect_answer(status, &error);
    if (status != NN_OK) {
        status = nni_safetensors_read(path, &settings, &checkpoint, &layers, &error);
        fuzz_expect_answer(status, &error);
    }
    if (status == NN_OK) {
        write_again(checkpoint);
        nni_checkpoint_free(checkpoint);
    }
    nni_string_set_free(&layers);
    return 0;
}
