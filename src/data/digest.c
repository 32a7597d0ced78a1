#include <xxhash.h>

#include "nntrain/dataset.h"
#include "nntrain/memory.h"

/* Digest of one slice's rows: x, then the targets, then the weights where there are any. */
static uint64_t slice_digest(const nn_dataset *dataset, size_t slice)
{
    const size_t first = nn_slices_first_row(dataset->slices, slice) - dataset->first_row;
    const size_t rows = nn_slices_first_row(dataset->slices, slice + 1) - dataset->first_row - first;
    uint64_t digest = XXH3_64bits(dataset->x + first * dataset->features, rows * dataset->features * sizeof(nn_real));
    if (dataset->classes)
        digest = XXH3_64bits_withSeed(dataset->classes + first, rows * sizeof *dataset->classes, digest);
    if (dataset->values)
        digest = XXH3_64bits_withSeed(dataset->values + first * dataset->outputs,
                                      rows * dataset->outputs * sizeof(nn_real), digest);
    if (dataset->weights)
        digest = XXH3_64bits_withSeed(dataset->weights + first, rows * sizeof *dataset->weights, digest);
    return digest;
}

nn_status nn_dataset_digest(const nn_dataset *dataset, nn_comm *comm, uint64_t *digest, nn_error *error)
{
    /* Every slice has one owner and a zero from all others, in halves that a double holds exactly: the sum is a
     * gathering that needs no other exchange. */
    const size_t slices = dataset->slices.count;
    double *halves = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate(2 * slices, sizeof *halves, "the digests", &halves, error), error));
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const size_t slice = dataset->first_slice + i;
        const uint64_t part = slice_digest(dataset, slice);
        halves[2 * slice] = (double)(part >> 32);
        halves[2 * slice + 1] = (double)(part & UINT32_MAX);
    }
    nn_status status = nn_comm_sum_double(comm, halves, 2 * slices, error);
    if (status == NN_OK)
        *digest = XXH3_64bits(halves, 2 * slices * sizeof *halves);
    nn_release(halves);
    return status;
}
