/* SPDX-License-Identifier: MIT */
#include "hdf5/write.h"
#include "hdf5/probe/probe.h"
#include "support/memory.h"
#include "support/philox.h"

enum { DEFLATE_LEVEL = 4 };

/* Rows on their way to the file. */
struct step {
    size_t rows;
    uint8_t *bytes; /* [rows, features] */
    float *floats;  /* [rows, features]; NULL: bytes are written */
};

static void fill(const struct step *step, size_t first, size_t values)
{
    for (size_t i = 0; i < values; i += 16) {
        const nni_philox_block block = nni_random_block(1, NNI_RANDOM_GENERATE, 0, first + i);
        for (size_t k = 0; k < 16 && i + k < values; k++) {
            const uint8_t byte = (uint8_t)(block.word[k / 4] >> 8 * (k % 4));
            step->bytes[i + k] = byte & 1 ? byte & 0xf8 : 0;
        }
    }
    for (size_t i = 0; step->floats && i < values; i++)
        step->floats[i] = (float)step->bytes[i] / 255;
}

static hid_t creation_of(const nni_probe_recipe *recipe, hsize_t chunk_rows)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[2] = {chunk_rows, recipe->features};
    if (recipe->storage != NNI_PROBE_CONTIGUOUS)
        H5Pset_chunk(creation, 2, chunk);
    if (recipe->storage == NNI_PROBE_DEFLATED) {
        if (!recipe->bytes)
            H5Pset_shuffle(creation); /* as imported data has it */
        H5Pset_deflate(creation, DEFLATE_LEVEL);
    }
    return creation;
}

static nn_status make_dataset(const nni_hdf5_output *output, const char *name, const nni_probe_recipe *recipe,
                              hsize_t chunk_rows, hid_t *dataset, nn_error *error)
{
    const hsize_t extent[2] = {recipe->rows, recipe->features};
    const hid_t space = H5Screate_simple(2, extent, NULL), creation = creation_of(recipe, chunk_rows);
    *dataset = H5Dcreate2(output->file, name, recipe->bytes ? H5T_STD_U8LE : H5T_IEEE_F32LE, space, H5P_DEFAULT,
                          creation, H5P_DEFAULT);
    H5Pclose(creation);
    H5Sclose(space);
    return *dataset >= 0 ? NN_OK : nn_fail(error, NN_SYSTEM, "%s: %s cannot be made", output->path, name);
}

static nn_status write_rows(const nni_hdf5_output *output, const char *name, const nni_probe_recipe *recipe,
                            const struct step *step, nn_error *error)
{
    hid_t dataset = H5I_INVALID_HID;
    NN_TRY(make_dataset(output, name, recipe, step->rows, &dataset, error));
    nn_status status = NN_OK;
    for (size_t at = 0; at < recipe->rows && status == NN_OK; at += step->rows) {
        const size_t left = recipe->rows - at, count = left < step->rows ? left : step->rows;
        fill(step, at * recipe->features, count * recipe->features);
        status = nni_hdf5_write_rows(output, dataset, name, recipe->bytes ? H5T_NATIVE_UINT8 : H5T_NATIVE_FLOAT, at,
                                     count, step->floats ? (const void *)step->floats : step->bytes, error);
    }
    if (H5Dclose(dataset) < 0 && status == NN_OK)
        status = nn_fail(error, NN_SYSTEM, "%s: %s cannot be written", output->path, name);
    return status;
}

static nn_status take_memory(const nni_probe_recipe *recipe, struct step *step, nn_error *error)
{
    const char what[] = "rows of a file to be measured";
    NN_TRY(nni_allocate(step->rows, recipe->features, what, &step->bytes, error));
    if (recipe->bytes)
        return NN_OK;
    return nni_allocate(step->rows, recipe->features * sizeof *step->floats, what, &step->floats, error);
}

nn_status nni_probe_write(const char *path, const char *dataset, const nni_probe_recipe *recipe, nn_error *error)
{
    const size_t row_bytes = recipe->features * (recipe->bytes ? 1 : sizeof(float));
    struct step step = {.rows = nni_hdf5_chunk_rows(recipe->rows, row_bytes)};
    nn_status status = take_memory(recipe, &step, error);
    nni_hdf5_output output;
    if (status == NN_OK && (status = nni_hdf5_create(path, &output, error)) == NN_OK)
        status = nni_hdf5_finish(&output, write_rows(&output, dataset, recipe, &step, error), error);
    nni_release(step.bytes);
    nni_release(step.floats);
    return status;
}
