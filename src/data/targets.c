/* Targets fitted to a network. */
#include "nntrain/dataset.h"
#include "nntrain/memory.h"

static nn_status check_classes(const nn_dataset *dataset, size_t outputs, nn_error *error)
{
    for (size_t row = 0; row < dataset->rows; row++)
        if ((size_t)dataset->classes[row] >= outputs)
            return nn_fail(
                error, NN_DATA, "%s: row %zu of %s is class %d, but the network has %zu outputs, for classes 0 to %zu",
                dataset->file, dataset->first_row + row, dataset->y_name, dataset->classes[row], outputs, outputs - 1);
    return NN_OK;
}

static nn_status classes_to_values(nn_dataset *dataset, nn_error *error)
{
    NN_TRY(nn_allocate(dataset->rows, sizeof *dataset->values, "the targets", &dataset->values, error));
    for (size_t row = 0; row < dataset->rows; row++)
        dataset->values[row] = (nn_real)dataset->classes[row];
    nn_release(dataset->classes);
    dataset->classes = NULL;
    dataset->target = NN_TARGET_VALUES;
    dataset->binary = dataset->outputs <= 2; /* 1 + the largest class of all ranks */
    dataset->outputs = 1;
    return NN_OK;
}

nn_status nn_dataset_fit_targets(nn_dataset *dataset, size_t outputs, nn_comm *comm, nn_error *error)
{
    nn_status status = NN_OK;
    if (dataset->target == NN_TARGET_CLASSES)
        status = outputs == 1 ? classes_to_values(dataset, error) : check_classes(dataset, outputs, error);
    else if (dataset->target == NN_TARGET_VALUES && dataset->outputs != outputs)
        status = nn_fail(error, NN_DATA, "%s: %s has %zu values a row, but the network has %zu outputs", dataset->file,
                         dataset->y_name, dataset->outputs, outputs);
    return nn_comm_agree(comm, status, error);
}
