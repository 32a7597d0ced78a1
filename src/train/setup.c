/* SPDX-License-Identifier: MIT */
/* From a recipe to a run that is ready for its next step. Everything that can be wrong is found here, on all ranks at
 * once, before any training; all memory is taken here. */
#include "train/setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/wait.h"
#include "data/loading/augment.h"
#include "kernels/isa/isa.h"
#include "recipe/lines.h"
#include "support/memory.h"
#include "train/callbacks/trace_file.h"
#include "train/divergence.h"
#include "train/loss_allreduce.h"
#include "train/resume.h"
#include "train/run/gradient_sync.h"
#include "train/run/notify.h"
#include "train/run_folder/folder.h"
#include "train/setup_data.h"
#include "train/setup_model.h"

/* @param checkpoint  NULL: from the beginning */
static nn_status begin_or_continue(nni_run *run, nni_checkpoint *checkpoint, nn_error *error)
{
    if (checkpoint)
        NN_TRY(nn_comm_agree(run->comm, nni_resume_check(run, checkpoint, error), error));
    NN_TRY(nni_setup_name_features(run, checkpoint, error));
    NN_TRY(nni_setup_scale(run, checkpoint, error));
    return checkpoint ? nni_resume_take(run, checkpoint, error) : nni_resume_begin(run, error);
}

/* Rank 0 finds or makes the folder; the other ranks learn its name. */
static nn_status open_folder(nni_run *run, const nn_train_options *options, nni_folder *folder, nn_error *error)
{
    nn_status status = NN_OK;
    memset(folder, 0, sizeof *folder);
    if (run->comm->rank == 0) {
        status = nni_folder_open(options, folder, &run->files.lock, error);
        memcpy(run->files.folder, folder->path, sizeof run->files.folder);
    }
    NN_TRY(nni_comm_broadcast_status(run->comm, status, error));
    return nn_comm_broadcast(run->comm, run->files.folder, sizeof run->files.folder, error);
}

/* Containers have 64 MiB of it unless told otherwise. */
static nn_status warn_of_shared_memory(const nni_run *run, nn_error *error)
{
    nni_shared_shortage shortage;
    NN_TRY(nni_shared_memory_shortage(run->comm, &shortage, error));
    const double mebibyte = 1024 * 1024, wanted = ceil(shortage.needed / mebibyte);
    if (shortage.needed > 0 && shortage.needed <= shortage.there)
        nni_output_say(&run->output,
                       "warning  the ranks of a host cannot share memory through /dev/shm; they send messages instead, "
                       "which takes longer");
    else if (shortage.needed > 0)
        nni_output_say(
            &run->output,
            "warning  /dev/shm has %.0f MiB and the ranks of a host need %.0f to sum through memory that they "
            "share; they send messages instead, which takes longer: make it larger (docker run --shm-size=%.0fm)",
            floor(shortage.there / mebibyte), wanted, wanted);
    return NN_OK;
}

static nn_status check_ranks(const nni_run *run, nn_error *error)
{
    const size_t slices = run->recipe->parallel.slices;
    if ((size_t)run->comm->size <= slices)
        return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "%d ranks are more than the %zu slices of the data; start at most %zu ranks or raise "
                   "parallel.slices",
                   run->comm->size, slices, slices);
}

/* A run that goes on has its weights in the checkpoint, and its layers. */
static nn_status find_layers(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    nni_warm_start *start = &run->start;
    if (!run->recipe->network.from)
        return NN_OK;
    if (!checkpoint)
        NN_TRY(nni_warm_start_read(start, run->recipe, run->comm, error));
    nn_status status =
        nni_warm_start_complete(start, checkpoint ? checkpoint->network : start->model->network, &run->recipe, error);
    if (status == NN_OK && !checkpoint)
        status = nni_warm_start_match(start, run->recipe, error);
    return nn_comm_agree(run->comm, status, error);
}

