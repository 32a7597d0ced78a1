/* SPDX-License-Identifier: MIT */
/* The clock of a simulated run; see mpi_shim.h. */
#include <math.h>

#include "sim/mpi_shim.h"

static double addition, waited; /* by yields since this rank computed */

static void pass(double seconds)
{
    if (seconds > 0)
        smpi_execute_flops(seconds * 1e9);
}

void sim_compute(double seconds)
{
    waited = 0;
    pass(seconds);
}

int sim_yield(void)
{
    const double pause = fmax(2e-7, waited / 16);
    waited += pause;
    pass(pause);
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
