#include "bench/peak/peak.h"

/* About 50 microseconds: long against the call, short against what a timing lasts. */
enum { STEPS = 10000 };

const nn_bench_peak *nn_bench_peak_of(nn_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case NN_ISA_AVX512:
        return &nn_bench_peak_avx512;
    case NN_ISA_AVX2:
        return &nn_bench_peak_avx2;
#endif
    default:
        return &nn_bench_peak_portable;
    }
}

const nn_bench_peak *nn_bench_peak_best(void)
{
    if (nn_cpu_supports(NN_ISA_AVX512))
        return nn_bench_peak_of(NN_ISA_AVX512);
    return nn_bench_peak_of(nn_cpu_supports(NN_ISA_AVX2) ? NN_ISA_AVX2 : NN_ISA_PORTABLE);
}

double nn_bench_peak_flops(const nn_bench_peak *peak)
{
    return (double)STEPS * (double)peak->flops;
}

void nn_bench_peak_call(void *context)
{
    nn_bench_peak_run *run = context;
    /* The sums settle at 1: neither infinite nor so small that the processor takes its time over them. */
    run->peak->multiply_add(STEPS, 0.5F, 0.5F, &run->result);
}
