/* SPDX-License-Identifier: MIT */
#include "train/record/norms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/system/cpu.h"
#include "support/timeline.h"
#include "train/run/gradient_sync.h"

/* Figures of a rank. */
enum { COMPUTE, WAIT, EVALUATE, CHECKPOINT, IO, MEMORY, FIGURES };

static const char *const names[FIGURES] = {"compute", "wait", "evaluate", "checkpoint", "io", "memory"};

/* Of more ranks those are told that compute longest and shortest, so many of each. */
enum { EXTREMES = 32, TOLD = 2 * EXTREMES };

struct nni_record_norms {
    size_t layers, ranks;
    double before[FIGURES]; /* of this rank, at the end of the epoch before */
    double *squares;        /* [layers] of weights */
    double *shared;         /* [layers] of gradients, then [ranks, FIGURES]: each rank's own part, then the sums */
    size_t *order;          /* [ranks] from the slowest to the fastest */
    double *column;         /* [ranks] of those that are told */
};

nn_status nni_record_norms_create(const nni_run *run, nni_record_norms **result, nn_error *error)
{
    static const char what[] = "the records of an epoch";
    nni_record_norms *norms = NULL;
    NN_TRY(nni_allocate(1, sizeof *norms, what, &norms, error));
    *result = norms;
    norms->layers = run->model.network->layer_count;
    norms->ranks = (size_t)run->comm->size;
    NN_TRY(nni_allocate(norms->layers, sizeof *norms->squares, what, &norms->squares, error));
    NN_TRY(nni_allocate(norms->layers + norms->ranks * FIGURES, sizeof *norms->shared, what, &norms->shared, error));
    NN_TRY(nni_allocate(norms->ranks, sizeof *norms->order, what, &norms->order, error));
    return nni_allocate(norms->ranks, sizeof *norms->column, what, &norms->column, error);
}

void nni_record_norms_free(nni_record_norms *norms)
{
    if (!norms)
        return;
    nni_release(norms->squares);
    nni_release(norms->shared);
    nni_release(norms->order);
    nni_release(norms->column);
    nni_release(norms);
}

/* Seconds so far. Evaluation is not counted as computing here. */
static void read_timeline(const nni_timeline *timeline, double figures[FIGURES])
{
    const double *totals = timeline->totals;
    figures[COMPUTE] = totals[NNI_SPAN_LOAD] + totals[NNI_SPAN_FORWARD] + totals[NNI_SPAN_LOSS] +
                       totals[NNI_SPAN_BACKWARD] + totals[NNI_SPAN_UPDATE];
    figures[WAIT] = totals[NNI_SPAN_WAIT];
    figures[EVALUATE] = totals[NNI_SPAN_EVALUATE];
    figures[CHECKPOINT] = totals[NNI_SPAN_CHECKPOINT];
    figures[IO] = totals[NNI_SPAN_READ];
    figures[MEMORY] = 0;
}

void nni_record_norms_begin(nni_record_norms *norms, const nni_run *run)
{
    read_timeline(&run->timeline, norms->before);
}

/* --- the events --- */

static void put_roots(nni_json *json, const char *name, double *squares, size_t count)
{
    for (size_t l = 0; l < count; l++)
        squares[l] = sqrt(squares[l]);
    nni_json_numbers(json, name, squares, count);
}

/* @param unknown  layers, from the first on, whose gradients nobody has computed */
static void put_norms(nni_record_norms *norms, size_t unknown, nni_record_lines *lines, const nni_run *run)
{
    nni_json json;
    if (!nni_record_line(lines, "norms", &json))
        return;
    memset(norms->squares, 0, norms->layers * sizeof *norms->squares);
    nni_optimizer_parameter_squares(run->model.optimizer, run->model.network, norms->squares);
    put_roots(&json, "weight", norms->squares, norms->layers);
    for (size_t l = 0; l < unknown; l++)
        norms->shared[l] = NAN;
    put_roots(&json, "gradient", norms->shared, norms->layers);
    nni_json_end(&json, '}');
}

static const double *figures_of(const nni_record_norms *norms, size_t rank)
{
    return norms->shared + norms->layers + rank * FIGURES;
}

/* The ranks that are told: all in their order, or of many the slowest and the fastest. @return how many */
static size_t choose_ranks(nni_record_norms *norms)
{
    size_t *order = norms->order;
    for (size_t rank = 0; rank < norms->ranks; rank++)
        order[rank] = rank;
    if (norms->ranks <= TOLD)
        return norms->ranks;
    for (size_t i = 0; i < TOLD; i++) { /* from i on, the slowest, then the fastest */
        size_t found = i;
        for (size_t k = i + 1; k < norms->ranks; k++) {
            const double a = figures_of(norms, order[k])[COMPUTE], b = figures_of(norms, order[found])[COMPUTE];
            if (i < EXTREMES ? a > b : a < b)
                found = k;
        }
        const size_t rank = order[i];
        order[i] = order[found];
        order[found] = rank;
    }
    return TOLD;
}

static void put_ranks(nni_record_norms *norms, nni_record_lines *lines)
{
    nni_json json;
    if (!nni_record_line(lines, "ranks", &json))
        return;
    const size_t told = choose_ranks(norms);
    nni_json_count(&json, "ranks", norms->ranks);
    nni_json_begin(&json, "rank", '[');
    for (size_t i = 0; i < told; i++)
        nni_json_count(&json, NULL, norms->order[i]);
    nni_json_end(&json, ']');
    for (size_t figure = 0; figure < FIGURES; figure++) {
        for (size_t i = 0; i < told; i++)
            norms->column[i] = figures_of(norms, norms->order[i])[figure];
        nni_json_numbers(&json, names[figure], norms->column, told);
    }
    nni_json_end(&json, '}');
}

/* One sum over the ranks brings all to rank 0, and holds back who would overwrite gradients that others still read. */
nn_status nni_record_norms_epoch(nni_record_norms *norms, nni_norms_wanted wanted, nni_record_lines *lines,
                                 nni_run *run, nn_error *error)
{
    double now[FIGURES], epoch[FIGURES];
    read_timeline(&run->timeline, now);
    for (size_t figure = 0; figure < FIGURES; figure++)
        epoch[figure] = now[figure] - norms->before[figure];
    memcpy(norms->before, now, sizeof now);
    if (!wanted.norms && !wanted.ranks)
        return NN_OK;
    epoch[MEMORY] = (double)nni_process_memory_peak();
    const size_t count = norms->layers + norms->ranks * FIGURES;
    memset(norms->shared, 0, count * sizeof *norms->shared);
    if (wanted.norms && wanted.stepped)
        nni_gradient_sync_squares(run->model.gradient_sync, norms->shared);
    memcpy(norms->shared + norms->layers + (size_t)run->comm->rank * FIGURES, epoch, sizeof epoch);
    NN_TRY(nn_comm_sum_double(run->comm, norms->shared, count, error));
    if (run->comm->rank != 0)
        return NN_OK;
    if (wanted.norms)
        put_norms(norms, wanted.stepped ? run->model.network->frozen : norms->layers, lines, run);
    if (wanted.ranks)
        put_ranks(norms, lines);
    return NN_OK;
}
