/* SPDX-License-Identifier: MIT */
#include "checkpoint/trained.h"

#include "kernels/elementwise/activation.h"

nn_prediction nni_checkpoint_predicts(const nni_checkpoint *model)
{
    const nn_network *network = model->network;
    const nni_output_kind outputs = nni_activation_of(network->layers[network->layer_count - 1].activation)->outputs;
    const bool classes = model->provenance.classes > 0 || model->class_names.count > 0;
    if (model->target_scaling->kind != NN_TARGETS_NONE)
        return NN_PREDICTS_VALUES;
    if (outputs == NNI_DISTRIBUTION || (outputs == NNI_PROBABILITIES && (network->outputs == 1 || classes)))
        return NN_PREDICTS_CLASSES;
    return outputs == NNI_PROBABILITIES ? NN_PREDICTS_LABELS : NN_PREDICTS_VALUES;
}

nni_trained nni_trained_of(const nni_checkpoint *model)
{
    return (nni_trained){.network = model->network,
                         .feature_scaler = model->normalization,
                         .target_scaler = model->target_scaling,
                         .predicts = nni_checkpoint_predicts(model),
                         .class_names = &model->class_names,
                         .names_are_labels = model->names_are_labels,
                         .feature_names = &model->feature_names,
                         .epochs = model->progress.epoch,
                         .classes = model->provenance.classes,
                         .recipe = model->recipe,
                         .data_file = model->provenance.data_file,
                         .data_digest = model->provenance.data_digest};
}
