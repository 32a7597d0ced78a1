/* SPDX-License-Identifier: MIT */
/* Checkpoints: an HDF5 file, which gets the seal that vouches for it, for what comes behind the seal is to be tried.
 * What is read can be written, and read again. */
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/seal.h"
#include "hdf5_crash.h"
#include "target.h"

static const char *seal(const uint8_t *bytes, size_t size)
{
    char *sealed = malloc(NNI_SEAL_BYTES + size);
    fuzz_expect(sealed != NULL, "memory");
    nni_seal_format(bytes, size, sealed);
    memcpy(sealed + NNI_SEAL_BYTES, bytes, size);
    const char *path = fuzz_file("sealed.h5", sealed, NNI_SEAL_BYTES + size);
    free(sealed);
    return path;
}

static void write_again(const nni_checkpoint *checkpoint)
{
    nn_comm alone = nni_comm_alone();
    nn_error error = {.status = NN_OK};
    nni_checkpoint *again = NULL;
    const char *path = fuzz_path("again.h5");
    fuzz_expect(nni_checkpoint_write(path, checkpoint, NULL, &error) == NN_OK, "a checkpoint that can be written");
    fuzz_expect(nni_checkpoint_read(path, &alone, &again, &error) == NN_OK, "one that can be read again");
    fuzz_expect(strcmp(again->recipe, checkpoint->recipe) == 0, "the same recipe");
    fuzz_expect(memcmp(&again->progress, &checkpoint->progress, sizeof again->progress) == 0, "the same progress");
    fuzz_expect(again->network->flat_count == checkpoint->network->flat_count &&
                    memcmp(again->network->parameters, checkpoint->network->parameters,
                           again->network->flat_count * sizeof(nni_real)) == 0,
                "the same parameters");
    nni_checkpoint_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_part_hdf5_crashes();
    nn_comm alone = nni_comm_alone();
    nn_error error = {.status = NN_OK};
    nni_checkpoint *checkpoint = NULL;
    const nn_status status = nni_checkpoint_read(seal(bytes, size), &alone, &checkpoint, &error);
    fuzz_expect_answer(status, &error);
    if (status == NN_OK)
        write_again(checkpoint);
    nni_checkpoint_free(checkpoint);
    return 0;
}
