/* SPDX-License-Identifier: MIT */
#include "data/dataset/spec.h"

#include "kernels/elementwise/activation.h"

nni_dataset_spec nni_dataset_spec_of(const nni_split_settings *split, const nni_split_settings *train)
{
    const nni_split_settings *x = split->x_columns_count > 0 ? split : train;
    const nni_split_settings *y = split->y_columns_count > 0 ? split : train;
    return (nni_dataset_spec){
        .file = split->file,
        .files = (const char *const *)split->files,
        .file_count = split->files_count,
        .x = split->x,
        .y = split->y,
        .w = split->w,
        .x_columns = (const char *const *)x->x_columns,
        .x_column_count = x->x_columns_count,
        .y_columns = (const char *const *)y->y_columns,
        .y_column_count = y->y_columns_count,
    };
}

nni_head nni_head_of(const nni_network_settings *network, const nni_loss_settings *loss)
{
    if (network->layers_count == 0)
        return (nni_head){.loss = loss->name};
    const nni_layer_settings last = network->layers[network->layers_count - 1];
    return (nni_head){last.units, last.activation, loss->name};
}

size_t nni_head_classes(nni_head head)
{
    const bool probability = nni_activation_of(head.activation)->outputs == NNI_PROBABILITIES;
    return head.outputs > 1 ? head.outputs : head.outputs == 1 && probability ? 2 : 0;
}
