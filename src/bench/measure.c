/* SPDX-License-Identifier: MIT */
#include "bench/measure.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "support/memory.h"

double nni_bench_now(size_t threads)
{
    struct timespec now;
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double nni_bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

double nni_bench_geometric_mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += log(values[i]);
    return exp(sum / (double)count);
}

static double time_calls(const nni_contestant *contestant, size_t calls, size_t threads)
{
    const double begin = nni_bench_now(threads);
    for (size_t i = 0; i < calls; i++)
        contestant->run(contestant->context);
    return nni_bench_now(threads) - begin;
}

/* Calls that last long enough; finding them warms caches and clock up. */
static size_t calls_lasting(const nni_contestant *contestant, double seconds, size_t threads)
{
    size_t calls = 1;
    while (time_calls(contestant, calls, threads) < seconds)
        calls *= 2;
    return calls;
}

double nni_bench_time(const nni_contestant *contestant, double seconds, size_t threads)
{
    const size_t calls = calls_lasting(contestant, seconds, threads);
    return time_calls(contestant, calls, threads) / (double)calls;
}

static size_t repeats_of(nni_pace pace, double round)
{
    if (pace.repeat > 0)
        return pace.repeat;
    return round > 0.3 ? 3 : 7;
}

nn_status nni_bench_round_robin(const nni_contestant *contestants, size_t count, nni_pace pace, double *medians,
                                nn_error *error)
{
    size_t *calls = NULL;
    NN_TRY(nni_allocate(count, sizeof *calls, "the calls of a benchmark", &calls, error));
    double round = 0, *times = NULL;
    for (size_t i = 0; i < count; i++) {
        calls[i] = calls_lasting(&contestants[i], pace.seconds, pace.threads);
        round += time_calls(&contestants[i], calls[i], pace.threads);
    }
    const size_t repeat = repeats_of(pace, round);
    nn_status status = nni_allocate(repeat * count, sizeof *times, "the times of a benchmark", &times, error);
    for (size_t r = 0; status == NN_OK && r < repeat; r++)
        for (size_t i = 0; i < count; i++) {
            if (pace.settle > 0)
                calls_lasting(&contestants[i], pace.settle, pace.threads);
            times[i * repeat + r] = time_calls(&contestants[i], calls[i], pace.threads) / (double)calls[i];
        }
    for (size_t i = 0; status == NN_OK && i < count; i++)
        medians[i] = nni_bench_median(times + i * repeat, repeat);
    nni_release(times);
    nni_release(calls);
    return status;
}
