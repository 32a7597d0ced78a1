/* SPDX-License-Identifier: MIT */
/** The events `norms` and `ranks`: Euclidean norms of weights and gradients by layer, and where the ranks' time went.
 */
#ifndef NNI_TRAIN_RECORD_NORMS_H
#define NNI_TRAIN_RECORD_NORMS_H

#include "train/record/lines.h"

typedef struct nni_record_norms nni_record_norms;

/** Takes what it needs. Local. */
nn_status nni_record_norms_create(const nni_run *run, nni_record_norms **norms, nn_error *error);
void nni_record_norms_free(nni_record_norms *norms);

/** The times of an epoch count from here: at the beginning. Local. */
void nni_record_norms_begin(nni_record_norms *norms, const nni_run *run);

/** What this is asked for after an epoch. */
typedef struct nni_norms_wanted {
    bool norms, ranks;
    bool stepped; /**< whether this session has made a step of the epoch: gradients are of its last one */
} nni_norms_wanted;

/** After an epoch: writes the events that are wanted. Collective: all ranks wait for all. */
nn_status nni_record_norms_epoch(nni_record_norms *norms, nni_norms_wanted wanted, nni_record_lines *lines,
                                 nni_run *run, nn_error *error);

#endif
