/** The most that a core and its caches can do: one table entry per instruction set, each defined in a file of its own.
 */
#ifndef NNI_BENCH_PEAK_PEAK_H
#define NNI_BENCH_PEAK_PEAK_H

#include <stddef.h>

#include "support/system/cpu.h"

typedef struct nni_bench_peak {
    size_t flops; /**< operations of a step */
    /** Multiplies and adds in registers, without one result waiting for another: sum = sum * factor + term, `steps`
     * times over. @param result  receives something of every sum, so that none is superfluous */
    void (*multiply_add)(size_t steps, float factor, float term, float *result);
    /** @param count  a multiple of NNI_BENCH_CHUNK @return something of all values [count], which were read once */
    float (*read)(const float *values, size_t count);
    /** a = b + factor * c over arrays [count], a multiple of NNI_BENCH_CHUNK (McCalpin's STREAM) */
    void (*triad)(float *a, const float *b, const float *c, float factor, size_t count);
} nni_bench_peak;

/** Values that the loops over memory take at a time: eight of the widest vectors. */
enum { NNI_BENCH_CHUNK = 128 };

extern const nni_bench_peak nni_bench_peak_portable;
#if defined(__x86_64__)
extern const nni_bench_peak nni_bench_peak_avx2;
extern const nni_bench_peak nni_bench_peak_avx512;
#endif

/** @return the loops of an instruction set, to be run only where the processor has it */
const nni_bench_peak *nni_bench_peak_of(nni_isa isa);

/** @return the loops of the best instruction set that this processor has */
const nni_bench_peak *nni_bench_peak_best(void);

/** A peak being measured. */
typedef struct nni_bench_peak_run {
    const nni_bench_peak *peak;
    float result;
} nni_bench_peak_run;

/** Operations of nni_bench_peak_call. */
double nni_bench_peak_flops(const nni_bench_peak *peak);

/** Runs the loop for some tens of microseconds. @param run  an nni_bench_peak_run */
void nni_bench_peak_call(void *run);

#endif
