/* SPDX-License-Identifier: MIT */
/** Sections of a recipe: the network and its loss. */
#ifndef NNI_MODEL_SECTIONS_H
#define NNI_MODEL_SECTIONS_H

#include "model/settings.h"
#include "support/setting.h"

extern const nni_setting nni_network_section[], nni_loss_section[];

#endif
