#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/dataset/targets.h"
#include "kernels/isa/dispatch.h"
#include "nntrain/version.h"
#include "support/memory.h"
#include "support/system/cpu.h"
#include "train/advice.h"
#include "train/auto_settings.h"
#include "train/callbacks/callbacks.h"
#include "train/format.h"
#include "train/report_scaling.h"

/* Redrawing more often than the eye follows costs a slow terminal more than it shows. */
static const double redraw_seconds = 0.1;

/* Of many epochs some have a line: as many as fit on a screen or two, or one a minute where epochs take long. */
enum { MOST_LINES = 50, QUIET_SECONDS = 60 };

typedef struct progress {
    double drawn;     /* clock when the bar was last drawn */
    size_t bar_width; /* characters of the bar on the screen now */
    double told;      /* clock when the last line of an epoch was; 0: none was */
    bool held;        /* `line` is one that was passed over */
    char line[400];   /* of the newest epoch */
} progress;

static void say_machine(const nni_run *run)
{
    const nn_comm *comm = run->comm;
    nni_run_say(run, "nntrain  %s, %s x %s on %s, %s kernels", nn_version(),
                nni_figure_plural((uint64_t)comm->size, "rank").text,
                nni_figure_plural(run->threads.count, "thread").text,
                nni_figure_plural((uint64_t)comm->host_count, "host").text, nni_isa_name(nni_kernels_isa()));
    const size_t used = run->threads.count * (size_t)comm->local_size, cores = nni_cpu_online_cores();
    /* One rank on one core while the others idle is mpirun's default for -np 1, seldom what was meant. */
    if (comm->size == 1 && !run->threads.limited && used < cores && run->threads.cpus < cores &&
        run->recipe->parallel.threads == 0)
        nni_run_say(run, "hint     mpirun bound this rank to %s of %zu; --bind-to none lets it use all",
                    nni_figure_plural(run->threads.cpus, "core").text, cores);
}

/* The loss is what descent moves by, so it is that of the targets as they are learnt. */
static void say_targets(const nni_run *run)
{
    static const char *const what[] = {
        [NN_TARGETS_STANDARD] = "each output to mean 0, deviation 1",
        [NN_TARGETS_MINMAX] = "each output to 0 ... 1",
        [NN_TARGETS_SCALE] = "each output to deviation 1, 0 staying 0",
        [NN_TARGETS_LOG1P] = "log(1 + y), then to mean 0, deviation 1",
    };
    const nn_target_scaling kind = run->target_scaling->kind;
    if (kind == NN_TARGETS_NONE)
        return;
    nni_run_say(run, "         targets: %s (data.normalize_targets: %s)", what[kind],
                nn_target_scaling_name(run->recipe->data.normalize_targets));
    nni_run_say(run, "         loss is of scaled targets; all other figures are in units of the data");
}

static void say_data(const nni_run *run)
{
    const nni_dataset *train = run->train;
    char targets[64], labels[400], normalize[192];
    if (train->row.target == NNI_TARGET_CLASSES || train->row.binary)
        snprintf(targets, sizeof targets, "classes");
    else
        snprintf(targets, sizeof targets, "%s", nni_figure_plural(train->row.outputs, "value").text);
    const size_t files = nni_dataset_file_count(train);
    if (files > 1)
        nni_run_say(run, "data     %s: %s", train->origin.file, nni_figure_plural(files, "file").text);
    else
        nni_run_say(run, "data     %s", train->origin.file);
    nni_feature_scaler_text(run, normalize, sizeof normalize);
    const bool chosen = run->recipe->data.normalize == NN_NORMALIZE_AUTO; /* takes a line of its own to tell */
    nni_run_say(run, "         %s x %s (%s) to %s%s%s", nni_figure_plural(train->slicing.slices.rows, "row").text,
                nni_figure_plural(train->row.features, "feature").text, train->origin.x_type, targets,
                chosen ? "" : "; normalize: ", chosen ? "" : normalize);
    if (chosen)
        nni_run_say(run, "         normalize: %s", normalize);
    say_targets(run);
    nni_feature_scaler_say_notes(run);
    if (nni_dataset_tell_labels(train, labels, sizeof labels)[0] != '\0')
        nni_run_say(run, "         %s", labels);
    if (run->validation)
        nni_run_say(run, "         %s for validation",
                    nni_figure_plural(run->validation->slicing.slices.rows, "row").text);
    if (run->test)
        nni_run_say(run, "         %s held out for testing",
                    nni_figure_plural(run->test->slicing.slices.rows, "row").text);
    else
        nni_run_say(run, "         nothing held out: data.test is not given, so the model is not tested");
}

