#include "bench/peak/peak.h"

/* About 50 microseconds: long against the call, short against what a timing lasts. */
enum { STEPS = 10000 };

const nni_bench_peak *nni_bench_peak_of(nni_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case NNI_ISA_AVX512:
        return &nni_bench_peak_avx512;
    case NNI_ISA_AVX2:
        return &nni_bench_peak_avx2;
#endif
    default:
        return &nni_bench_peak_portable;
    }
}

const nni_bench_peak *nni_bench_peak_best(void)
{
    if (nni_cpu_supports(NNI_ISA_AVX512))
        return nni_bench_peak_of(NNI_ISA_AVX512);
    return nni_bench_peak_of(nni_cpu_supports(NNI_ISA_AVX2) ? NNI_ISA_AVX2 : NNI_ISA_PORTABLE);
}

double nni_bench_peak_flops(const nni_bench_peak *peak)
{
    return (double)STEPS * (double)peak->flops;
}

void nni_bench_peak_call(void *context)
{
    nni_bench_peak_run *run = context;
    /* The sums settle at 1: neither infinite nor so small that the processor takes its time over them. */
    run->peak->multiply_add(STEPS, 0.5F, 0.5F, &run->result);
}
