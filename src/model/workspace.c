#include "kernels/gemm.h"
#include "nntrain/memory.h"
#include "nntrain/network.h"

static size_t widest_layer(const nn_network *network)
{
    size_t widest = 0;
    for (size_t l = 0; l < network->layer_count; l++)
        if (network->layers[l].outputs > widest)
            widest = network->layers[l].outputs;
    return widest;
}

static nn_status take_forward(const nn_network *network, size_t threads, nn_workspace *work, nn_error *error)
{
    const size_t rows = work->capacity;
    NN_TRY(nn_allocate(network->layer_count, sizeof *work->activations, "the table of activations", &work->activations,
                       error));
    for (size_t l = 0; l < network->layer_count; l++)
        NN_TRY(nn_allocate(rows * network->layers[l].outputs, sizeof(nn_real), "the activations of a batch",
                           &work->activations[l], error));
    NN_TRY(nn_allocate(rows, sizeof *work->log_sums, "the softmax sums of a batch", &work->log_sums, error));
    NN_TRY(nn_allocate(rows, sizeof *work->row_terms, "the losses of a batch", &work->row_terms, error));
    return nn_gemm_space_create(threads, &work->space, error);
}

static nn_status take_backward(const nn_network *network, nn_workspace *work, nn_error *error)
{
    const size_t deltas = work->capacity * widest_layer(network);
    NN_TRY(nn_allocate(deltas, sizeof(nn_real), "the deltas of a batch", &work->delta, error));
    NN_TRY(nn_allocate(deltas, sizeof(nn_real), "the deltas of a batch", &work->delta_below, error));
    return nn_allocate(network->flat_count + NN_TAIL, sizeof(nn_real), "the gradients", &work->gradients, error);
}

nn_status nn_workspace_create(const nn_network *network, size_t capacity, size_t threads, bool backward,
                              nn_workspace **result, nn_error *error)
{
    size_t elements = 0;
    if (__builtin_mul_overflow(capacity, widest_layer(network), &elements))
        return nn_fail(error, NN_SYSTEM, "out of memory: a batch of %zu rows is too large; make training.batch smaller",
                       capacity);
    nn_workspace *work = NULL;
    NN_TRY(nn_allocate(1, sizeof *work, "the work space", &work, error));
    work->capacity = capacity;
    work->layer_count = network->layer_count;
    nn_status status = take_forward(network, threads, work, error);
    if (status == NN_OK && backward)
        status = take_backward(network, work, error);
    if (status != NN_OK) {
        nn_workspace_free(work);
        return status;
    }
    *result = work;
    return NN_OK;
}

void nn_workspace_free(nn_workspace *work)
{
    if (!work)
        return;
    for (size_t l = 0; work->activations && l < work->layer_count; l++)
        nn_release(work->activations[l]);
    nn_release(work->activations);
    nn_release(work->delta);
    nn_release(work->delta_below);
    nn_release(work->gradients);
    nn_release(work->log_sums);
    nn_release(work->row_terms);
    nn_gemm_space_free(work->space);
    nn_release(work);
}
