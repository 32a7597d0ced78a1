/* SPDX-License-Identifier: MIT */
#include "api/workspace.h"

#include <omp.h>
#include <stdatomic.h>

#include "support/memory.h"

/* Rows that evaluation goes through at once, at least. */
enum { LEAST_ROWS = 256 };

/* Whether a work space has configured the threads of this process. */
static atomic_flag configured = ATOMIC_FLAG_INIT;

static nn_status sum_over_ranks(void *context, nni_leaf_range leaves, double *values, size_t count, nn_error *error)
{
    (void)leaves; /* one sum */
    return nn_comm_sum_double(context, values, count, error);
}

static nn_status take(const nn_network *network, size_t capacity, nn_workspace *work, nn_error *error)
{
    if (!atomic_flag_test_and_set(&configured))
        work->threads = nni_threads_configure(work->recipe->parallel.threads, work->comm);
    NN_TRY(nni_workspace_create(network, capacity > LEAST_ROWS ? capacity : LEAST_ROWS, (size_t)omp_get_max_threads(),
                                1, &work->inside, error));
    work->inside->seed = work->recipe->seed;
    if (work->comm->size > 1)
        work->inside->sync = (nni_sync){.sum = sum_over_ranks, .context = work->comm};
    return NN_OK;
}

nn_status nn_workspace_create(const nn_recipe *recipe, const nn_network *network, size_t capacity, nn_comm *comm,
                              nn_workspace **result, nn_error *error)
{
    nn_workspace *work = NULL;
    NN_TRY(nni_allocate(1, sizeof *work, "the work space", &work, error));
    work->recipe = recipe;
    work->comm = comm;
    const nn_status status = take(network, capacity, work, error);
    if (status != NN_OK) {
        nn_workspace_free(work);
        return status;
    }
    *result = work;
    return NN_OK;
}

void nn_workspace_free(nn_workspace *work)
{
    if (!work)
        return;
    nni_workspace_free(work->inside);
    if (work->threads.count > 0) {
        nni_threads_release(&work->threads);
        atomic_flag_clear(&configured);
    }
    nni_release(work);
}

size_t nn_workspace_capacity(const nn_workspace *work)
{
    return work->inside->capacity;
}

nn_status nn_workspace_sum_gradients(nn_workspace *work, nn_error *error)
{
    return nni_comm_sum_real(work->comm, work->inside->gradients, work->inside->flat_pitch, error);
}
