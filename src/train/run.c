/* From a recipe to a run that is ready for its next step. Everything that can be wrong is found here, on all ranks at
 * once, before any training; all memory is taken here. */
#include "train/run.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/wait.h"
#include "data/dataset/digest.h"
#include "data/dataset/open.h"
#include "data/dataset/split.h"
#include "data/dataset/targets.h"
#include "data/loading/augment.h"
#include "data/loading/sampler.h"
#include "data/scaling/target_scaling.h"
#include "kernels/isa/dispatch.h"
#include "nntrain/version.h"
#include "recipe/lines.h"
#include "support/memory.h"
#include "support/system/cpu.h"
#include "train/auto_settings.h"
#include "train/divergence.h"
#include "train/gradient_sync.h"
#include "train/resume.h"
#include "train/run_folder/folder.h"

/* Rows that go through a work space at once, at least: evaluation goes in pieces of it. */
enum { LEAST_ROWS = 256 };

nn_status nni_run_check_lock(nni_run *run, nn_error *error)
{
    return nni_comm_broadcast_status(run->comm, run->comm->rank == 0 ? nni_run_lock_check(run->lock, error) : NN_OK,
                                     error);
}

static nni_dataset_spec spec_of(const nni_run *run, const nni_split_settings *split)
{
    nni_dataset_spec spec = nni_dataset_spec_of(split, &run->recipe->data.train);
    spec.external = run->recipe->data.external;
    spec.missing = run->recipe->data.impute != NN_IMPUTE_NONE;
    spec.log1p = run->recipe->data.normalize_targets == NN_TARGETS_LOG1P;
    spec.window = run->recipe->data.window_bytes;
    return spec;
}

/* From now on the recipe has a number where it said auto: that of the run which is continued, or one for this data. */
static nn_status settle_recipe(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    nn_recipe *before = NULL;
    size_t rows = 0;
    if (!nni_has_auto_settings(run->recipe))
        return NN_OK;
    nn_status status = NN_OK;
    if (checkpoint)
        status = nn_recipe_parse(checkpoint->recipe, run->resumed_from, NULL, NULL, 0, &before, error);
    else {
        const nni_dataset_spec spec = spec_of(run, &run->recipe->data.train);
        status = nni_dataset_count(&spec, run->comm, &rows, error);
    }
    if (status == NN_OK)
        status = nni_resolve_auto_settings(run->recipe, before, rows, (size_t)run->comm->size, &run->settled, error);
    nn_recipe_free(before);
    NN_TRY(nn_comm_agree(run->comm, status, error));
    run->recipe = run->settled;
    return NN_OK;
}

static nn_status open_split(nni_run *run, const nni_split_settings *split, bool training, nni_dataset **dataset,
                            nn_error *error)
{
    const size_t taken = (run->train ? nni_dataset_bytes(run->train) : 0) +
                         (run->test && !run->test->source ? nni_dataset_bytes(run->test) : 0);
    /* Classes of other splits are called as those of the training. */
    const nni_string_set none = {.count = 0}, *names = run->train ? nni_dataset_class_names(run->train) : NULL;
    nni_dataset_spec spec = spec_of(run, split);
    spec.class_names = !run->train || names ? names : &none;
    spec.names_are_labels = run->train && nni_dataset_names_are_labels(run->train);
    spec.head = nni_head_of(&run->recipe->network, &run->recipe->loss);
    spec.memory = run->memory > taken ? run->memory - taken : run->memory > 0;
    return nni_dataset_open(&spec, run->recipe->parallel.slices, training, run->comm, dataset, error);
}

/* Other splits must suit the training split before all suit the network. */
static nn_status check_split(const nni_run *run, const nni_dataset *other, nn_error *error)
{
    if (!other || other->row.features == run->train->row.features)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: %s has %zu features a row, but %s has %zu; all splits need the same",
                   other->origin.file, other->origin.x_name, other->row.features, run->train->origin.x_name,
                   run->train->row.features);
}

/* A split of its own, or rows of the training split; or none. */
static nn_status load_split(nni_run *run, const nni_split_settings *split, nni_holdout carving, nni_dataset **dataset,
                            nn_error *error)
{
    if (nni_split_is_given(split))
        NN_TRY(open_split(run, split, false, dataset, error));
    else if (nni_holdout_takes(&carving))
        NN_TRY(nni_dataset_split(run->train, &carving, run->comm, dataset, error));
    return check_split(run, *dataset, error);
}

