/* Rows are read once and trained on for hours. A bit of them that flips goes into every gradient from then on, and the
 * same into all ranks, where no comparison of weights finds it. So a digest of them is taken again after every epoch,
 * and before weights are kept: a hundredth of a second for 100 MB. */
#include <inttypes.h>

#include "data/dataset/digest.h"
#include "support/memory.h"
#include "train/callbacks/callbacks.h"

enum { SPLITS = 3 };

struct nni_row_consistency {
    uint64_t digest[SPLITS]; /* of this rank's rows as the training began */
    uint64_t step;           /* of the newest look */
};

static const nni_dataset *split_of(const nni_run *run, size_t i)
{
    const nni_dataset *const splits[SPLITS] = {run->train, run->validation, run->test};
    return splits[i];
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    (void)error;
    nni_row_consistency *watch = self;
    for (size_t i = 0; i < SPLITS; i++)
        if (split_of(run, i))
            watch->digest[i] = nni_dataset_memory_digest(split_of(run, i));
    watch->step = run->progress.step;
    return NN_OK;
}

static nn_status look(const nni_run *run, const nni_row_consistency *watch, nn_error *error)
{
    for (size_t i = 0; i < SPLITS; i++) {
        const nni_dataset *split = split_of(run, i);
        if (split && nni_dataset_memory_digest(split) != watch->digest[i])
            return nn_fail(error, NN_SYSTEM,
                           "rows of %s in the memory of %s are no longer what was read: a fault of the memory there "
                           "between step %" PRIu64 " and %" PRIu64 "; leave that host out and %s%s",
                           split->origin.file, run->comm->host, watch->step, run->progress.step,
                           run->last_checkpoint[0] ? "continue with --resume from " : "begin anew",
                           run->last_checkpoint);
    }
    return NN_OK;
}

nn_status nni_run_check_row_consistency(nni_run *run, nn_error *error)
{
    nni_row_consistency *watch = run->row_watch;
    if (!watch || watch->step == run->progress.step)
        return NN_OK;
    nn_status status = look(run, watch, error);
    double failed = status != NN_OK;
    NN_TRY(nni_comm_max_double(run->comm, &failed, 1, error));
    if (failed > 0) {
        nni_run_finish_checkpoints(run);
        if (status != NN_OK)
            status = look(run, watch, error); /* with the name of the checkpoint that is the newest by now */
        return nn_comm_agree(run->comm, status, error);
    }
    watch->step = run->progress.step;
    return NN_OK;
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    (void)self;
    (void)report;
    return nni_run_check_row_consistency(run, error);
}

nn_status nni_callback_row_consistency(nni_run *run, nni_callback *observer, nn_error *error)
{
    *observer = (nni_callback){.self = NULL};
    if (run->recipe->parallel.agree_every == 0)
        return NN_OK;
    NN_TRY(nni_allocate(1, sizeof *run->row_watch, "the watch for rows", &run->row_watch, error));
    *observer = (nni_callback){.begin = begin, .epoch = epoch, .free = nni_release, .self = run->row_watch};
    return NN_OK;
}
