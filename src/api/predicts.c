#include "api/predicts.h"

nn_prediction nni_checkpoint_predicts(const nni_checkpoint *model)
{
    const nn_network *network = model->network;
    const nn_activation last = network->layers[network->layer_count - 1].activation;
    const bool classes = model->provenance.classes > 0 || model->class_names.count > 0;
    if (model->target_scaling->kind != NN_TARGETS_NONE)
        return NN_PREDICTS_VALUES;
    if (last == NN_SOFTMAX || (last == NN_SIGMOID && (network->outputs == 1 || classes)))
        return NN_PREDICTS_CLASSES;
    return last == NN_SIGMOID ? NN_PREDICTS_LABELS : NN_PREDICTS_VALUES;
}