static nn_status load_data(nni_run *run, nn_error *error)
{
    const nn_recipe *recipe = run->recipe;
    run->memory = nni_dataset_memory(recipe->data.memory_bytes, run->comm);
    NN_TRY(open_split(run, &recipe->data.train, true, &run->train, error));
    nni_provenance *from = &run->provenance;
    snprintf(from->version, sizeof from->version, "%s", nn_version());
    snprintf(from->data_file, sizeof from->data_file, "%s", run->train->origin.file);
    from->ranks = (uint64_t)run->comm->size;
    from->threads = run->threads.count;
    from->hosts = (uint64_t)run->comm->host_count;
    from->data_bytes = run->train->origin.bytes;
    from->classes = run->train->row.target == NNI_TARGET_CLASSES ? run->train->row.outputs : 0;
    /* Of the file's rows, before some of them are carved off. */
    NN_TRY(nni_dataset_digest(run->train, run->comm, &from->data_digest, error));
    NN_TRY(load_split(run, &recipe->data.test, nni_holdout_of_test(&recipe->data, recipe->seed), &run->test, error));
    return load_split(run, &recipe->data.validation, nni_holdout_of_validation(&recipe->data, recipe->seed),
                      &run->validation, error);
}

static nn_status normalize_data(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    nni_feature_scaler *ours = run->normalization;
    const size_t features = run->train->row.features;
    if (checkpoint) {
        const nni_feature_scaler *theirs = checkpoint->normalization;
        ours->kind = theirs->kind;
        ours->limit = theirs->limit;
        memcpy(ours->offset, theirs->offset, features * sizeof *ours->offset);
        memcpy(ours->scale, theirs->scale, features * sizeof *ours->scale);
        nni_feature_scaler_round(ours);
        if (ours->missing)
            memcpy(ours->missing, theirs->missing, features * sizeof *ours->missing);
    } else {
        NN_TRY(nni_feature_scaler_fit_noting(ours, run->train, run->comm, &run->normalization_notes, error));
    }
    NN_TRY(nni_dataset_normalize(run->train, run->normalization, error));
    if (run->validation)
        NN_TRY(nni_dataset_normalize(run->validation, run->normalization, error));
    return run->test ? nni_dataset_normalize(run->test, run->normalization, error) : NN_OK;
}

/* A training that goes on keeps what it began with, whatever that was found by. */
static nn_status scale_targets(nni_run *run, nni_checkpoint *checkpoint, nn_error *error)
{
    const nn_network *network = run->network;
    if (checkpoint) {
        run->target_scaling = checkpoint->target_scaling;
        checkpoint->target_scaling = NULL;
    } else {
        NN_TRY(nni_target_scaler_fit(run->train, run->recipe->data.normalize_targets, run->recipe->loss.name,
                                     network->layers[network->layer_count - 1].activation, run->comm,
                                     &run->target_scaling, error));
    }
    nni_dataset_scale_targets(run->train, run->target_scaling);
    if (run->validation)
        nni_dataset_scale_targets(run->validation, run->target_scaling);
    if (run->test)
        nni_dataset_scale_targets(run->test, run->target_scaling);
    return NN_OK;
}

bool nni_run_shards_state(const nni_run *run)
{
    return run->recipe->optimizer.shard_state && run->comm->size > 1 &&
           nni_optimizer_state_count(&run->recipe->optimizer) > 0;
}

/* Values that network, gradients, optimizer and the passes of a batch take on one rank, about; in double, for the
 * numbers of a mistyped recipe. */
static double model_values(const nni_run *run)
{
    const nni_network_settings *network = &run->recipe->network;
    const double share = (double)run->batch_rows / (double)run->comm->size + 1,
                 rows = share > LEAST_ROWS ? share : LEAST_ROWS;
    /* Parameters, gradients as they are found and as they arrive, and what the optimizer keeps of each. */
    const double nodes = (double)nni_sum_tree_nodes(nni_run_leaves(run->recipe, run->comm));
    const double arriving = run->comm->size > 1 ? nodes + 1 : 0;
    const double state = (double)nni_optimizer_state_count(&run->recipe->optimizer);
    const double weights = 1 + nodes + arriving + state / (nni_run_shards_state(run) ? run->comm->size : 1);
    /* Rows of x as nni_real: the batch, and a piece of each split that is evaluated. */
    const double pieces = 1.0 + (run->validation != NULL) + (run->test != NULL);
    double inputs = (double)run->train->row.features, widest = 0, values = pieces * rows * inputs;
    for (size_t l = 0; l < network->layers_count; l++) {
        const double units = (double)network->layers[l].units;
        values += weights * inputs * units + rows * units;
        widest = units > widest ? units : widest;
        inputs = units;
    }
    return values + 2 * rows * widest;
}

/* The system would promise memory that it lacks and stop the process later, without a word. */
static nn_status check_memory(const nni_run *run, nn_error *error)
{
    const double gibibyte = 1024.0 * 1024 * 1024;
    const double need = model_values(run) * sizeof(nni_real) * run->comm->local_size;
    const double there = (double)nni_host_memory_available();
    if (there == 0 || need < there)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM,
                   "the network and its batches take %.1f GiB on %s (%d ranks), which has %.1f GiB left; use fewer "
                   "units, a smaller batch or more hosts",
                   need / gibibyte, run->comm->host, run->comm->local_size, there / gibibyte);
}

