/* SPDX-License-Identifier: MIT */
#include "comm/backend.h"

nn_status nni_comm_check(int code, const char *what, nn_error *error)
{
    if (code == MPI_SUCCESS)
        return NN_OK;
    char reason[MPI_MAX_ERROR_STRING] = "unknown reason";
    int length = 0;
    MPI_Error_string(code, reason, &length);
    return nn_fail(error, NN_SYSTEM, "MPI could not %s: %s", what, reason);
}
