#include "kernels/elementwise/elementwise.h"

#include <omp.h>

#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/isa/isa.h"
#include "support/partition.h"

const nni_elementwise_kernels *nni_elementwise_kernels_in_use(void)
{
    return nni_isa_in_use()->elementwise;
}

/* Below this many elements a second thread costs more than it saves: waking it takes 5 to 10 us, in which one core
 * computes 16 Ki exponentials. */
static const size_t worth_threads = 32768;

void nni_activate(nn_activation activation, nni_real *values, size_t count)
{
    nni_activate_to(activation, values, values, count);
}

void nni_activate_to(nn_activation activation, const nni_real *inputs, nni_real *outputs, size_t count)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    if (nni_alone(count, worth_threads)) {
        kernels->activate[activation](inputs, outputs, count);
        return;
    }
#pragma omp parallel
    {
        nni_partition share = nni_partition_of_thread(count);
        kernels->activate[activation](inputs + share.first, outputs + share.first, share.count);
    }
}

bool nni_activation_needs_input(nn_activation activation)
{
    return activation == NN_GELU || activation == NN_GELU_TANH || activation == NN_SILU;
}

void nni_activate_backward(nn_activation activation, const nni_real *at, nni_real *delta, size_t count)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    if (nni_alone(count, worth_threads)) {
        kernels->activate_backward[activation](at, delta, count);
        return;
    }
#pragma omp parallel
    {
        nni_partition share = nni_partition_of_thread(count);
        kernels->activate_backward[activation](at + share.first, delta + share.first, share.count);
    }
}

static void softmax_share(nni_real *logits, nni_partition rows, size_t columns, nni_real *log_sums)
{
    enum { TOGETHER = 2048 }; /* values; no more than a cache of level 1 holds beside others */
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    const size_t most = columns < TOGETHER ? TOGETHER / columns : 1, end = rows.first + rows.count;
    for (size_t i = rows.first; i < end; i += most) {
        const size_t count = end - i < most ? end - i : most;
        kernels->softmax_rows(logits + i * columns, count, columns, log_sums ? log_sums + i : NULL);
    }
}

void nni_softmax_rows(nni_real *logits, size_t rows, size_t columns, nni_real *log_sums)
{
    if (columns == 0)
        return;
    if (nni_alone(rows * columns, worth_threads)) {
        softmax_share(logits, (nni_partition){0, rows}, columns, log_sums);
        return;
    }
#pragma omp parallel
    softmax_share(logits, nni_partition_of_calling(rows), columns, log_sums);
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
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    for (size_t j = share.first; j < share.first + share.count; j++)
        sums[j] = 0;
    for (size_t i = 0; i < rows; i++)
        kernels->add(matrix + i * columns + share.first, sums + share.first, share.count);
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
