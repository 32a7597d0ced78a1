/* SPDX-License-Identifier: MIT */
/* The clock of a simulated run; see mpi_shim.h. */
#include "sim/mpi_shim.h"

static double addition;

void sim_compute(double seconds)
{
    if (seconds > 0)
        smpi_execute_flops(seconds * 1e9);
}

int sim_yield(void)
{
    sim_compute(2e-7);
    return 0;
}

void sim_set_addition(double seconds)
{
    addition = seconds;
}

void sim_add(size_t count)
{
    sim_compute((double)count * addition);
}
