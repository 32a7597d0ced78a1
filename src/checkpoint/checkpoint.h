/* SPDX-License-Identifier: MIT */
/**
 * Checkpoints: HDF5 files that hold a model, the state of its training, and where both came from.
 *
 * A file appears under its name only when it is complete and on the disk, and is verified before anything in it is
 * used: it begins with a 512-byte text block that seals what follows with its length and XXH3 digest. HDF5 readers
 * skip that block.
 */
#ifndef NNI_CHECKPOINT_CHECKPOINT_H
#define NNI_CHECKPOINT_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "comm/comm.h"
#include "model/feature_scaler.h"
#include "model/network.h"
#include "model/target_scaler.h"
#include "nntrain/status.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "support/string_set.h"

/** How far a training is. */
typedef struct nni_progress {
    uint64_t epoch;      /**< complete epochs */
    uint64_t step;       /**< updates of all epochs */
    uint64_t epoch_step; /**< updates of the epoch in work */
    double epoch_loss;   /**< sum of loss * rows over the steps of the epoch in work */
    uint64_t skipped;    /**< rows of the epoch in work whose steps were skipped, which epoch_loss is without */
    double best;         /**< best value of the metric that early stopping follows so far; NaN: none yet */
    uint64_t best_epoch; /**< complete epochs when it was reached */
    uint64_t patience;   /**< epochs since it last improved by more than the tolerance */
    double seconds;      /**< time trained, evaluation included */
    nni_schedule_state schedule;
} nni_progress;

/** Where a model came from. */
typedef struct nni_provenance {
    char version[32]; /**< of nntrain */
    uint64_t ranks, threads, hosts;
    char data_file[1024];
    uint64_t data_bytes;  /**< size of that file */
    uint64_t data_digest; /**< nni_dataset_digest of the training split */
    uint64_t classes;     /**< that its targets were numbers of; 0: they were values, or an older version wrote this */
} nni_provenance;

/** What a checkpoint file holds. nni_checkpoint_write borrows everything; what nni_checkpoint_read gives owns it. */
typedef struct nni_checkpoint {
    nn_network *network;
    nni_feature_scaler *normalization;
    nni_target_scaler *target_scaling; /**< written: NULL for targets as they are */
    nni_optimizer *optimizer;          /**< settings, state and count of steps; read: the settings are the kind alone */
    nni_progress progress;
    nni_provenance provenance;
    char *recipe;                 /**< the resolved recipe */
    nni_string_set class_names;   /**< in the order of the outputs; empty: classes are numbers alone */
    bool names_are_labels;        /**< the names are the whole numbers that the training's y held */
    nni_string_set feature_names; /**< [inputs]; empty: unknown */
} nni_checkpoint;

/** Memory that checkpoints are serialized to. Kept from one to the next, since the system takes longer to find it anew
 * than HDF5 to fill it. Zeroed, it is empty and ready for use. */
typedef struct nni_checkpoint_buffer {
    char *bytes;     /**< the seal, then the file as HDF5 serializes it */
    size_t capacity; /**< for the latter */
} nni_checkpoint_buffer;

void nni_checkpoint_buffer_free(nni_checkpoint_buffer *buffer);

/**
 * Writes a checkpoint: to a temporary name in the same folder, synchronised to the disk, then renamed. Local: rank 0
 * alone calls it.
 *
 * @param buffer  to be used and kept; NULL: memory of its own, for the time being
 * @return NN_SYSTEM naming the file and the reason; an earlier file of that name is then still there
 */
nn_status nni_checkpoint_write(const char *path, const nni_checkpoint *checkpoint, nni_checkpoint_buffer *buffer,
                               nn_error *error);

/**
 * Writes such a file from all ranks, each of which has the optimizer's state of its own parts alone: no rank needs
 * memory for the others', nor for the file. The datasets of that state have no Fletcher32 of their own; the seal guards
 * them like all else. Collective.
 *
 * @param path        in a folder that rank 0 sees, and the others better see too: else their parts go through rank 0
 * @param checkpoint  rank 0's, but for the state
 * @return NN_SYSTEM naming the file and the reason, on all ranks; an earlier file of that name is then still there
 */
nn_status nni_checkpoint_write_parallel(const char *path, nn_comm *comm, const nni_checkpoint *checkpoint,
                                        nn_error *error);

/**
 * Reads and verifies a checkpoint. Collective: rank 0 reads, all ranks receive, but for the optimizer's state: the
 * others have none of it.
 *
 * @param checkpoint  receives a checkpoint to be freed with nni_checkpoint_free
 * @return NN_DATA where the file is missing, no checkpoint, damaged or truncated
 */
nn_status nni_checkpoint_read(const char *path, nn_comm *comm, nni_checkpoint **checkpoint, nn_error *error);

/** The same without other ranks, with the optimizer's state. Local. */
nn_status nni_checkpoint_read_local(const char *path, nni_checkpoint **checkpoint, nn_error *error);

/** Gives each rank's optimizer, of the same network and settings, the state of the parts that it updates, and the count
 * of steps. Collective. @param checkpoint  rank 0's has the state */
nn_status nni_checkpoint_send_state(nn_comm *comm, const nni_checkpoint *checkpoint, nni_optimizer *optimizer,
                                    nn_error *error);

/** Frees what they gave; NULL is fine. */
void nni_checkpoint_free(nni_checkpoint *checkpoint);

/** @return whether a file begins like a checkpoint, intact or not. Local. */
bool nni_checkpoint_is_sealed(const char *path);

/** @return NN_OK where the seal of a file holds; NN_DATA saying what is wrong with it. Local. */
nn_status nni_checkpoint_verify(const char *path, nn_error *error);

#endif
