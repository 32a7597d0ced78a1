/* SPDX-License-Identifier: MIT */
/** The micro-kernels: a table for float32 and one for bfloat16 in each instruction set's folder. */
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

/** A tile of C and the parts of A and B it is the product of. */
typedef struct nni_gemm_tile {
    size_t rows, columns;
    size_t group_rows; /**< of .strip: most rows computed at a time */
    const nni_real *a; /**< element (i, k) is a[i * a_row_stride + k * a_depth_stride] */
    size_t a_row_stride, a_depth_stride;
    const nni_real *b;  /**< packed: element (k, j) is b[k * .columns of the kernel + j] */
    size_t b_stride;    /**< where B lies: b[k * b_stride + j], or turned b[k + j * b_stride] */
    size_t b_ahead;     /**< where B lies: elements further on that are fetched into the cache beside those in use */
    nni_real *b_packed; /**< of .run_packing and .run_turning: where B is packed */
    const nni_gemm_chain *chains; /**< [chain_count], following each other along the depth */
    size_t chain_count;
    /* The stack. A slot is a part of a matrix in memory, or scratch that the next tile takes over. */
    size_t matrices; /**< the lowest slots, as many, are in matrices: c[slot * c_pitch + i * c_stride + j] */
    nni_real *c;
    size_t c_stride, c_pitch;
    const nni_real *c_next; /**< c of the tile that follows, as many rows, to be fetched meanwhile; NULL: none */
    const nni_real *bias; /**< added to sums that are complete: bias[j], or bias[i] where `bias_of_rows`; NULL: none */
    bool bias_of_rows;
    bool round_joins;  /**< sums that are joined are rounded to bfloat16 before */
    bool rectify;      /**< complete sums, after bias: relu as in the table of elementwise functions */
    nni_real *scratch; /**< those above: scratch[((slot - matrices) * .rows + i) * .slot_columns + j] */
} nni_gemm_tile;

/**
 * Every element of C is one chain of multiply-adds over k = 0, 1, ..., which goes on from c where `add` is set. So its
 * bits depend neither on the tile it is in nor on where depth is cut nor on what is packed. Sums that are joined are
 * added, once each.
 *
 * Kernels for bfloat16 take operands rounded to it, two steps of depth at a time, with the tiles of the float32
 * kernels. They only read packed panels: .strip, .strip_turned and .turned_rows are not there. With sums in float32, a
 * step adds the exact product of the second of its two, then that of the first, as Intel's VDPBF16PS does.
 */
typedef struct nni_gemm_kernel {
    size_t rows;      /**< of the largest tile */
    size_t pitch;     /**< elements a step of depth takes in a packed panel of A: rows, rounded up to a power of two */
    size_t columns;   /**< of the largest tile, and elements a step of depth takes in a packed panel of B */
    size_t lanes;     /**< elements of a vector */
    size_t narrowest; /**< columns of a tile below which it takes no less time */
    size_t steps;     /**< of depth that an element of a packed panel holds: 1, or 2 rounded to bfloat16 */
    size_t turned_rows;  /**< of the largest strip whose B is turned */
    size_t slot_columns; /**< elements between rows of scratch, and most columns of a strip that uses any */
    /** Computes one tile, 1 to .rows by 1 to .columns, from packed B. */
    void (*run)(const nni_gemm_tile *tile);
    /** The same with B where it lies, of which it leaves a packed panel for the tiles below. */
    void (*run_packing)(const nni_gemm_tile *tile);
    /** The same of .columns columns and of .turned_rows rows or one less, where B is turned and the depth of A
     * contiguous; one chain. NULL: it is not worth it. */
    void (*run_turning)(const nni_gemm_tile *tile);
    /** Computes a strip, 1 to .rows by any number of columns, with B where it lies; or several, if they are one chain.
     */
    void (*strip)(const nni_gemm_tile *tile);
    /** The same of 1 to .turned_rows with B turned and the depth of A contiguous; at least .lanes columns, and one
     * chain from its beginning. */
    void (*strip_turned)(const nni_gemm_tile *tile);
    /** panel[k * pitch + i] = source[i * stride + k] for i < width <= pitch; the rest of the pitch may hold anything.
     */
    void (*transpose)(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch);
    /** panel[k * pitch + i] = source[i + k * stride], likewise. */
    void (*copy)(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch);
    /** Bias and relu of a tile or strip whose sums are complete. */
    void (*complete)(const nni_gemm_tile *tile);
    /** c[j * c_stride + i] = tile[i * .slot_columns + j] for i < rows and j < columns. */
    void (*put_transposed)(const nni_real *tile, size_t rows, size_t columns, nni_real *c, size_t c_stride);
} nni_gemm_kernel;

/** @return whether elements so far apart fall into the same place of a level 1 cache of 8 ways, on every processor
 * known: lines a multiple of 4 KiB apart do */
static inline bool nni_gemm_collides(size_t stride)
{
    return stride * sizeof(nni_real) % 4096 == 0;
}

#endif
