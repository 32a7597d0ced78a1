/* SPDX-License-Identifier: MIT */
#include "train/loss_allreduce.h"

#include <math.h>

#include "comm/allreduce/messages.h"
#include "model/partial_sums.h"
#include "support/memory.h"

/* What is summed. */
enum { LOSS, STOP, LOAD_FAILED, GRADIENTS_BAD, VALUES };

struct nni_loss_allreduce {
    nni_leaf_range leaves; /* of this rank */
    nni_messages *messages;
    double *leaf_losses; /* [leaves.count] of the step in work */
    double *stack;       /* [height of the stack, VALUES]; once summed, the first are the sums */
};

/* Batches are added up leaf by leaf, which any number of ranks does alike. */
bool nni_loss_allreduce_add(nni_loss_allreduce *allreduce, const nni_workspace *work, const nni_batch *batch,
                            bool first)
{
    size_t whole[2];
    const nni_leaf_rows leaves = nni_batch_leaves(batch, whole);
    bool finite = true;
    for (size_t leaf = 0; leaf < leaves.run.count; leaf++) {
        const size_t begin = leaves.begin[leaf], rows = leaves.begin[leaf + 1] - begin;
        const double loss = nni_loss_of_rows(work, begin, rows) / (double)batch->global_rows;
        allreduce->leaf_losses[leaf] = first ? loss : allreduce->leaf_losses[leaf] + loss;
        finite = finite && isfinite(loss);
    }
    return finite;
}

nn_status nni_loss_allreduce_start(nni_loss_allreduce *allreduce, nni_loss_flags flags, nn_error *error)
{
    const nni_leaf_range leaves = allreduce->leaves;
    size_t height = 0;
    for (size_t leaf = 0; leaf < leaves.count; leaf++) {
        double *top = allreduce->stack + height * VALUES;
        top[LOSS] = allreduce->leaf_losses[leaf];
        top[STOP] = flags.stop_requested;
        top[LOAD_FAILED] = flags.load_failed;
        top[GRADIENTS_BAD] = flags.gradients_bad;
        height = nni_join_doubles(leaves, leaves.first + leaf, allreduce->stack, VALUES, height + 1, VALUES);
    }
    return nni_messages_start(allreduce->messages, allreduce->stack, VALUES, VALUES, error);
}

nn_status nni_loss_allreduce_finish(nni_loss_allreduce *allreduce, nni_loss_sum *sum, nn_error *error)
{
    const double *sums = allreduce->stack;
    NN_TRY(nni_messages_finish(allreduce->messages, error));
    *sum = (nni_loss_sum){
        .loss = sums[LOSS],
        .flags = {.stop_requested = sums[STOP] > 0,
                  .load_failed = sums[LOAD_FAILED] > 0,
                  .gradients_bad = sums[GRADIENTS_BAD] > 0},
    };
    return NN_OK;
}

static nn_status take_memory(nni_loss_allreduce *allreduce, nn_error *error)
{
    const nni_leaf_range leaves = allreduce->leaves;
    NN_TRY(nni_allocate(leaves.count, sizeof *allreduce->leaf_losses, "the losses of a step", &allreduce->leaf_losses,
                        error));
    return nni_allocate(nni_sum_tree_height(leaves), VALUES * sizeof *allreduce->stack, "the loss of a step",
                        &allreduce->stack, error);
}

nn_status nni_loss_allreduce_create(nn_comm *comm, size_t tree_leaves, nni_leaf_range leaves,
                                    nni_loss_allreduce **result, nn_error *error)
{
    const nni_messages_plan plan = {.leaves = tree_leaves, .element = NNI_DOUBLE, .most = VALUES, .tag = NNI_TAG_LOSS};
    nni_loss_allreduce *allreduce = NULL;
    NN_TRY(
        nn_comm_agree(comm, nni_allocate(1, sizeof *allreduce, "the loss over all ranks", &allreduce, error), error));
    allreduce->leaves = leaves;
    nn_status status = nn_comm_agree(comm, take_memory(allreduce, error), error);
    if (status == NN_OK)
        status = nni_messages_create(comm, &plan, &allreduce->messages, error);
    if (status != NN_OK) {
        nni_loss_allreduce_free(allreduce);
        return status;
    }
    *result = allreduce;
    return NN_OK;
}

void nni_loss_allreduce_free(nni_loss_allreduce *allreduce)
{
    if (!allreduce)
        return;
    nni_messages_free(allreduce->messages);
    nni_release(allreduce->leaf_losses);
    nni_release(allreduce->stack);
    nni_release(allreduce);
}
