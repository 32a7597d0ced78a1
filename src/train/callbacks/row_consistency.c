/* SPDX-License-Identifier: MIT */
/* Rows are read once and trained on for hours. A bit of them that flips goes into every gradient from then on, and the
 * same into all ranks, where no comparison of weights finds it. So a digest of them is taken again after every epoch,
 * and before weights are kept: a hundredth of a second for 100 MB. */
#include <inttypes.h>

#include "data/dataset/digest.h"
#include "support/memory.h"
#include "train/callbacks/callbacks.h"
#include "train/run/notify.h"

enum { SPLITS = 3 };

typedef struct row_digests {
    uint64_t digest[SPLITS]; /* of this rank's rows as the training began */
    uint64_t step;           /* when they were last compared */
} row_digests;

static const nni_dataset *split_of(const nni_run *run, size_t i)
{
    const nni_dataset *const splits[SPLITS] = {run->data.train, run->data.validation, run->data.test};
    return splits[i];
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    (void)error;
    row_digests *digests = self;
    for (size_t i = 0; i < SPLITS; i++)
        if (split_of(run, i))
            digests->digest[i] = nni_dataset_memory_digest(split_of(run, i));
    digests->step = run->progress.counters.step;
    return NN_OK;
}

static nn_status compare(const nni_run *run, const row_digests *digests, nn_error *error)
{
    for (size_t i = 0; i < SPLITS; i++) {
        const nni_dataset *split = split_of(run, i);
        if (split && nni_dataset_memory_digest(split) != digests->digest[i])
            return nn_fail(error, NN_SYSTEM,
                           "rows of %s in the memory of %s are no longer what was read: a fault of the memory there "
                           "between step %" PRIu64 " and %" PRIu64 "; leave that host out and %s%s",
                           split->origin.file, run->comm->host, digests->step, run->progress.counters.step,
                           run->files.last_checkpoint[0] ? "continue with --resume from " : "begin anew",
                           run->files.last_checkpoint);
    }
    return NN_OK;
}

static nn_status check(row_digests *digests, nni_run *run, nn_error *error)
{
    if (digests->step == run->progress.counters.step)
        return NN_OK;
    nn_status status = compare(run, digests, error);
    double failed = status != NN_OK;
    NN_TRY(nni_comm_max_double(run->comm, &failed, 1, error));
    if (failed > 0) {
        nni_notify_finish_write(run);
        if (status != NN_OK)
            status = compare(run, digests, error); /* with the name of the checkpoint that is the newest by now */
        return nn_comm_agree(run->comm, status, error);
    }
    digests->step = run->progress.counters.step;
    return NN_OK;
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    (void)report;
    return check(self, run, error);
}

static nn_status before_write(void *self, nni_run *run, bool *rolled_back, nn_error *error)
{
    (void)rolled_back;
    return check(self, run, error);
}

nn_status nni_callback_row_consistency(nni_run *run, nni_callback *callback, nn_error *error)
{
    *callback = (nni_callback){.self = NULL};
    if (run->recipe->parallel.agree_every == 0)
        return NN_OK;
    row_digests *digests = NULL;
    NN_TRY(nni_allocate(1, sizeof *digests, "the watch for rows", &digests, error));
    *callback = (nni_callback){
        .begin = begin, .epoch = epoch, .before_write = before_write, .free = nni_release, .self = digests};
    return NN_OK;
}
