/* SPDX-License-Identifier: MIT */
/** Sections of a recipe: optimizer, schedule and regularization. */
#ifndef NNI_OPTIM_SECTIONS_H
#define NNI_OPTIM_SECTIONS_H

#include "optim/settings.h"
#include "support/setting.h"

extern const nni_setting nni_optimizer_section[], nni_schedule_section[], nni_regularization_section[];

/** @return the learning rate of an optimizer whose recipe gives none, as it is written there */
const char *nni_optimizer_usual_rate(nn_optimizer_kind kind);

#endif
