/* SPDX-License-Identifier: MIT */
/* The memory of a simulated run; see mpi_shim.h. */
#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mpi_shim.h"

/* Arrays of gradients have elements of 4 bytes, and rounded messages of 2. What takes fewer bytes is not worth it, and
 * may be a table of ranks. */
enum { GRADIENT = 4, ROUNDED = 2, FEW = 1 << 16 };

static void *folded;

void sim_fold(size_t bytes)
{
    folded = SMPI_SHARED_MALLOC(bytes);
}

void *sim_folded(void)
{
    return folded;
}

nn_status nni_reserve(size_t count, size_t size, const char *what, void *memory, nn_error *error)
{
    void *taken = (size == GRADIENT || size == ROUNDED) && count * size >= FEW ? folded : calloc(count + 1, size);
    if (!taken)
        return nn_fail(error, NN_SYSTEM, "out of memory: no room for %s", what);
    memcpy(memory, &taken, sizeof taken);
    return NN_OK;
}

nn_status nni_allocate(size_t count, size_t size, const char *what, void *memory, nn_error *error)
{
    return nni_reserve(count, size, what, memory, error);
}

/* A simulated run is one step; its end releases everything. */
void nni_release(void *memory)
{
    (void)memory;
}