static nn_status make_model(nni_run *run, nn_error *error)
{
    const nn_recipe *recipe = run->recipe;
    run->batch_rows = recipe->training.batch_rows ? recipe->training.batch_rows : run->train->slicing.slices.rows;
    NN_TRY(check_memory(run, error));
    NN_TRY(nni_feature_scaler_create(recipe->data.normalize, run->train->row.features, &run->normalization, error));
    if (recipe->data.impute != NN_IMPUTE_NONE)
        NN_TRY(nni_feature_scaler_impute(run->normalization, error));
    NN_TRY(nni_network_create(run->train->row.features, recipe->network.layers, recipe->network.layers_count,
                              &run->network, error));
    run->network->precision = recipe->training.precision;
    const bool sharded = nni_run_shards_state(run);
    if (sharded && run->network->flat_count > INT_MAX)
        return nn_fail(error, NN_USAGE,
                       "optimizer.shard_state: %zu parameters are more than the %d that ranks can share; remove it",
                       run->network->flat_count, INT_MAX);
    return nni_optimizer_create_part(&recipe->optimizer, &recipe->regularization, run->network,
                                     sharded ? (size_t)run->comm->rank : 0, sharded ? (size_t)run->comm->size : 1,
                                     &run->optimizer, error);
}

static nn_status fit_targets(nni_run *run, nn_error *error)
{
    const nn_network *network = run->network;
    const nn_activation output = network->layers[network->layer_count - 1].activation;
    enum { SPLITS = 3 };
    nni_dataset *const splits[SPLITS] = {run->train, run->validation, run->test};
    for (size_t i = 0; i < SPLITS; i++)
        if (splits[i])
            NN_TRY(nni_dataset_fit_targets(splits[i], network->outputs, output, run->comm, error));
    return NN_OK;
}

/* What deals batches and what holds their passes; the sampler copies targets as they are by now. */
static nn_status make_work(nni_run *run, nn_error *error)
{
    const nni_training_settings *training = &run->recipe->training;
    NN_TRY(nni_sampler_create(run->train, run->recipe->seed, run->batch_rows, &run->sampler, error));
    run->epoch_batches = nni_sampler_steps(run->sampler);
    run->epoch_steps = (run->epoch_batches + training->accumulate - 1) / training->accumulate;
    /* Evaluation goes through the same work space in pieces; not too small ones where a rank has few rows of a batch.
     */
    const size_t capacity = nni_sampler_capacity(run->sampler);
    NN_TRY(nni_workspace_create(run->network, capacity > LEAST_ROWS ? capacity : LEAST_ROWS, run->threads.count,
                                nni_sum_tree_height(nni_run_leaves(run->recipe, run->comm)), &run->work, error));
    run->work->seed = run->recipe->seed;
    run->work->timeline = &run->timeline;
    return NN_OK;
}

/* Once rows are normalised, for what is not seen of an image is filled with what a 0 is then. */
static nn_status make_augment(nni_run *run, nn_error *error)
{
    const nn_recipe *recipe = run->recipe;
    if (!nni_augment_is_on(&recipe->data.augment))
        return NN_OK;
    NN_TRY(nni_augment_create(&recipe->data.augment, run->train, recipe->seed, &run->augment, error));
    nni_sampler_augment(run->sampler, run->augment);
    return NN_OK;
}

/* Only the stop asks for the costly figures; nntrain eval tells them all. */
static nn_status make_evaluators(nni_run *run, nn_error *error)
{
    const nni_training_settings *training = &run->recipe->training;
    const nni_metrics_wanted wanted = {
        .top_k = training->top_k < run->network->outputs ? training->top_k : 0,
        .ranking = training->stop.metric == NN_METRIC_AUROC || training->stop.metric == NN_METRIC_AVERAGE_PRECISION,
    };
    const size_t capacity = run->work->capacity;
    if (run->validation)
        NN_TRY(nni_evaluator_create(run->network, capacity, run->validation, wanted, run->comm,
                                    &run->evaluate_validation, error));
    if (run->validation)
        NN_TRY(nni_evaluator_check(run->evaluate_validation, &run->recipe->loss, training->stop.metric, error));
    if (run->test)
        NN_TRY(nni_evaluator_create(run->network, capacity, run->test, wanted, run->comm, &run->evaluate_test, error));
    return NN_OK;
}

