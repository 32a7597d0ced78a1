#include <xxhash.h>

#include "data/rows.h"
#include "kernels/convert.h"
#include "nntrain/memory.h"

/* Resident rows as nn_real, a tile at a time: what a checkpoint knows them by does not depend on how they are kept. */
static uint64_t rows_digest(const nn_dataset *dataset, size_t first, size_t rows, XXH3_state_t *state)
{
    enum { TILE = 4096 };
    nn_real tile[TILE];
    const char *from = nn_dataset_at(dataset, first);
    const size_t size = nn_element_size(dataset->element), total = rows * dataset->features;
    XXH3_64bits_reset(state);
    for (size_t i = 0; i < total; i += TILE) {
        const size_t count = total - i < TILE ? total - i : TILE;
        nn_convert(dataset->element, from + i * size, tile, count);
        XXH3_64bits_update(state, tile, count * sizeof *tile);
    }
    return XXH3_64bits_digest(state);
}

/* Digest of one slice's rows: x, then the targets, then the weights where there are any. */
static uint64_t slice_digest(const nn_dataset *dataset, size_t slice, XXH3_state_t *state)
{
    const size_t first = nn_slices_first_row(dataset->slices, slice) - dataset->first_row;
    const size_t rows = nn_slices_first_row(dataset->slices, slice + 1) - dataset->first_row - first;
    uint64_t digest = rows_digest(dataset, first, rows, state);
    if (dataset->classes)
        digest = XXH3_64bits_withSeed(dataset->classes + first, rows * sizeof *dataset->classes, digest);
    if (dataset->values)
        digest = XXH3_64bits_withSeed(dataset->values + first * dataset->outputs,
                                      rows * dataset->outputs * sizeof(nn_real), digest);
    if (dataset->weights)
        digest = XXH3_64bits_withSeed(dataset->weights + first, rows * sizeof *dataset->weights, digest);
    return digest;
}

/* halves [2 slices]: every slice has one owner and a zero from all others, in halves that a double holds exactly: their
 * sum over ranks is a gathering that needs no other exchange. */
static nn_status digest_slices(const nn_dataset *dataset, double *halves, nn_error *error)
{
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        return nn_fail(error, NN_SYSTEM, "out of memory: no room for a digest");
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const size_t slice = dataset->first_slice + i;
        const uint64_t part = slice_digest(dataset, slice, state);
        halves[2 * slice] = (double)(part >> 32);
        halves[2 * slice + 1] = (double)(part & UINT32_MAX);
    }
    XXH3_freeState(state);
    return NN_OK;
}

nn_status nn_dataset_digest(const nn_dataset *dataset, nn_comm *comm, uint64_t *digest, nn_error *error)
{
    const size_t slices = dataset->slices.count;
    double *halves = NULL;
    nn_status status = nn_allocate(2 * slices, sizeof *halves, "the digests", &halves, error);
    if (status == NN_OK)
        status = digest_slices(dataset, halves, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = nn_comm_sum_double(comm, halves, 2 * slices, error);
    if (status == NN_OK)
        *digest = XXH3_64bits(halves, 2 * slices * sizeof *halves);
    nn_release(halves);
    return status;
}
