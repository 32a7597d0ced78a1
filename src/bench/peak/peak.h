/** The most that a core and its caches can do: one table entry per instruction set, each defined in a file of its own.
 */
#ifndef NNI_BENCH_PEAK_PEAK_H
#define NNI_BENCH_PEAK_PEAK_H

#include <stddef.h>

#include "support/system/cpu.h"

typedef struct nn_bench_peak {
    size_t flops; /**< operations of a step */
    /** Multiplies and adds in registers, without one result waiting for another: sum = sum * factor + term, `steps`
     * times over. @param result  receives something of every sum, so that none is superfluous */
    void (*multiply_add)(size_t steps, float factor, float term, float *result);
    /** @param count  a multiple of NN_BENCH_CHUNK @return something of all values [count], which were read once */
    float (*read)(const float *values, size_t count);
    /** a = b + factor * c over arrays [count], a multiple of NN_BENCH_CHUNK (McCalpin's STREAM) */
    void (*triad)(float *a, const float *b, const float *c, float factor, size_t count);
} nn_bench_peak;

/** Values that the loops over memory take at a time: eight of the widest vectors. */
enum { NN_BENCH_CHUNK = 128 };

extern const nn_bench_peak nn_bench_peak_portable;
#if defined(__x86_64__)
extern const nn_bench_peak nn_bench_peak_avx2;
extern const nn_bench_peak nn_bench_peak_avx512;
#endif

/** @return the loops of an instruction set, to be run only where the processor has it */
const nn_bench_peak *nn_bench_peak_of(nn_isa isa);

/** @return the loops of the best instruction set that this processor has */
const nn_bench_peak *nn_bench_peak_best(void);

/** A peak being measured. */
typedef struct nn_bench_peak_run {
    const nn_bench_peak *peak;
    float result;
} nn_bench_peak_run;

/** Operations of nn_bench_peak_call. */
double nn_bench_peak_flops(const nn_bench_peak *peak);

/** Runs the loop for some tens of microseconds. @param run  an nn_bench_peak_run */
void nn_bench_peak_call(void *run);

#endif
