/* SPDX-License-Identifier: MIT */
/* infer_latency MODEL ROWS...: nanoseconds that predictions of so many rows take, the least and the median of many
 * runs, by the calling thread. For scripts/bench_infer.sh. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "nntrain/infer.h"

enum { RUNS = 200, ROWS_OF_RUN = 100 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void measure(const nn_infer_model *model, size_t rows)
{
    static double times[RUNS];
    const size_t calls = 1 + ROWS_OF_RUN / rows;
    const size_t features = nn_infer_features(model), bytes = nn_infer_scratch_bytes(model, rows);
    float *x = calloc(rows * features, sizeof *x), *y = calloc(rows * nn_infer_outputs(model), sizeof *y);
    void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!x || !y || !scratch)
        exit(NN_SYSTEM);
    for (size_t i = 0; i < rows * features; i++)
        x[i] = (float)(i % 17) / 8 - 1;
    for (size_t run = 0; run < RUNS; run++) {
        const double begin = now();
        for (size_t call = 0; call < calls; call++)
            nn_infer_predict_float(model, rows, x, y, scratch);
        times[run] = (now() - begin) / (double)calls;
    }
    qsort(times, RUNS, sizeof *times, by_size);
    printf("%6zu rows: %8.0f ns at least, %8.0f in the median; %zu bytes of scratch\n", rows, times[0], times[RUNS / 2],
           bytes);
    free(x);
    free(y);
    free(scratch);
}

int main(int argc, char **argv)
{
    nn_infer_model *model = NULL;
    nn_error error;
    if (argc < 3 || nn_infer_load(argv[1], &model, &error) != NN_OK) {
        fprintf(stderr, "%s\n", argc < 3 ? "usage: infer_latency MODEL ROWS..." : error.message);
        return NN_USAGE;
    }
    for (int i = 2; i < argc; i++) {
        const size_t rows = (size_t)strtoul(argv[i], NULL, 10);
        measure(model, rows > 0 ? rows : 1);
    }
    nn_infer_free(model);
    return 0;
}
