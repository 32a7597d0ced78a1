/* SPDX-License-Identifier: MIT */
/** The event `histograms`: weights, activations and gradients by layer, and units that are dead. */
#ifndef NNI_TRAIN_RECORD_HISTOGRAMS_H
#define NNI_TRAIN_RECORD_HISTOGRAMS_H

#include "train/record/lines.h"
#include "train/record/probe.h"

/** Runs the rows of a probe through the network, and writes the event. Local, on rank 0. */
void nni_record_histograms(nni_probe *probe, nni_record_lines *lines);

#endif
