/* SPDX-License-Identifier: MIT */
/* Teams of the calling thread alone: who calls libnninfer has threads of his own. */
#include "support/threads/team.h"

size_t nni_team_size(void)
{
    return 1;
}

void nni_team_run(size_t threads, nni_team_body *body, void *context)
{
    (void)threads;
    body(context, 0, 1);
}