/* What was agreed before the first step: how much of each rank's memory rows take. */
static void say_memory(const nni_run *run)
{
    const nni_dataset *train = run->train;
    const double rows = (double)train->slicing.slices.rows * (double)nni_dataset_row_bytes(train);
    if (!train->source)
        return;
    nni_run_say(run,
                "memory   %s of rows stay in the file; a rank reads %s of them ahead (data.memory: %s, window: %s)",
                nni_figure_bytes(rows).text, nni_figure_bytes((double)nni_dataset_bytes(train)).text,
                nni_figure_bytes((double)run->memory).text, run->recipe->data.window);
    const uint64_t limit = nni_host_memory_limit();
    if (limit > 0)
        nni_run_say(run, "         the container has a limit of %s", nni_figure_bytes((double)limit).text);
}

static void say_network(const nni_run *run)
{
    const nn_network *network = run->network;
    nni_run_say(run, "network  layer      units  activation    parameters");
    nni_run_say(run, "         input %10s", nni_figure_count(network->inputs).text);
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        const size_t shifts = nni_layer_has_bias(layer) ? layer->outputs : 0;
        const size_t norm = layer->norm == NN_NORM_NONE ? 0 : 2 * layer->outputs;
        nni_run_say(run, "         %-5zu %10s  %-10s %13s%s%s%s", l, nni_figure_count(layer->outputs).text,
                    nn_activation_name(layer->activation),
                    nni_figure_count(layer->inputs * layer->outputs + shifts + norm).text,
                    norm ? (layer->norm == NN_NORM_BATCH ? "  batch norm" : "  layer norm") : "",
                    layer->dropout > 0 ? "  dropout " : "",
                    layer->dropout > 0 ? nni_figure_number(layer->dropout).text : "");
    }
    nni_run_say(run, "         %s in all", nni_figure_plural(network->parameter_count, "parameter").text);
}

/* The fewest and the most rows that any rank has in a full batch. */
static nn_status batch_per_rank(const nni_run *run, size_t range[2], nn_error *error)
{
    double least = (double)nni_sampler_least(run->sampler), most = (double)nni_sampler_capacity(run->sampler);
    NN_TRY(nni_comm_min_double(run->comm, &least, 1, error));
    NN_TRY(nni_comm_max_double(run->comm, &most, 1, error));
    range[0] = (size_t)least;
    range[1] = (size_t)most;
    return NN_OK;
}

/* auto     batch 64, 182 epochs, warm-up 209 steps, weight decay 0.26, 32 slices for 18 ranks: see recipe.yaml */
static void say_chosen(const nni_run *run)
{
    const nn_recipe *asked = run->asked, *now = run->recipe;
    char text[256] = "";
    size_t used = 0;
    if (!run->settled)
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
    nni_run_say(run, "auto     %s; see recipe.yaml", text + 2);
}

static void say_training(const nni_run *run, const size_t per_rank[2])
{
    const nn_recipe *recipe = run->recipe;
    char share[64];
    if (per_rank[0] == per_rank[1])
        snprintf(share, sizeof share, "%zu", per_rank[0]);
    else
        snprintf(share, sizeof share, "%zu to %zu", per_rank[0], per_rank[1]);
    nni_run_say(run, "batch    %s: %s a rank; %s an epoch", nni_figure_plural(run->batch_rows, "row").text, share,
                nni_figure_plural(run->epoch_steps, "step").text);
    if (recipe->training.accumulate > 1)
        nni_run_say(run, "         %zu batches a step", recipe->training.accumulate);
    nni_run_say(run, "training %s; %s, %s, learning rate %g %s, seed %" PRIu64,
                nni_figure_plural(recipe->training.epochs, "epoch").text, nn_loss_name(recipe->loss.name),
                nn_optimizer_name(recipe->optimizer.name), recipe->optimizer.learning_rate,
                nn_schedule_name(recipe->schedule.name), recipe->seed);
    nni_run_say(run, "output   %s", run->folder);
    if (run->resumed_from[0])
        nni_run_say(run, "resume   %s: %s and %s done", run->resumed_from,
                    nni_figure_plural(run->progress.epoch, "epoch").text,
                    nni_figure_plural(run->progress.epoch_step, "step").text);
}

