/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/elementwise.h"

#include <omp.h>

#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/isa/isa.h"
#include "support/partition.h"

const nni_elementwise_kernels *nni_elementwise_kernels_in_use(void)
{
    return nni_isa_in_use()->elementwise;
}

/* With fewer elements a second thread costs more than it saves: waking it takes 5 to 10 us, in which one core computes
 * 16 Ki exponentials. */
static const size_t worth_threads = 32768;

void nni_activate(nn_activation activation, nni_real *values, size_t count)
{
    nni_activate_to(activation, values, values, count);
}

void nni_activate_to(nn_activation activation, const nni_real *inputs, nni_real *outputs, size_t count)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    if (nni_alone(count, worth_threads)) {
        kernels->activations[activation].forward(inputs, outputs, count);
        return;
    }
#pragma omp parallel
    {
        nni_partition share = nni_partition_of_thread(count);
        kernels->activations[activation].forward(inputs + share.first, outputs + share.first, share.count);
    }
}

void nni_activate_backward(nn_activation activation, const nni_real *at, nni_real *delta, size_t count)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    if (nni_alone(count, worth_threads)) {
        kernels->activations[activation].backward(at, delta, count);
        return;
    }
#pragma omp parallel
    {
        nni_partition share = nni_partition_of_thread(count);
        kernels->activations[activation].backward(at + share.first, delta + share.first, share.count);
    }
}

static void activate_rows(nn_activation activation, nni_real *values, nni_partition rows, size_t columns)
{
    enum { TOGETHER = 2048 }; /* values; no more than a cache of level 1 holds beside others */
    const nni_activation_entry *entry = &nni_elementwise_kernels_in_use()->activations[activation];
    const size_t most = columns < TOGETHER ? TOGETHER / columns : 1, end = rows.first + rows.count;
    for (size_t i = rows.first; i < end; i += most)
        entry->forward_rows(values + i * columns, end - i < most ? end - i : most, columns);
}

void nni_activate_rows(nn_activation activation, nni_real *values, size_t rows, size_t columns)
{
    if (columns == 0)
        return;
    if (!nni_activation_of(activation)->over_rows) {
        nni_activate(activation, values, rows * columns);
    } else if (nni_alone(rows * columns, worth_threads)) {
        activate_rows(activation, values, (nni_partition){0, rows}, columns);
    } else {
#pragma omp parallel
        activate_rows(activation, values, nni_partition_of_calling(rows), columns);
    }
}

void nni_activate_row_backward(nn_activation activation, const nni_real *a, size_t columns, nni_real *delta)
{
    nni_elementwise_kernels_in_use()->activations[activation].backward_row(a, columns, delta);
}

void nni_add(const nni_real *terms, nni_real *sums, size_t count)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    if (nni_alone(count, worth_threads)) {
        kernels->add(terms, sums, count);
        return;
    }
#pragma omp parallel
    {
        nni_partition share = nni_partition_of_thread(count);
        kernels->add(terms + share.first, sums + share.first, share.count);
    }
}

static void sum_columns(const nni_real *matrix, size_t rows, size_t columns, nni_partition share, nni_real *sums)
{
    nni_elementwise_kernels_in_use()->sum_columns(matrix + share.first, rows, columns, share.count, sums + share.first);
}

void nni_column_sums(const nni_real *matrix, size_t rows, size_t columns, nni_real *sums)
{
    if (nni_alone(rows * columns, worth_threads)) {
        sum_columns(matrix, rows, columns, (nni_partition){0, columns}, sums);
        return;
    }
#pragma omp parallel
    sum_columns(matrix, rows, columns, nni_partition_of_thread(columns), sums);
}

bool nni_all_finite(const nni_real *values, size_t count)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    if (nni_alone(count, 4 * worth_threads))
        return kernels->all_finite(values, count);
    bool finite = true;
#pragma omp parallel reduction(&& : finite)
    {
        nni_partition share = nni_partition_of_thread(count);
        finite = kernels->all_finite(values + share.first, share.count);
    }
    return finite;
}
