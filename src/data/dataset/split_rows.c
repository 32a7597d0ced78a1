#include "data/dataset/split_rows.h"

#include "support/memory.h"

nn_status nn_part_create(size_t rows, nn_part **result, nn_error *error)
{
    const char what[] = "the choice of rows";
    nn_part *part = NULL;
    NN_TRY(nn_allocate(1, sizeof *part, what, &part, error));
    const nn_status status = nn_allocate(nn_bits_words(rows), sizeof *part->rows, what, &part->rows, error);
    if (status != NN_OK) {
        nn_part_free(part);
        return status;
    }
    *result = part;
    return NN_OK;
}

void nn_part_free(nn_part *part)
{
    if (!part)
        return;
    nn_release(part->rows);
    nn_release(part);
}
