/* SPDX-License-Identifier: MIT */
/** The initialisers of weights: nni_network_initialize (network.h) draws by them. To add one, see README.md. */
#ifndef NNI_MODEL_INITIALIZE_H
#define NNI_MODEL_INITIALIZE_H

#include "model/network.h"
#include "support/setting.h"

/** Entries begin with an nni_kind; the rest is known to initialize.c alone. */
extern const nni_domain nni_initializer_domain;

#endif
