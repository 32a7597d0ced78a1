/* SPDX-License-Identifier: MIT */
#include "train/record/cost.h"

#include <math.h>

#include "train/record/probe.h"

/* Of the work of the epochs between two records of a kind, what the record may take at most. */
static const double share = 0.003;

/* Costs of operations other than products, as the number of multiply-adds (1/20 ns each) that take as long: a line with
 * its way to the file, a figure in it, a sum over ranks, and a value that is squared or counted in a histogram. */
static const double line = 60e3, figure = 2e3, sum = 100e3, square = 4, count = 60;

/* A sample is large enough to see dead units in, and small beside the rows of an epoch. */
static size_t rows_of_sample(const nni_run *run)
{
    enum { LEAST = 32, SHARE = 32 };
    const size_t own = run->data.train->slicing.rows, small = own / SHARE > LEAST ? own / SHARE : LEAST;
    const size_t rows = run->recipe->record.name == NNI_RECORD_FULL || small > NNI_PROBE_ROWS ? NNI_PROBE_ROWS : small;
    return rows < own ? rows : own;
}

/* @param asked  by the recipe; 0: none. @param work  of a record, @param epoch  of an epoch */
static size_t interval_of(const nni_run *run, nni_interval asked, double work, double epoch)
{
    const double least = ceil(work / (share * epoch));
    if (asked.epochs == 0 || run->recipe->record.name == NNI_RECORD_FULL || least <= (double)asked.epochs)
        return asked.epochs;
    return least < 1e9 ? (size_t)least : (size_t)1e9;
}

nni_record_plan nni_record_plan_of(const nni_run *run)
{
    const nni_record_settings *asked = &run->recipe->record;
    const nn_network *network = run->model.network;
    const double parameters = (double)network->parameter_count, layers = (double)network->layer_count;
    const double ranks = run->comm->size, told = fmin(ranks, 64), sums = ranks > 1 ? sum : 0;
    const double epoch = 3 * parameters * (double)run->data.train->slicing.slices.rows / ranks;
    const size_t rows = rows_of_sample(run);
    return (nni_record_plan){
        .norms = interval_of(run, asked->norms, line + sums + 2 * figure * layers + 2 * square * parameters, epoch),
        .ranks = interval_of(run, asked->ranks, line + sums + 7 * figure * told, epoch),
        .histograms = interval_of(
            run, asked->histograms,
            line + 3 * 64 * figure / 4 * layers + 2 * count * parameters + 3 * parameters * (double)rows, epoch),
        .rows = rows,
    };
}
