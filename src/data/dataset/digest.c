/* SPDX-License-Identifier: MIT */
#include "data/dataset/digest.h"

#include "support/memory.h"

static void begin_slice(nni_digester *digester)
{
    if (digester->slice < digester->slices)
        XXH3_64bits_reset_withSeed(digester->state, digester->digest[digester->slice]);
}

/* Slices that end here, those without rows among them. */
static void end_slices(nni_digester *digester)
{
    while (digester->slice < digester->slices &&
           digester->at == digester->slice_end[digester->slice] * digester->row_values) {
        digester->digest[digester->slice++] = XXH3_64bits_digest(digester->state);
        begin_slice(digester);
    }
}

nn_status nni_digester_begin(const nni_dataset *dataset, size_t row_values, nni_digester *digester, nn_error *error)
{
    *digester = (nni_digester){
        .slice_end = dataset->slicing.slice_end,
        .slices = dataset->slicing.slice_count,
        .row_values = row_values,
        .digest = dataset->slice_digest,
        .state = XXH3_createState(),
    };
    if (!digester->state)
        return nn_fail(error, NN_SYSTEM, "out of memory: no room for a digest");
    begin_slice(digester);
    end_slices(digester);
    return NN_OK;
}

void nni_digester_take(nni_digester *digester, const void *values, size_t count, size_t value_bytes)
{
    const char *from = values;
    while (count > 0 && digester->slice < digester->slices) {
        const size_t left = digester->slice_end[digester->slice] * digester->row_values - digester->at;
        const size_t taken = count < left ? count : left;
        XXH3_64bits_update(digester->state, from, taken * value_bytes);
        digester->at += taken;
        from += taken * value_bytes;
        count -= taken;
        end_slices(digester);
    }
}

void nni_digester_end(nni_digester *digester)
{
    XXH3_freeState(digester->state);
    digester->state = NULL;
}

/* Every slice has one owner and a zero from all others, in halves that a double holds exactly: their sum over ranks is
 * a gathering that needs no other exchange. */
nn_status nni_dataset_digest(const nni_dataset *dataset, nn_comm *comm, uint64_t *digest, nn_error *error)
{
    const size_t slices = dataset->slicing.slices.count;
    double *halves = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(2 * slices, sizeof *halves, "the digests", &halves, error), error));
    for (size_t i = 0; i < dataset->slicing.slice_count; i++) {
        const size_t slice = dataset->slicing.first_slice + i;
        halves[2 * slice] = (double)(dataset->slice_digest[i] >> 32);
        halves[2 * slice + 1] = (double)(dataset->slice_digest[i] & UINT32_MAX);
    }
    const nn_status status = nn_comm_sum_double(comm, halves, 2 * slices, error);
    if (status == NN_OK)
        *digest = XXH3_64bits(halves, 2 * slices * sizeof *halves);
    /* Where blocks are permuted, the same rows in other chunks are given in another order. */
    const uint64_t block_rows = dataset->slicing.block_rows;
    if (status == NN_OK && dataset->slicing.window_rows > 0 &&
        dataset->slicing.slices.rows / slices + 1 > dataset->slicing.window_rows)
        *digest = XXH3_64bits_withSeed(&block_rows, sizeof block_rows, *digest);
    nni_release(halves);
    return status;
}

/* In pieces, so that threads share them; each with its number, so that none can stand for another. */
static uint64_t digest_of_memory(const void *memory, size_t bytes)
{
    enum { PIECE = 1 << 20 };
    const char *from = memory;
    uint64_t digest = 0;
    if (!memory)
        return 0;
#pragma omp parallel for schedule(static) reduction(^ : digest) if (bytes > (size_t)4 * PIECE)
    for (size_t first = 0; first < bytes; first += PIECE)
        digest ^= XXH3_64bits_withSeed(from + first, bytes - first < PIECE ? bytes - first : PIECE, first);
    return digest;
}

uint64_t nni_dataset_memory_digest(const nni_dataset *dataset)
{
    const size_t rows = dataset->slicing.rows;
    const uint64_t digests[] = {
        digest_of_memory(dataset->resident.x, rows * nni_dataset_row_bytes(dataset)),
        digest_of_memory(dataset->resident.classes, rows * sizeof *dataset->resident.classes),
        digest_of_memory(dataset->resident.values, rows * dataset->row.outputs * sizeof *dataset->resident.values),
        digest_of_memory(dataset->resident.weights, rows * sizeof *dataset->resident.weights),
    };
    return XXH3_64bits_withSeed(digests, sizeof digests, rows);
}
