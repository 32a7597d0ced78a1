/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/elementwise.h"

#include <stdatomic.h>

#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/isa/isa.h"
#include "support/threads/team.h"

const nni_elementwise_kernels *nni_elementwise_kernels_in_use(void)
{
    return nni_isa_in_use()->elementwise;
}

/* With fewer elements a second thread costs more than it saves: waking it takes 5 to 10 us, in which one core computes
 * 16 Ki exponentials. */
static const size_t worth_threads = 32768;

/* Arrays that threads divide: `from` is only read, `to` is written. */
typedef struct arrays {
    const nni_elementwise_kernels *kernels;
    const nni_activation_entry *entry;
    const nni_real *from;
    nni_real *to;
    size_t rows, columns;
    atomic_bool finite;
} arrays;

static void divide(arrays *of, size_t count, nni_team_share *share)
{
    nni_team_divide_work(count, worth_threads, count, NNI_TEAM_LINE, share, of);
}

void nni_activate(nn_activation activation, nni_real *values, size_t count)
{
    nni_activate_to(activation, values, values, count);
}

static void activate_share(void *context, nni_partition share)
{
    const arrays *of = context;
    of->entry->forward(of->from + share.first, of->to + share.first, share.count);
}

void nni_activate_to(nn_activation activation, const nni_real *inputs, nni_real *outputs, size_t count)
{
    const nni_activation_entry *entry = &nni_elementwise_kernels_in_use()->activations[activation];
    divide(&(arrays){.entry = entry, .from = inputs, .to = outputs}, count, activate_share);
}

static void activate_backward_share(void *context, nni_partition share)
{
    const arrays *of = context;
    of->entry->backward(of->from + share.first, of->to + share.first, share.count);
}

void nni_activate_backward(nn_activation activation, const nni_real *at, nni_real *delta, size_t count)
{
    const nni_activation_entry *entry = &nni_elementwise_kernels_in_use()->activations[activation];
    divide(&(arrays){.entry = entry, .from = at, .to = delta}, count, activate_backward_share);
}

static void activate_rows(void *context, nni_partition rows)
{
    enum { TOGETHER = 2048 }; /* values; no more than a cache of level 1 holds beside others */
    const arrays *of = context;
    const size_t most = of->columns < TOGETHER ? TOGETHER / of->columns : 1, end = rows.first + rows.count;
    for (size_t i = rows.first; i < end; i += most)
        of->entry->forward_rows(of->to + i * of->columns, end - i < most ? end - i : most, of->columns);
}

void nni_activate_rows(nn_activation activation, nni_real *values, size_t rows, size_t columns)
{
    if (columns == 0)
        return;
    if (!nni_activation_of(activation)->over_rows) {
        nni_activate(activation, values, rows * columns);
        return;
    }
    const nni_activation_entry *entry = &nni_elementwise_kernels_in_use()->activations[activation];
    nni_team_divide_work(rows * columns, worth_threads, rows, 1, activate_rows,
                         &(arrays){.entry = entry, .to = values, .columns = columns});
}

void nni_activate_row_backward(nn_activation activation, const nni_real *a, size_t columns, nni_real *delta)
{
    nni_elementwise_kernels_in_use()->activations[activation].backward_row(a, columns, delta);
}

static void add_share(void *context, nni_partition share)
{
    const arrays *of = context;
    of->kernels->add(of->from + share.first, of->to + share.first, share.count);
}

void nni_add(const nni_real *terms, nni_real *sums, size_t count)
{
    divide(&(arrays){.kernels = nni_elementwise_kernels_in_use(), .from = terms, .to = sums}, count, add_share);
}

static void sum_columns(void *context, nni_partition share)
{
    const arrays *of = context;
    of->kernels->sum_columns(of->from + share.first, of->rows, of->columns, share.count, of->to + share.first);
}

void nni_column_sums(const nni_real *matrix, size_t rows, size_t columns, nni_real *sums)
{
    nni_team_divide_work(
        rows * columns, worth_threads, columns, NNI_TEAM_LINE, sum_columns,
        &(arrays){
            .kernels = nni_elementwise_kernels_in_use(), .from = matrix, .to = sums, .rows = rows, .columns = columns});
}

static void check_share(void *context, nni_partition share)
{
    arrays *of = context;
    if (!of->kernels->all_finite(of->from + share.first, share.count))
        of->finite = false;
}

bool nni_all_finite(const nni_real *values, size_t count)
{
    arrays of = {.kernels = nni_elementwise_kernels_in_use(), .from = values, .finite = true};
    nni_team_divide_work(count, 4 * worth_threads, count, NNI_TEAM_LINE, check_share, &of);
    return of.finite;
}