/* @param checkpoint  NULL: from the beginning */
static nn_status begin_or_continue(nni_run *run, nni_checkpoint *checkpoint, nn_error *error)
{
    if (checkpoint)
        NN_TRY(nn_comm_agree(run->comm, nni_resume_check(run, checkpoint, error), error));
    NN_TRY(normalize_data(run, checkpoint, error));
    NN_TRY(scale_targets(run, checkpoint, error));
    if (checkpoint)
        nni_resume_take(run, checkpoint);
    else
        nni_network_initialize(run->network, &run->recipe->network, run->recipe->seed);
    return NN_OK;
}

/* Rank 0 finds or makes the folder; the other ranks learn its name. */
static nn_status open_folder(nni_run *run, const nn_train_options *options, nni_folder *folder, nn_error *error)
{
    nn_status status = NN_OK;
    memset(folder, 0, sizeof *folder);
    if (run->comm->rank == 0) {
        status = nni_folder_open(options, folder, &run->lock, error);
        memcpy(run->folder, folder->path, sizeof run->folder);
    }
    NN_TRY(nni_comm_broadcast_status(run->comm, status, error));
    return nn_comm_broadcast(run->comm, run->folder, sizeof run->folder, error);
}

/* Containers have 64 MiB of it unless told otherwise. */
static nn_status warn_of_shared_memory(const nni_run *run, nn_error *error)
{
    nni_shared_shortage shortage;
    NN_TRY(nni_shared_memory_shortage(run->comm, &shortage, error));
    const double mebibyte = 1024 * 1024, wanted = ceil(shortage.needed / mebibyte);
    if (shortage.needed > 0 && shortage.needed <= shortage.there)
        nni_run_say(run,
                    "warning  the ranks of a host cannot share memory through /dev/shm; they send messages instead, "
                    "which takes longer");
    else if (shortage.needed > 0)
        nni_run_say(
            run,
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

static nn_status make_ready(nni_run *run, nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(settle_recipe(run, checkpoint, error));
    NN_TRY(check_ranks(run, error));
    NN_TRY(load_data(run, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    NN_TRY(nn_comm_agree(run->comm, make_model(run, error), error));
    NN_TRY(fit_targets(run, error));
    NN_TRY(nn_comm_agree(run->comm, make_work(run, error), error));
    NN_TRY(nn_comm_agree(run->comm, nni_divergence_create(run, &run->trouble, error), error));
    NN_TRY(nn_comm_agree(run->comm, nni_gradient_sync_create(run, &run->average, error), error));
    NN_TRY(make_evaluators(run, error));
    NN_TRY(warn_of_shared_memory(run, error));
    NN_TRY(begin_or_continue(run, checkpoint, error));
    return nn_comm_agree(run->comm, make_augment(run, error), error);
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

/* AVX2 and AVX-512 give the same bits, the portable kernels others. */
static nn_status warn_of_kernels(const nni_run *run, nn_error *error)
{
    int odd = -1;
    char host[64];
    NN_TRY(nni_comm_find_outlier(run->comm, nni_kernels_isa() == NNI_ISA_PORTABLE, &odd, host, error));
    if (odd >= 0 && run->recipe->parallel.reproducible)
        nni_run_say(
            run,
            "warning  rank %d on %s computes with other kernels than %s: portable ones round otherwise than those "
            "of AVX, so the model will not be that of another number of ranks, bit for bit; set "
            "NNTRAIN_ISA=portable on all of them",
            odd, host, run->comm->size > 2 ? "most ranks" : "the other rank");
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
    run->out = comm->rank == 0 ? options->out : NULL;
    run->columns = options->columns;
    run->style = options->style;
    run->threads = nni_threads_configure(recipe->parallel.threads, comm);
    nni_threads_warn(&run->threads, run->out);
    run->progress.best = NAN;
    run->progress.schedule = nni_schedule_begin();

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
    nni_run_wipe(run);
    for (size_t i = 0; i < run->observer_count; i++)
        if (run->observers[i].free)
            run->observers[i].free(run->observers[i].self);
    nni_comm_set_timeline(run->comm, NULL);
    nni_trace_free(run->trace);
    nni_evaluator_free(run->evaluate_validation);
    nni_evaluator_free(run->evaluate_test);
    nni_gradient_sync_free(run->average);
    nni_divergence_free(run->trouble);
    nni_workspace_free(run->work);
    nni_sampler_free(run->sampler);
    nni_augment_free(run->augment);
    nni_optimizer_free(run->optimizer);
    nn_network_free(run->network);
    nni_feature_scaler_free(run->normalization);
    nni_target_scaler_free(run->target_scaling);
    nni_dataset_free(run->train);
    nni_dataset_free(run->validation);
    nni_dataset_free(run->test);
    nn_recipe_free(run->settled);
    nni_threads_release(&run->threads);
    nni_run_lock_release(run->lock);
    nni_release(run);
}
