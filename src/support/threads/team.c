/* SPDX-License-Identifier: MIT */
/* Teams of OpenMP. */
#include "support/threads/team.h"

#include <omp.h>

size_t nni_team_size(void)
{
    return (size_t)omp_get_max_threads();
}

void nni_team_run(size_t threads, nni_team_body *body, void *context)
{
#pragma omp parallel num_threads((int)threads)
    body(context, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());
}
