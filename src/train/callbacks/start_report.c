/* SPDX-License-Identifier: MIT */
#include "train/callbacks/start_report.h"

#include <inttypes.h>
#include <string.h>

#include "data/dataset/targets.h"
#include "kernels/isa/isa.h"
#include "model/norms.h"
#include "nntrain/version.h"
#include "support/system/cpu.h"
#include "train/callbacks/scaling_text.h"
#include "train/run/auto_settings.h"
#include "train/run/format.h"

static void say_machine(const nni_run *run)
{
    const nn_comm *comm = run->comm;
    nni_output_say(&run->output, "nntrain  %s, %s x %s on %s, %s kernels", nn_version(),
                   nni_figure_plural((uint64_t)comm->size, "rank").text,
                   nni_figure_plural(run->threads.count, "thread").text,
                   nni_figure_plural((uint64_t)comm->host_count, "host").text, nni_isa_in_use()->title);
    const size_t used = run->threads.count * (size_t)comm->local_size, cores = nni_cpu_online_cores();
    /* One rank on one core while the others idle is mpirun's default for -np 1, seldom what was meant. */
    if (comm->size == 1 && !run->threads.limited && used < cores && run->threads.cpus < cores &&
        run->recipe->parallel.threads == 0)
        nni_output_say(&run->output, "hint     mpirun bound this rank to %s of %zu; --bind-to none lets it use all",
                       nni_figure_plural(run->threads.cpus, "core").text, cores);
}

/* The loss is that of the scaled targets, since its gradient updates the weights. */
static void say_targets(const nni_run *run)
{
    static const char *const what[] = {
        [NN_TARGETS_STANDARD] = "each output to mean 0, deviation 1",
        [NN_TARGETS_MINMAX] = "each output to 0 ... 1",
        [NN_TARGETS_SCALE] = "each output to deviation 1, 0 staying 0",
        [NN_TARGETS_LOG1P] = "log(1 + y), then to mean 0, deviation 1",
    };
    const nn_target_scaling kind = run->data.target_scaler->kind;
    if (kind == NN_TARGETS_NONE)
        return;
    const nn_target_scaling asked = run->recipe->data.normalize_targets;
    const bool of_model = asked == NN_TARGETS_AUTO && run->start.taken == run->recipe->network.layers_count;
    nni_output_say(&run->output, "         targets: %s (data.normalize_targets: %s%s)", what[kind],
                   nn_target_scaling_name(asked), of_model ? ", as in the model" : "");
    nni_output_say(&run->output, "         loss is of scaled targets; all other figures are in units of the data");
}

static void say_data(const nni_run *run)
{
    const nni_dataset *train = run->data.train;
    char targets[64], labels[400], normalize[192];
    if (train->row.target == NNI_TARGET_CLASSES || train->row.binary)
        snprintf(targets, sizeof targets, "classes");
    else
        snprintf(targets, sizeof targets, "%s", nni_figure_plural(train->row.outputs, "value").text);
    const size_t files = nni_dataset_file_count(train);
    if (files > 1)
        nni_output_say(&run->output, "data     %s: %s", train->origin.file, nni_figure_plural(files, "file").text);
    else
        nni_output_say(&run->output, "data     %s", train->origin.file);
    nni_feature_scaler_text(run, normalize, sizeof normalize);
    const bool chosen = run->recipe->data.normalize == NN_NORMALIZE_AUTO; /* takes a line of its own */
    nni_output_say(&run->output, "         %s x %s (%s) to %s%s%s",
                   nni_figure_plural(train->slicing.slices.rows, "row").text,
                   nni_figure_plural(train->row.features, "feature").text, train->origin.x_type, targets,
                   chosen ? "" : "; normalize: ", chosen ? "" : normalize);
    if (chosen)
        nni_output_say(&run->output, "         normalize: %s", normalize);
    say_targets(run);
    nni_feature_scaler_say_notes(run);
    if (nni_dataset_tell_labels(train, labels, sizeof labels)[0] != '\0')
        nni_output_say(&run->output, "         %s", labels);
    if (run->data.validation)
        nni_output_say(&run->output, "         %s for validation",
                       nni_figure_plural(run->data.validation->slicing.slices.rows, "row").text);
    if (run->data.test)
        nni_output_say(&run->output, "         %s held out for testing",
                       nni_figure_plural(run->data.test->slicing.slices.rows, "row").text);
    else
        nni_output_say(&run->output, "         nothing held out: data.test is not given, so the model is not tested");
}

/* How much of each rank's memory rows take, which was agreed at setup. */
static void say_memory(const nni_run *run)
{
    const nni_dataset *train = run->data.train;
    const double rows = (double)train->slicing.slices.rows * (double)nni_dataset_row_bytes(train);
    if (!train->source)
        return;
    nni_output_say(&run->output,
                   "memory   %s of rows stay in the file; a rank reads %s of them ahead (data.memory: %s, window: %s)",
                   nni_figure_bytes(rows).text, nni_figure_bytes((double)nni_dataset_bytes(train)).text,
                   nni_figure_bytes((double)run->data.memory).text, run->recipe->data.window);
    const uint64_t limit = nni_host_memory_limit();
    if (limit > 0)
        nni_output_say(&run->output, "         the container has a limit of %s", nni_figure_bytes((double)limit).text);
}