/* Epochs from one line to the next: 1, 2 or 5 times a power of ten. */
static size_t epochs_per_line(const nni_run *run)
{
    const size_t epochs = run->recipe->training.epochs;
    size_t each = 1;
    for (size_t i = 0; run->style != NN_PROGRESS_ALL && epochs / each > MOST_LINES; i++)
        each = i % 3 == 1 ? each / 2 * 5 : 2 * each;
    return each;
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    size_t per_rank[2];
    NN_TRY(batch_per_rank(run, per_rank, error));
    if (run->style != NN_PROGRESS_QUIET && run->out) {
        say_machine(run);
        say_data(run);
        say_memory(run);
        say_network(run);
        say_training(run, per_rank);
        say_chosen(run);
        if (epochs_per_line(run) > 1)
            nni_run_say(run, "progress a line every %zu epochs; --progress all: of each", epochs_per_line(run));
    }
    return nni_advise(run, error);
}

/* epoch  3/30 [======>     ]  52 %  loss 0.2345  12,345 samples/s  14 s left */
static void draw_bar(progress *state, const nni_run *run, const nni_step_report *report)
{
    enum { WIDTH = 12 }; /* blanks of the bar */
    const nni_progress *at = &run->progress;
    const double done = (double)at->epoch_step / (double)run->epoch_steps;
    const double elapsed = nni_clock() - run->epoch_began;
    const double rate = (double)run->epoch_rows / (elapsed > 0 ? elapsed : 1e-9);
    const double all = (double)run->recipe->training.epochs * (double)run->train->slicing.slices.rows;
    const double seen = ((double)at->epoch + done) * (double)run->train->slicing.slices.rows;
    char bar[] = " [            ]";
    const size_t filled = (size_t)(done * WIDTH);
    memset(bar + 2, '=', filled);
    if (filled < WIDTH)
        bar[2 + filled] = '>';
    char line[256], speed[64];
    snprintf(speed, sizeof speed, "  %s samples/s", nni_figure_count((uint64_t)rate).text);
    /* A longer line would wrap, and only its last part be overwritten. */
    const int columns = nni_run_columns(run) > 0 ? (int)nni_run_columns(run) : 80;
    int width = columns;
    for (int left_out = 0; left_out < 3 && width >= columns; left_out++)
        width = snprintf(line, sizeof line, "epoch %*" PRIu64 "/%zu%s %3.0f %%  loss %.4g%s  %s left",
                         (int)snprintf(NULL, 0, "%zu", run->recipe->training.epochs), at->epoch + 1,
                         run->recipe->training.epochs, left_out < 2 ? bar : "", 100 * done, report->loss,
                         left_out < 1 ? speed : "", nni_figure_seconds((all - seen) / rate).text);
    if (width >= columns)
        width = columns - 1;
    line[width] = '\0';
    const int padding = (int)state->bar_width > width ? (int)state->bar_width - width : 0;
    fprintf(run->out, "\r%s%*s", line, padding, "");
    fflush(run->out);
    state->bar_width = (size_t)width;
}

static nn_status step(void *self, nni_run *run, const nni_step_report *report, nn_error *error)
{
    (void)error;
    progress *state = self;
    if (!run->out || run->style != NN_PROGRESS_BAR)
        return NN_OK;
    const double now = nni_clock();
    if (now - state->drawn >= redraw_seconds) {
        state->drawn = now;
        draw_bar(state, run, report);
    }
    return NN_OK;
}

/* What is shown of a split beside the loss. */
static nn_metric shown(const nni_metrics *metrics)
{
    return metrics->classes ? NN_METRIC_ACCURACY : metrics->label_count > 0 ? NN_METRIC_F1_MICRO : NN_METRIC_RMSE;
}

/* "  test loss 0.1807  test accuracy 0.9389". @param loss  whether it is in it */
static void describe(const char *split, const nni_metrics *metrics, bool loss, char text[96])
{
    const nn_metric metric = shown(metrics);
    const double value = metrics->value[metric];
    size_t length = 0;
    if (loss)
        length = (size_t)snprintf(text, 96, "  %s loss %-9.4g", split, metrics->value[NN_METRIC_LOSS]);
    if (metric == NN_METRIC_RMSE)
        snprintf(text + length, 96 - length, "%s%s RMSE %-9.4g", loss ? " " : "  ", split, value);
    else
        snprintf(text + length, 96 - length, "%s%s %s %.4f", loss ? " " : "  ", split,
                 metric == NN_METRIC_ACCURACY ? "accuracy" : "micro F1", value);
}

