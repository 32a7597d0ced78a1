/** Functions over arrays without threads: one table per instruction set, each defined in a file of its own. */
#ifndef NN_KERNELS_ELEMENTWISE_KERNELS_H
#define NN_KERNELS_ELEMENTWISE_KERNELS_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "nntrain/real.h"

/** What a value becomes never depends on where in an array it stands. */
typedef struct nn_elementwise_kernels {
    /** values[i] = act(values[i]), by activation; softmax has no entry. */
    void (*activate[NN_RELU + 1])(nn_real *values, size_t count);
    /** delta[i] *= act'(o_i) with outputs[i] = act(o_i), by activation. */
    void (*activate_backward[NN_RELU + 1])(const nn_real *outputs, nn_real *delta, size_t count);
    /** One row of nn_softmax_rows. */
    void (*softmax_row)(nn_real *logits, size_t columns, nn_real *log_sum);
    /** sums[i] += terms[i] */
    void (*add)(const nn_real *terms, nn_real *sums, size_t count);
    /** nn_sgd_step without threads. */
    void (*sgd_step)(nn_real *parameters, const nn_real *gradients, nn_real *velocity, size_t count, nn_real rate,
                     nn_real momentum);
} nn_elementwise_kernels;

extern const nn_elementwise_kernels nn_elementwise_portable;
#if defined(__x86_64__)
extern const nn_elementwise_kernels nn_elementwise_avx2;
extern const nn_elementwise_kernels nn_elementwise_avx512;
#endif

/** @return the functions for the instruction set in use */
const nn_elementwise_kernels *nn_elementwise_kernels_in_use(void);

#endif
