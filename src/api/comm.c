/* SPDX-License-Identifier: MIT */
#include "comm/comm.h"

int nn_comm_rank(const nn_comm *comm)
{
    return comm->rank;
}

int nn_comm_size(const nn_comm *comm)
{
    return comm->size;
}

nn_status nn_comm_sum_float(nn_comm *comm, float *values, size_t count, nn_error *error)
{
    return nni_comm_sum_real(comm, values, count, error);
}
