#include <omp.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "nntrain/train.h"

size_t nn_threads_configure(size_t requested, const nn_comm *comm)
{
    size_t threads = requested;
    if (threads == 0 && getenv("OMP_NUM_THREADS"))
        threads = (size_t)omp_get_max_threads();
    if (threads == 0)
        threads = nn_cpu_bound_cores() / (size_t)(comm->core_sharers > 0 ? comm->core_sharers : 1);
    if (threads == 0)
        threads = 1;
    omp_set_dynamic(0);
    omp_set_num_threads((int)threads);
    return threads;
}
