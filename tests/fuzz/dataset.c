/* SPDX-License-Identifier: MIT */
/* Data: an HDF5 file, opened as a training and a prediction would, batches of it dealt, and told of as nntrain inspect
 * does. */
#include <stdio.h>

#include "data/dataset/dataset.h"
#include "data/dataset/open.h"
#include "data/loading/sampler.h"
#include "data/scaling/feature_scaling.h"
#include "hdf5_crash.h"
#include "inspect/inspect.h"
#include "target.h"

enum { SLICES = 2 };

static void deal(const nni_dataset *dataset)
{
    nni_sampler *sampler = NULL;
    nn_error error = {.status = NN_OK};
    nni_batch batch;
    nn_status status = nni_sampler_create(dataset, 1, SLICES, &sampler, &error);
    fuzz_expect_answer(status, &error);
    for (size_t step = 0; status == NN_OK && step < 3 && step < nni_sampler_steps(sampler); step++) {
        status = nni_sampler_batch(sampler, 0, step, &batch, &error);
        fuzz_expect_answer(status, &error);
    }
    nni_sampler_free(sampler);
}

static void open_split(const nni_dataset_spec *spec)
{
    nn_comm alone = nni_comm_alone();
    nni_dataset *dataset = NULL;
    nni_feature_scaler *normalization = NULL;
    nn_error error = {.status = NN_OK};
    nn_status status = nni_dataset_open(spec, SLICES, spec->y != NULL, &alone, &dataset, &error);
    fuzz_expect_answer(status, &error);
    if (status != NN_OK)
        return;
    status = nni_feature_scaler_create(NN_NORMALIZE_AUTO, dataset->row.features, &normalization, &error);
    if (status == NN_OK && nni_feature_scaler_fit(normalization, dataset, &alone, &error) == NN_OK)
        status = nni_dataset_normalize(dataset, normalization, &error);
    fuzz_expect_answer(status, &error);
    if (spec->y)
        deal(dataset);
    nni_dataset_free(dataset);
    nni_feature_scaler_free(normalization);
}

static void inspect(const char *path)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    const nni_inspect_how how = {.features = true};
    nn_error error = {.status = NN_OK};
    fuzz_expect_answer(nni_inspect_data(path, &how, nowhere, &error), &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_part_hdf5_crashes();
    static const char *const columns[] = {"1", "0"}, *const fields[] = {"b", "a"};
    const char *path = fuzz_file("data.h5", bytes, size);
    const nni_dataset_spec specs[] = {
        {.file = path, .x = "/train/x", .y = "/train/y", .w = "/train/w"},
        {.file = path, .x = "/train/x", .y = "/train/y", .memory = 4096, .window = 1024},
        {.file = path, .x = "/train/x", .y = "/train/y", .head = {2, NN_SOFTMAX, NN_CROSS_ENTROPY}},
        {.file = path, .x = "/train/x", .y = "/train/y", .head = {1, NN_SIGMOID, NN_BINARY_CROSS_ENTROPY}},
        {.file = path, .x = "/train/x", .y = "/train/y", .head = {1, NN_LINEAR, NN_MSE}},
        {.file = path, .x = "/train/x", .x_columns = columns, .x_column_count = 2, .missing = true},
        {.file = path, .x = "/train/r", .x_columns = fields, .x_column_count = 2, .y = "/train/y"},
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        open_split(&specs[i]);
    inspect(path);
    return 0;
}
