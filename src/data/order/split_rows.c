#include "data/order/split_rows.h"

#include "support/memory.h"

nn_status nni_split_rows_create(size_t rows, nni_split_rows **result, nn_error *error)
{
    const char what[] = "the choice of rows";
    nni_split_rows *part = NULL;
    NN_TRY(nni_allocate(1, sizeof *part, what, &part, error));
    const nn_status status = nni_allocate(nni_row_set_words(rows), sizeof *part->rows, what, &part->rows, error);
    if (status != NN_OK) {
        nni_split_rows_free(part);
        return status;
    }
    *result = part;
    return NN_OK;
}

void nni_split_rows_free(nni_split_rows *part)
{
    if (!part)
        return;
    nni_release(part->rows);
    nni_release(part);
}
