/* SPDX-License-Identifier: MIT */
#include "import/arrays.h"

static const char *const datasets[NNI_IMPORT_ARRAYS] = {"/train/x", "/train/y", "/test/x", "/test/y"};

const nni_import_option nni_import_array_options[] = {
    {"train-x", 'a', "FILE", "Becomes /train/x", NULL, offsetof(nni_import_arrays, source[0])},
    {"train-y", 'b', "FILE", "Becomes /train/y", NULL, offsetof(nni_import_arrays, source[1])},
    {"test-x", 'c', "FILE", "Becomes /test/x", NULL, offsetof(nni_import_arrays, source[2])},
    {"test-y", 'd', "FILE", "Becomes /test/y", NULL, offsetof(nni_import_arrays, source[3])},
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

nn_status nni_import_arrays_write(nni_import_array_writer *write, const nn_import_item *items, size_t count,
                                  int compress, size_t chunk_rows, const char *path, nn_error *error)
{
    if (compress < 0 || compress > 9)
        return nn_fail(error, NN_USAGE, "compression level %d is not in 0 to 9", compress);
    nni_hdf5_output output;
    NN_TRY(nni_hdf5_create(path, &output, error));
    output.chunk_rows = chunk_rows;
    nn_status status = NN_OK;
    for (size_t i = 0; i < count && status == NN_OK; i++)
        status = write(&items[i], &output, compress, error);
    return nni_hdf5_finish(&output, status, error);
}
