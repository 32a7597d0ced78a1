/* SPDX-License-Identifier: MIT */
#include "support/system/launcher.h"

#include <stddef.h>
#include <stdlib.h>

const char *nni_launcher_rank(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"};
    const char *rank = NULL;
    for (size_t i = 0; !rank && i < sizeof names / sizeof *names; i++)
        rank = getenv(names[i]);
    return rank;
}
