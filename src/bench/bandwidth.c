/* SPDX-License-Identifier: MIT */
#include "bench/bandwidth.h"

#include <omp.h>

#include "bench/measure.h"
#include "kernels/isa/isa.h"
#include "kernels/peak/peak_loops.h"
#include "support/memory.h"
#include "support/system/cpu.h"

/* Room for three arrays in each thread's part. */
typedef struct arrays {
    const nni_peak_loops *peak;
    size_t threads, count; /* count: elements of each array in a thread's part */
    size_t passes;         /* over a part in a call: starting threads costs microseconds */
    float *a;              /* [threads, 3, count] */
    float *results;        /* [threads], a cache line each */
} arrays;

enum { LINE = 16 };

static void read_all(void *context)
{
    const arrays *s = context;
#pragma omp parallel num_threads((int)s->threads)
    {
        const size_t thread = (size_t)omp_get_thread_num();
        /* One array of three times the length, so that the same bytes are in work as for the triad. */
        for (size_t pass = 0; pass < s->passes; pass++)
            s->results[LINE * thread] += s->peak->read(s->a + 3 * thread * s->count, 3 * s->count);
    }
}

static void triad_all(void *context)
{
    const arrays *s = context;
#pragma omp parallel num_threads((int)s->threads)
    {
        float *part = s->a + 3 * (size_t)omp_get_thread_num() * s->count;
        for (size_t pass = 0; pass < s->passes; pass++)
            s->peak->triad(part, part + s->count, part + 2 * s->count, 0.5F, s->count);
    }
}

static nn_status measure_level(nni_bench_bandwidth *bandwidth, nni_bench_level level, size_t bytes, nn_error *error)
{
    const size_t elements = bytes / sizeof(float) / (3 * bandwidth->threads);
    arrays s = {
        .peak = nni_isa_fastest()->peak,
        .threads = bandwidth->threads,
        .count = elements / NNI_PEAK_CHUNK * NNI_PEAK_CHUNK,
        .passes = 1 + ((size_t)1 << 22) / bytes,
    };
    const nni_contestant contestants[] = {{read_all, &s}, {triad_all, &s}};
    double seconds[2];
    NN_TRY(nni_allocate(s.threads * LINE, sizeof *s.results, "the sums of a benchmark", &s.results, error));
    nn_status status =
        nni_allocate(3 * s.threads, s.count * sizeof *s.a, "the arrays of a benchmark of memory", &s.a, error);
    if (status == NN_OK)
        status = nni_bench_round_robin(contestants, 2, (nni_pace){.seconds = 5e-3, .threads = s.threads, .repeat = 7},
                                       seconds, error);
    nni_release(s.a);
    nni_release(s.results);
    if (status != NN_OK)
        return status;
    const double moved = 3.0 * (double)(s.threads * s.count * s.passes) * sizeof(float);
    bandwidth->read[level] = moved / seconds[0];
    bandwidth->triad[level] = moved / seconds[1];
    return NN_OK;
}

const char *nni_bench_level_name(nni_bench_level level)
{
    static const char *const names[NNI_BENCH_LEVELS] = {"L2", "L3", "memory"};
    return names[level];
}

nn_status nni_bench_bandwidth_measure(size_t threads, nni_bench_bandwidth *bandwidth, nn_error *error)
{
    *bandwidth = (nni_bench_bandwidth){.threads = threads};
    bandwidth->bytes[NNI_BENCH_L2] = nni_cpu_cache_bytes(2) * threads;
    bandwidth->bytes[NNI_BENCH_L3] = nni_cpu_cache_bytes(3);
    for (int level = NNI_BENCH_L2; level < NNI_BENCH_MEMORY; level++)
        if (bandwidth->bytes[level] > 0)
            NN_TRY(measure_level(bandwidth, (nni_bench_level)level, bandwidth->bytes[level] / 2, error));
    const size_t least = (size_t)64 << 20, beyond = 4 * bandwidth->bytes[NNI_BENCH_L3];
    return measure_level(bandwidth, NNI_BENCH_MEMORY, beyond > least ? beyond : least, error);
}

nni_bench_level nni_bench_level_of(const nni_bench_bandwidth *bandwidth, double bytes)
{
    for (int level = NNI_BENCH_L2; level < NNI_BENCH_MEMORY; level++)
        if (bytes <= (double)bandwidth->bytes[level])
            return (nni_bench_level)level;
    return NNI_BENCH_MEMORY;
}
