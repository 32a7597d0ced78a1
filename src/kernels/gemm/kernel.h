/* SPDX-License-Identifier: MIT */
/** The micro-kernels: tables for float32 and for bfloat16 in each instruction set's folder. */
#ifndef NNI_KERNELS_GEMM_KERNEL_H
#define NNI_KERNELS_GEMM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "support/real.h"

/**
 * A run of steps of depth whose products are summed in one chain, and where its sum goes: onto a stack of tiles, whose
 * topmost ones are then joined. A plain product is one chain, and its stack is C.
 */
typedef struct nni_gemm_chain {
    size_t depth; /**< in elements of packed panels */
    size_t slot;  /**< of the stack, counted from its bottom: where the sum goes */
    size_t joins; /**< how often the sum is then added to the one in the slot below, which it moves to */
    bool add;     /**< the slot holds the sum of earlier steps of the chain, which goes on; else it begins with zero */
} nni_gemm_chain;

/** Rows and columns of C, computed tile after tile, and the parts of A and B they are the product of. */
typedef struct nni_gemm_strip {
    size_t rows, columns; /**< any number */
    const nni_real *a;    /**< element (i, k) is a[i * a_row_stride + k * a_depth_stride] */
    size_t a_row_stride, a_depth_stride;
    const nni_real *b; /**< element (k, j) is b[k * b_stride + j]; whole vectors of it can be read */
    size_t b_stride;
    const nni_gemm_chain *chains; /**< [chain_count], following each other along the depth */
    size_t chain_count;
    /* The stack. A slot is a part of a matrix in memory, or scratch that the next tile takes over. */
    size_t matrices; /**< the lowest slots, as many, are in matrices: c[slot * c_pitch + i * c_stride + j] */
    nni_real *c;
    size_t c_stride, c_pitch;
    nni_real *scratch; /**< those above: scratch[((slot - matrices) * .rows[0] + i) * .columns + j] */
    /* Runs of lines that are fetched into the cache meanwhile: a run a tile, a line a step of depth. */
    const nni_real *ahead;
    size_t ahead_stride;         /**< elements between the lines of a run */
    size_t ahead_run;            /**< elements between runs */
    size_t ahead_runs;           /**< as many */
    const nni_real *const *then; /**< [then_count] arrays of which as many runs, then_runs, are fetched after those */
    size_t then_count, then_runs;
    size_t then_offset;   /**< elements before the first of these runs */
    const nni_real *bias; /**< [columns] added to sums that are complete; NULL: none */
    bool rectify;         /**< complete sums, after bias: relu as in the table of elementwise functions */
    bool round_joins;     /**< sums that are joined are rounded to bfloat16 before */
} nni_gemm_strip;

/** Tiles are 1, 2 or 4 vectors wide, and have up to so many columns. */
enum { NNI_GEMM_WIDTHS = 3, NNI_GEMM_WIDEST = 64 };

/**
 * Every element of C is one chain of multiply-adds over k = 0, 1, ..., which goes on from c where `add` is set. So its
 * bits depend neither on the tile it is in nor on where depth is cut nor on what is packed. Sums that are joined are
 * added, once each.
 *
 * Kernels for bfloat16 round operands to it as they pack them. Of two steps of depth, counted from the beginning of a
 * chain, the second's exact product is added to the float32 sum before that of the first, as Intel's VDPBF16PS does. So
 * one that multiplies and adds rounded floats gives the same bits, but for operands and sums below 2^-126, which that
 * instruction takes for zero.
 */
typedef struct nni_gemm_kernel {
    size_t lanes;                 /**< elements of a vector */
    size_t columns;               /**< of a packed panel of B: four vectors */
    size_t rows[NNI_GEMM_WIDTHS]; /**< most of a tile one, two and four vectors wide, as registers hold them */
    size_t vectors;               /**< how wide tiles are if rows are many: those of four may have too few rows */
    size_t steps;                 /**< of depth that an element of a packed panel holds: 1, or 2 of bfloat16 */
    bool rounds;                  /**< operands to bfloat16, so that both must be packed */
    size_t turned_rows;           /**< most of .run_turned */
    /** Computes the strip, of which rows, columns, a, b, c and bias then mean nothing. */
    void (*run)(nni_gemm_strip *strip);
    /** Computes any number of columns, with element (k, j) of B at b[k + j * b_stride]: up to .turned_rows, the depth
     * of A contiguous, one chain from its beginning. NULL: there is no such. */
    void (*run_turned)(const nni_gemm_strip *strip);
    /** panel[k * pitch + i] = source[i * stride + k] for i < width <= pitch, a multiple of the lanes; the rest of the
     * pitch may hold anything. Of bfloat16, steps 2k and 2k + 1 change places, or become one. */
    void (*transpose)(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch);
    /** panel[k * pitch + i] = source[i + k * stride], likewise. */
    void (*copy)(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch);
    /** c[j * c_stride + i] = panel[i * .columns + j] for i < columns and j < rows, then bias and relu. */
    void (*put_transposed)(const nni_real *panel, const nni_gemm_strip *strip);
} nni_gemm_kernel;

/** @return which of .rows a tile of so many vectors has: their number is rounded up to 1, 2 or 4 */
static inline size_t nni_gemm_width(size_t vectors)
{
    return vectors > 2 ? 2 : vectors - 1;
}

#endif
