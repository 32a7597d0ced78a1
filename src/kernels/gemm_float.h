/**
 * The micro-kernel of nn_real that the files of instruction sets share; included after gemm_vectors.h and what a file
 * says of its set, not a header of declarations.
 */

/* One step of depth. */
static inline __attribute__((always_inline)) vector accumulate(vector sum, nn_real a, vector b)
{
    return sum + a * b;
}

#include "kernels/gemm_quads.h"
#include "kernels/gemm_rows.h"
#include "kernels/gemm_sums.h"

#include "kernels/gemm_strip.h"
#include "kernels/gemm_tile.h"
#include "kernels/pack_loops.h"