static nn_status make_ready(nni_run *run, nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(find_layers(run, checkpoint, error));
    NN_TRY(nni_setup_resolve_recipe(run, checkpoint, error));
    NN_TRY(check_ranks(run, error));
    NN_TRY(nni_setup_open_data(run, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    NN_TRY(nn_comm_agree(run->comm, nni_setup_model(run, error), error));
    NN_TRY(nni_setup_fit_targets(run, error));
    NN_TRY(nn_comm_agree(run->comm, nni_setup_work(run, error), error));
    NN_TRY(nn_comm_agree(run->comm, nni_divergence_create(run, error), error));
    NN_TRY(nni_setup_sync(run, error));
    NN_TRY(nni_setup_evaluators(run, error));
    NN_TRY(warn_of_shared_memory(run, error));
    NN_TRY(begin_or_continue(run, checkpoint, error));
    if (run->recipe->training.on_nan.name != NN_ON_NAN_ROLLBACK) /* which may lead back to the beginning */
        nni_warm_start_release(&run->start);
    return nn_comm_agree(run->comm, nni_setup_augment(run, error), error);
}

static nn_status prepare(nni_run *run, const nn_train_options *options, nn_error *error)
{
    nni_checkpoint *checkpoint = NULL;
    if (options->trace)
        NN_TRY(nni_trace_open(options->trace, options->trace_limit ? options->trace_limit : NNI_TRACE_SPANS, run->comm,
                              &run->timeline, &run->trace, error));
    nni_run_mark(run, NNI_SPAN_READ);
    NN_TRY(nni_resume_read(run, options, &checkpoint, error));
    const nn_status status = make_ready(run, checkpoint, error);
    nni_checkpoint_free(checkpoint);
    return status;
}

static nn_status compare_recipes(const nn_recipe *recipe, nn_comm *comm, nn_error *error)
{
    char *lines = NULL;
    nn_status status = nn_comm_agree(comm, nni_recipe_lines(recipe, &lines, error), error);
    if (status == NN_OK)
        status = nni_comm_compare(comm, "recipe", lines, error);
    free(lines);
    return status;
}

/* All instruction sets with fused multiply-add give the same bits, one without gives others. */
static nn_status warn_of_kernels(const nni_run *run, nn_error *error)
{
    int outlier = -1;
    char host[64];
    const uint64_t unfused = !nni_isa_in_use()->fused;
    NN_TRY(nni_comm_find_outlier(run->comm, &unfused, &outlier, host, error));
    if (outlier >= 0 && run->recipe->parallel.reproducible)
        nni_output_say(
            &run->output,
            "warning  rank %d on %s computes with other kernels than %s: those without fused multiply-add round "
            "otherwise, so the model will not be that of another number of ranks, bit for bit; set NNTRAIN_ISA=%s on "
            "all of them",
            outlier, host, run->comm->size > 2 ? "most ranks" : "the other rank", nni_isa_at(0)->name);
    return NN_OK;
}

nn_status nni_run_create(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_run **result,
                         nn_error *error)
{
    NN_TRY(compare_recipes(recipe, comm, error));
    nni_run *run = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *run, "the run", &run, error), error));
    run->asked = run->recipe = recipe;
    run->comm = comm;
    nni_comm_set_timeline(comm, &run->timeline);
    run->output.file = comm->rank == 0 ? options->out : NULL;
    run->output.columns = options->columns;
    run->output.style = options->style;
    run->threads = nni_threads_configure(recipe->parallel.threads, comm);
    nni_threads_warn(&run->threads, run->output.file);
    run->progress.counters.best = NAN;
    run->progress.counters.schedule = nni_schedule_begin();

    nni_folder folder = {.created = false};
    nn_status status = warn_of_kernels(run, error);
    if (status == NN_OK)
        status = open_folder(run, options, &folder, error);
    if (status == NN_OK)
        status = prepare(run, options, error);
    if (status != NN_OK) {
        nni_run_free(run); /* with all that it left in its folder */
        if (comm->rank == 0)
            nni_folder_abandon(&folder);
        return status;
    }
    *result = run;
    return NN_OK;
}

void nni_run_free(nni_run *run)
{
    if (!run)
        return;
    nni_output_clear_bar(&run->output);
    nni_callbacks_free(&run->callbacks);
    nni_comm_set_timeline(run->comm, NULL);
    nni_trace_free(run->trace);
    nni_evaluator_free(run->model.validation_evaluator);
    nni_evaluator_free(run->model.test_evaluator);
    nni_gradient_sync_free(run->model.gradient_sync);
    nni_loss_allreduce_free(run->model.loss_allreduce);
    nni_divergence_free(run->model.divergence);
    nni_workspace_free(run->model.work);
    nni_sampler_free(run->data.sampler);
    nni_augment_free(run->data.augment);
    nni_optimizer_free(run->model.optimizer);
    nn_network_free(run->model.network);
    nni_setup_free_data(run);
    nni_warm_start_free(&run->start);
    nni_threads_release(&run->threads);
    nni_run_lock_release(run->files.lock);
    nni_release(run);
}
