/* SPDX-License-Identifier: MIT */
#include "data/order/row_set.h"

#include "support/memory.h"

nn_status nni_row_set_create(size_t rows, nni_row_set **set, nn_error *error)
{
    const size_t words = rows / 64 + 1;
    NN_TRY(nni_allocate(1, sizeof **set + words * sizeof *(*set)->word, "the choice of rows", set, error));
    (*set)->words = words;
    return NN_OK;
}

void nni_row_set_free(nni_row_set *set)
{
    nni_release(set);
}
