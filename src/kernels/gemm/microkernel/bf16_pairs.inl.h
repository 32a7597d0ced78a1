/* SPDX-License-Identifier: MIT */
/**
 * The micro-kernel of operands in bfloat16 that the files of instruction sets share; included after vectors.inl.h and
 * what a file says of its set, accumulate included; not a header of declarations.
 *
 * An element of a packed panel holds the steps 2k and 2k + 1 of depth in its low and its high half.
 */
#include "kernels/gemm/microkernel/rows.inl.h"
#include "kernels/gemm/microkernel/sums.inl.h"
#include "kernels/gemm/microkernel/transpose_4x4.inl.h"

static inline __attribute__((always_inline)) vector pair_of(vector low, vector high)
{
    return (vector)(rounded(low) >> 16 | rounded(high));
}

/* One step of a panel, of two of the source; `second` is 0 where the source ends before. */
static inline vector elements_of_pair(const nni_real *const row[LANES], size_t k, bool second)
{
    vector low = {0}, high = {0};
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++) {
        low[i] = row[i][k];
        high[i] = second ? row[i][k + 1] : 0;
    }
    return pair_of(low, high);
}

static inline __attribute__((always_inline)) size_t transpose_pairs(const nni_real *const row[LANES], size_t first,
                                                                    size_t quads, size_t depth, nni_real *panel,
                                                                    size_t pitch)
{
    size_t k = first;
    for (; k + 4 * quads <= depth; k += 4 * quads) {
        vector step[LANES];
        turn(row, k, quads, step);
#pragma GCC unroll 8
        for (size_t l = 0; l < 4 * quads; l += 2)
            *(vector *)(panel + (k + l) / 2 * pitch) = pair_of(step[l], step[l + 1]);
    }
    return k;
}

static void transpose(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    for (size_t first = 0; first < width; first += LANES, panel += LANES) {
        /* Rows that are not there repeat the last one: what a micro-kernel makes of them is never written. */
        const nni_real *row[LANES];
        for (size_t i = 0; i < LANES; i++)
            row[i] = source + (first + i < width ? first + i : width - 1) * stride;
        size_t k = transpose_pairs(row, 0, QUADS, depth, panel, pitch);
        k = transpose_pairs(row, k, 1, depth, panel, pitch);
        for (; k < depth; k += 2)
            *(vector *)(panel + k / 2 * pitch) = elements_of_pair(row, k, k + 1 < depth);
    }
}

static void copy(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    for (size_t k = 0; k < depth; k += 2, source += 2 * stride, panel += pitch)
        for (size_t i = 0; i < width; i += LANES) {
            const size_t rest = width - i < LANES ? width - i : LANES;
            const vector low = load_part(source + i, rest);
            const vector high = k + 1 < depth ? load_part(source + stride + i, rest) : (vector){0};
            *(vector *)(panel + i) = pair_of(low, high);
        }
}

#include "kernels/gemm/microkernel/tile.inl.h"

/* An instruction set's entry. */
#define NNI_GEMM_TABLE                                                                                                 \
    {                                                                                                                  \
        .lanes = LANES, .columns = COLUMNS, .rows = {ROWS, ROWS_OF_2, ROWS_OF_4}, .vectors = USUAL_VECTORS,            \
        .steps = 2, .run = run, .transpose = transpose, .copy = copy                                                   \
    }
