/* SPDX-License-Identifier: MIT */
/** The slowest step and the largest memory of an epoch, and a warning before the memory of a host runs out. */
#ifndef NNI_TRAIN_RUN_RESOURCE_USAGE_H
#define NNI_TRAIN_RUN_RESOURCE_USAGE_H

#include <stdbool.h>

#include "comm/comm.h"
#include "train/run/callback.h"
#include "train/run/output.h"

/** What is kept of it, on this rank. */
typedef struct nni_resource_usage {
    double last_step;     /* clock when the newest step ended, or what came between it and the next */
    double slowest;       /* seconds of the slowest step of the epoch in work */
    double waited_before; /* seconds waited for rows of files before it */
    double available;     /* bytes that the host had left when the training began */
    double checked;       /* clock when that was last looked up */
    bool warned;          /* that it has little left */
} nni_resource_usage;

/** Before the first step. */
void nni_resource_usage_begin(nni_resource_usage *usage);

/** A step has ended. */
void nni_resource_usage_step(nni_resource_usage *usage, double now);

/**
 * The worst figures of an epoch over all ranks, into the report. Warns where memory runs out. Collective.
 *
 * @param waited  seconds that this rank has waited for rows of files since the run began
 */
nn_status nni_resource_usage_epoch(nni_resource_usage *usage, double waited, nn_comm *comm, const nni_output *output,
                                   nni_epoch_report *report, nn_error *error);

#endif
