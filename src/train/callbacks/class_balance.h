/** What a training tells of its data before it begins: what would mislead whoever reads its figures. */
#ifndef NNI_TRAIN_CALLBACKS_CLASS_BALANCE_H
#define NNI_TRAIN_CALLBACKS_CLASS_BALANCE_H

#include "train/run/run.h"

/** Says it, once and short. Collective. */
nn_status nni_warn_of_class_balance(const nni_run *run, nn_error *error);

#endif