/* All figures, or as many as the terminal has columns for: those of the split that is watched are the last to go. */
static void compose_line(const nni_run *run, const nni_epoch_report *report, char line[400])
{
    char speed[128] = "";
    size_t length = (size_t)snprintf(speed, sizeof speed, "  %s samples/s",
                                     nni_figure_count((uint64_t)((double)report->rows / report->seconds)).text);
    if (report->waited > 0.01 * report->seconds)
        snprintf(speed + length, sizeof speed - length, ", %.0f %% of the time waiting for rows",
                 100 * report->waited / report->seconds);
    const size_t columns = nni_run_columns(run);
    for (int left_out = 0; left_out < 4; left_out++) {
        char validation[96] = "", test[96] = "";
        const bool losses = left_out < 2;
        if (report->validated)
            describe("validation", &report->validation, losses, validation);
        if (report->tested && (left_out < 3 || !report->validated))
            describe("test", &report->test, losses, test);
        length = (size_t)snprintf(line, 400, "epoch %*" PRIu64 "/%zu  loss %-9.4g%s%s%s",
                                  (int)snprintf(NULL, 0, "%zu", run->recipe->training.epochs), run->progress.epoch,
                                  run->recipe->training.epochs, report->train_loss, validation, test,
                                  left_out == 0 ? speed : "");
        if (columns == 0 || length <= columns)
            return;
    }
}

static void tell(progress *state, const nni_run *run)
{
    nni_run_say(run, "%s", state->line);
    state->told = nni_clock();
    state->held = false;
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    (void)error;
    progress *state = self;
    const uint64_t done = run->progress.epoch;
    if (!run->out || run->style == NN_PROGRESS_QUIET)
        return NN_OK;
    compose_line(run, report, state->line);
    state->held = true;
    if (state->told == 0 || run->finished || done == run->recipe->training.epochs || done % epochs_per_line(run) == 0 ||
        nni_clock() - state->told >= QUIET_SECONDS)
        tell(state, run);
    return NN_OK;
}

/* The last whole epoch has its line, however a run ends. */
static nn_status halt(void *self, nni_run *run, nn_error *error)
{
    (void)error;
    progress *state = self;
    if (state->held)
        tell(state, run);
    return NN_OK;
}

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    (void)error;
    if (!run->out || run->style == NN_PROGRESS_QUIET)
        return NN_OK;
    const nni_metrics *test = &run->test_metrics;
    nni_run_say(run, "done     %s in %s%s%s", nni_figure_plural(run->progress.epoch, "epoch").text,
                nni_figure_seconds(run->progress.seconds).text, run->finish_reason ? ": " : "",
                run->finish_reason ? run->finish_reason : "");
    if (run->recipe->training.restore_best)
        nni_run_say(run, "best     %s %.6g after %s; its weights are the model",
                    nn_metric_name(run->recipe->training.stop.metric), run->progress.best,
                    nni_figure_plural(run->progress.best_epoch, "epoch").text);
    if (run->test && shown(test) == NN_METRIC_F1_MICRO)
        nni_run_say(run, "test     micro F1 %.4f; all labels right in %s of %s; loss %.4g",
                    test->value[NN_METRIC_F1_MICRO], nni_figure_count(test->correct).text,
                    nni_figure_plural(test->rows, "row").text, test->value[NN_METRIC_LOSS]);
    else if (run->test && test->classes)
        nni_run_say(run, "test     accuracy %.4f%s: %s of %s; loss %.4g", test->value[NN_METRIC_ACCURACY],
                    run->test->row.weighted ? " weighted; of rows" : "", nni_figure_count(test->correct).text,
                    nni_figure_count(test->rows).text, test->value[NN_METRIC_LOSS]);
    else if (run->test)
        nni_run_say(run, "test     RMSE %.4g, R2 %.4g over %s; loss %.4g", test->value[NN_METRIC_RMSE],
                    test->value[NN_METRIC_R2], nni_figure_plural(test->rows, "row").text, test->value[NN_METRIC_LOSS]);
    nni_run_say(run, "model    %s/model.h5", run->folder);
    nni_run_say(run, "metrics  %s/metrics.jsonl", run->folder);
    nni_run_say_command(run, "next     nntrain inspect %s/model.h5", run->folder);
    nni_run_say_command(run, "         nntrain predict --model %s/model.h5 --data FILE.h5 --output predictions.h5",
                        run->folder);
    return NN_OK;
}

nn_status nni_callback_progress(nni_run *run, nni_callback *observer, nn_error *error)
{
    progress *state = NULL;
    NN_TRY(nni_allocate(1, sizeof *state, "the progress bar", &state, error));
    if (run->out && run->style == NN_PROGRESS_BAR)
        run->bar_width = &state->bar_width;
    *observer = (nni_callback){
        .begin = begin, .step = step, .epoch = epoch, .end = end, .halt = halt, .free = nni_release, .self = state};
    return NN_OK;
}
