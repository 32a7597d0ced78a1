/* State that ranks keep of their own shares of the parameters alone (ZeRO, stage 1), whole again for a checkpoint.
 *
 * Rank 0 takes memory for it each time, like the image of the file that it composes: between checkpoints no rank has
 * more than its share. */
#include <string.h>

#include "train/run.h"

bool nn_run_shards_state(const nn_run *run)
{
    return run->recipe->optimizer.shard_state && run->comm->size > 1 &&
           nn_optimizer_state_count(&run->recipe->optimizer) > 0;
}

static nn_status bring(const nn_run *run, size_t state, size_t rank, nn_optimizer *whole, nn_error *error)
{
    size_t first = 0, count = 0;
    nn_optimizer_share(run->optimizer, rank, (size_t)run->comm->size, &first, &count);
    nn_real *values = whole ? whole->state[state] + first : run->optimizer->state[state];
    return nn_comm_bring(run->comm, (int)rank, values, count, error);
}

static nn_status bring_all(const nn_run *run, nn_optimizer *whole, nn_error *error)
{
    const size_t ranks = (size_t)run->comm->size, me = (size_t)run->comm->rank;
    const nn_optimizer *own = run->optimizer;
    for (size_t state = 0; state < own->state_count; state++) {
        if (whole)
            memcpy(whole->state[state] + own->first, own->state[state], own->count * sizeof(nn_real));
        for (size_t rank = 1; rank < ranks; rank++)
            if (me == 0 || me == rank)
                NN_TRY(bring(run, state, rank, whole, error));
    }
    return NN_OK;
}

nn_status nn_run_collect_state(const nn_run *run, nn_optimizer **whole, nn_error *error)
{
    *whole = run->optimizer;
    if (!nn_run_shards_state(run))
        return NN_OK;
    nn_status status = NN_OK;
    *whole = NULL;
    if (run->comm->rank == 0)
        status = nn_optimizer_create(&run->recipe->optimizer, &run->recipe->regularization, run->network, whole, error);
    NN_TRY(nn_comm_follow(run->comm, status, error));
    if (*whole)
        (*whole)->steps = run->optimizer->steps;
    status = bring_all(run, *whole, error);
    if (status != NN_OK) {
        nn_run_release_state(run, *whole);
        *whole = NULL;
    }
    return status;
}

void nn_run_release_state(const nn_run *run, nn_optimizer *whole)
{
    if (whole != run->optimizer)
        nn_optimizer_free(whole);
}