static void say_network(const nni_run *run)
{
    const nn_network *network = run->model.network;
    nni_output_say(&run->output, "network  layer      units  activation    parameters");
    nni_output_say(&run->output, "         input %10s", nni_figure_count(network->inputs).text);
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        const bool norm = nni_norm_is_on(layer->norm);
        nni_output_say(
            &run->output, "         %-5zu %10s  %-10s %13s%s%s%s%s%s", l, nni_figure_count(layer->outputs).text,
            nn_activation_name(layer->activation), nni_figure_count(nni_network_layer_parameters(network, l)).text,
            norm ? "  " : "", norm ? nn_norm_name(layer->norm) : "", norm ? " norm" : "",
            layer->dropout > 0 ? "  dropout " : "", layer->dropout > 0 ? nni_figure_number(layer->dropout).text : "");
    }
    nni_output_say(&run->output, "         %s in all", nni_figure_plural(network->parameter_count, "parameter").text);
}

/* A run that goes on has it all from its checkpoint. */
static void say_start(const nni_run *run)
{
    const size_t freeze = run->recipe->network.freeze;
    if (run->start.taken > 0) {
        nni_output_say(&run->output, "from     %s", run->recipe->network.from);
        nni_output_say(&run->output, "         %s", run->start.text);
    }
    if (freeze == 1)
        nni_output_say(&run->output, "freeze   layer 0 keeps its weights");
    if (freeze > 1)
        nni_output_say(&run->output, "freeze   layers 0 %s %zu keep their weights", freeze == 2 ? "and" : "to",
                       freeze - 1);
}

/* The fewest and the most rows that any rank has in a full batch. */
static nn_status batch_per_rank(const nni_run *run, size_t range[2], nn_error *error)
{
    double least = (double)nni_sampler_least(run->data.sampler), most = (double)nni_sampler_capacity(run->data.sampler);
    NN_TRY(nni_comm_min_double(run->comm, &least, 1, error));
    NN_TRY(nni_comm_max_double(run->comm, &most, 1, error));
    range[0] = (size_t)least;
    range[1] = (size_t)most;
    return NN_OK;
}

/* auto     batch 64, 182 epochs, warm-up 209 steps, weight decay 0.26, 32 slices for 18 ranks: see recipe.yaml */
static void say_auto_settings(const nni_run *run)
{
    const nn_recipe *asked = run->asked, *now = run->recipe;
    char text[256] = "";
    size_t used = 0;
    if (!run->resolved)
        return;
    if (strcmp(asked->training.batch, now->training.batch) != 0)
        used += (size_t)snprintf(text + used, sizeof text - used, ", batch %.20s", now->training.batch);
    if (asked->training.epochs == 0)
        used += (size_t)snprintf(text + used, sizeof text - used, ", %s",
                                 nni_figure_plural(now->training.epochs, "epoch").text);
    if (strcmp(asked->schedule.warmup, now->schedule.warmup) != 0)
        used += (size_t)snprintf(text + used, sizeof text - used, ", warm-up %.30s", now->schedule.warmup);
    if (asked->optimizer.decays_by_rows)
        used += (size_t)snprintf(text + used, sizeof text - used, ", weight decay %g", now->optimizer.weight_decay);
    if (asked->parallel.slices == 0) {
        used += (size_t)snprintf(text + used, sizeof text - used, ", %s",
                                 nni_figure_plural(now->parallel.slices, "slice").text);
        if (run->comm->size > NNI_USUAL_SLICES)
            snprintf(text + used, sizeof text - used, " for %s",
                     nni_figure_plural((uint64_t)run->comm->size, "rank").text);
    }
    nni_output_say(&run->output, "auto     %s; see recipe.yaml", text + 2);
}

static void say_training(const nni_run *run, const size_t per_rank[2])
{
    const nn_recipe *recipe = run->recipe;
    char share[64];
    if (per_rank[0] == per_rank[1])
        snprintf(share, sizeof share, "%zu", per_rank[0]);
    else
        snprintf(share, sizeof share, "%zu to %zu", per_rank[0], per_rank[1]);
    nni_output_say(&run->output, "batch    %s: %s a rank; %s an epoch",
                   nni_figure_plural(run->plan.batch_rows, "row").text, share,
                   nni_figure_plural(run->plan.epoch_steps, "step").text);
    if (recipe->training.accumulate > 1)
        nni_output_say(&run->output, "         %zu batches a step", recipe->training.accumulate);
    nni_output_say(&run->output, "training %s; %s, %s, learning rate %g %s, seed %" PRIu64,
                   nni_figure_plural(recipe->training.epochs, "epoch").text, nn_loss_name(recipe->loss.name),
                   nn_optimizer_name(recipe->optimizer.name), recipe->optimizer.learning_rate,
                   nn_schedule_name(recipe->schedule.name), recipe->seed);
    nni_output_say(&run->output, "output   %s", run->files.folder);
    if (run->files.resumed_from[0])
        nni_output_say(&run->output, "resume   %s: %s and %s done", run->files.resumed_from,
                       nni_figure_plural(run->progress.counters.epoch, "epoch").text,
                       nni_figure_plural(run->progress.counters.epoch_step, "step").text);
}

nn_status nni_start_report(const nni_run *run, nn_error *error)
{
    size_t per_rank[2];
    NN_TRY(batch_per_rank(run, per_rank, error));
    if (!nni_output_reports(&run->output))
        return NN_OK;
    say_machine(run);
    say_data(run);
    say_memory(run);
    say_network(run);
    say_start(run);
    say_training(run, per_rank);
    say_auto_settings(run);
    return NN_OK;
}
