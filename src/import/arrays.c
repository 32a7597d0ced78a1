/* SPDX-License-Identifier: MIT */
#include "import/arrays.h"

static const char *const datasets[NNI_IMPORT_ARRAYS] = {"/train/x", "/train/y", "/test/x", "/test/y"};

static nn_status take(void *job, size_t i, const char *value)
{
    nni_import_arrays *arrays = job;
    arrays->source[i] = value;
    return NN_OK;
}

static nn_status take_train_x(void *job, const char *value, nn_error *error)
{
    (void)error;
    return take(job, 0, value);
}

static nn_status take_train_y(void *job, const char *value, nn_error *error)
{
    (void)error;
    return take(job, 1, value);
}

static nn_status take_test_x(void *job, const char *value, nn_error *error)
{
    (void)error;
    return take(job, 2, value);
}

static nn_status take_test_y(void *job, const char *value, nn_error *error)
{
    (void)error;
    return take(job, 3, value);
}

const nni_import_option nni_import_array_options[] = {
    {"train-x", 'a', "FILE", "Becomes /train/x", take_train_x},
    {"train-y", 'b', "FILE", "Becomes /train/y", take_train_y},
    {"test-x", 'c', "FILE", "Becomes /test/x", take_test_x},
    {"test-y", 'd', "FILE", "Becomes /test/y", take_test_y},
    {0},
};

bool nni_import_arrays_are_complete(const void *job)
{
    nn_import_item items[NNI_IMPORT_ARRAYS];
    return nni_import_arrays_list(job, items) > 0;
}

size_t nni_import_arrays_list(const nni_import_arrays *arrays, nn_import_item items[NNI_IMPORT_ARRAYS])
{
    size_t count = 0;
    for (size_t i = 0; i < NNI_IMPORT_ARRAYS; i++)
        if (arrays->source[i])
            items[count++] = (nn_import_item){arrays->source[i], datasets[i]};
    return count;
}
