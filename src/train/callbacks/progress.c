/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/history/history.h"
#include "report/terminal/curves.h"
#include "support/extremes.h"
#include "support/memory.h"
#include "train/callbacks/callbacks.h"
#include "train/callbacks/class_balance.h"
#include "train/callbacks/start_report.h"
#include "train/run/format.h"
#include "train/run/run.h"

/* Redrawing more often than the eye follows costs a slow terminal more than it shows. */
static const double redraw_seconds = 0.1;

/* Of many epochs some have a line: as many as fit on a screen or two, or one a minute where epochs take long. */
enum { LINES_MAX = 50, QUIET_SECONDS = 60 };

typedef struct progress {
    double drawn;     /* clock when the bar was last drawn */
    size_t bar_width; /* characters of the bar on the screen now */
    double printed;   /* clock when the last line of an epoch was; 0: none was */
    bool pending;     /* `line` was left out so far */
    char line[400];   /* of the newest epoch */
} progress;

/* Epochs from one line to the next: 1, 2 or 5 times a power of ten. */
static size_t epochs_per_line(const nni_run *run)
{
    const size_t epochs = run->recipe->training.epochs;
    size_t each = 1;
    for (size_t i = 0; run->output.style != NN_PROGRESS_ALL && epochs / each > LINES_MAX; i++)
        each = i % 3 == 1 ? each / 2 * 5 : 2 * each;
    return each;
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    NN_TRY(nni_start_report(run, error));
    if (nni_output_reports(&run->output) && epochs_per_line(run) > 1)
        nni_output_say(&run->output, "progress a line every %zu epochs; --progress all: of each", epochs_per_line(run));
    return nni_warn_of_class_balance(run, error);
}

/* epoch  3/30 [======>     ]  52 %  loss 0.2345  12,345 samples/s  14 s left */
static void draw_bar(progress *state, const nni_run *run, const nni_step_report *report)
{
    enum { WIDTH = 12 }; /* blanks of the bar */
    const nni_progress *counters = &run->progress.counters;
    const double done = (double)counters->epoch_step / (double)run->plan.epoch_steps;
    const double elapsed = nni_clock() - run->progress.epoch_began;
    const double rate = (double)run->progress.epoch_rows / (elapsed > 0 ? elapsed : 1e-9);
    const double all = (double)run->recipe->training.epochs * (double)run->data.train->slicing.slices.rows;
    const double seen = ((double)counters->epoch + done) * (double)run->data.train->slicing.slices.rows;
    char bar[] = " [            ]";
    const size_t filled = (size_t)(done * WIDTH);
    memset(bar + 2, '=', filled);
    if (filled < WIDTH)
        bar[2 + filled] = '>';
    char line[256], speed[64];
    snprintf(speed, sizeof speed, "  %s samples/s", nni_figure_count((uint64_t)rate).text);
    /* A longer line would wrap, and only its last part be overwritten. */
    const int columns = nni_output_columns(&run->output) > 0 ? (int)nni_output_columns(&run->output) : 80;
    int width = columns;
    for (int left_out = 0; left_out < 3 && width >= columns; left_out++)
        width = snprintf(line, sizeof line, "epoch %*" PRIu64 "/%zu%s %3.0f %%  loss %.4g%s  %s left",
                         (int)snprintf(NULL, 0, "%zu", run->recipe->training.epochs), counters->epoch + 1,
                         run->recipe->training.epochs, left_out < 2 ? bar : "", 100 * done, report->loss,
                         left_out < 1 ? speed : "", nni_figure_seconds((all - seen) / rate).text);
    if (width >= columns)
        width = columns - 1;
    line[width] = '\0';
    const int padding = (int)state->bar_width > width ? (int)state->bar_width - width : 0;
    fprintf(run->output.file, "\r%s%*s", line, padding, "");
    fflush(run->output.file);
    state->bar_width = (size_t)width;
}

static nn_status step(void *self, nni_run *run, const nni_step_report *report, nn_error *error)
{
    (void)error;
    progress *state = self;
    if (!run->output.file || run->output.style != NN_PROGRESS_BAR)
        return NN_OK;
    const double now = nni_clock();
    if (now - state->drawn >= redraw_seconds) {
        state->drawn = now;
        draw_bar(state, run, report);
    }
    return NN_OK;
}

/* Metric of a split that is shown beside the loss. */
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

/* All figures, or as many as the terminal has columns for: those of the split that early stopping follows are left out
 * last. */
static void format_line(const nni_run *run, const nni_epoch_report *report, char line[400])
{
    char speed[128] = "";
    size_t length = (size_t)snprintf(speed, sizeof speed, "  %s samples/s",
                                     nni_figure_count((uint64_t)((double)report->rows / report->seconds)).text);
    if (report->waited > 0.01 * report->seconds)
        snprintf(speed + length, sizeof speed - length, ", %.0f %% of the time waiting for rows",
                 100 * report->waited / report->seconds);
    const size_t columns = nni_output_columns(&run->output);
    for (int left_out = 0; left_out < 4; left_out++) {
        char validation[96] = "", test[96] = "";
        const bool losses = left_out < 2;
        if (report->validated)
            describe("validation", &report->validation, losses, validation);
        if (report->tested && (left_out < 3 || !report->validated))
            describe("test", &report->test, losses, test);
        length = (size_t)snprintf(line, 400, "epoch %*" PRIu64 "/%zu  loss %-9.4g%s%s%s",
                                  (int)snprintf(NULL, 0, "%zu", run->recipe->training.epochs),
                                  run->progress.counters.epoch, run->recipe->training.epochs, report->train_loss,
                                  validation, test, left_out == 0 ? speed : "");
        if (columns == 0 || length <= columns)
            return;
    }
}

static void print_line(progress *state, const nni_run *run)
{
    nni_output_say(&run->output, "%s", state->line);
    state->printed = nni_clock();
    state->pending = false;
}

static nn_status epoch(void *self, nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    (void)error;
    progress *state = self;
    const uint64_t done = run->progress.counters.epoch;
    if (!nni_output_reports(&run->output))
        return NN_OK;
    format_line(run, report, state->line);
    state->pending = true;
    if (state->printed == 0 || run->progress.finished || done == run->recipe->training.epochs ||
        done % epochs_per_line(run) == 0 || nni_clock() - state->printed >= QUIET_SECONDS)
        print_line(state, run);
    return NN_OK;
}

static void say_report(const nni_run *run)
{
    if (nni_output_reports(&run->output) && run->files.report[0])
        nni_output_say(&run->output, "report   %s", run->files.report);
}

/* On a terminal, from the files of the run, so that epochs before it was resumed are in it. A run that is over does not
 * fail by a picture. */
static void draw_curves(const nni_run *run)
{
    enum { ROWS = 8, COLUMNS_MOST = 100 };
    const size_t columns = nni_output_reports(&run->output) ? nni_output_columns(&run->output) : 0;
    nni_history *history = NULL;
    if (columns > 0 &&
        nni_history_read(run->files.folder, (nni_history_wanted){.records = false}, &history, NULL) == NN_OK &&
        nni_terminal_has_curves(history)) {
        nni_output_clear_bar(&run->output);
        nni_terminal_curves(run->output.file, history, nni_terminal_ask(), nni_smaller(columns, COLUMNS_MOST), ROWS,
                            NULL);
        fflush(run->output.file);
    }
    nni_history_free(history);
}

/* The last whole epoch has its line, however a run ends. */
static nn_status halt(void *self, nni_run *run, nn_error *error)
{
    (void)error;
    progress *state = self;
    if (state->pending)
        print_line(state, run);
    draw_curves(run);
    say_report(run);
    return NN_OK;
}

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    (void)error;
    if (!nni_output_reports(&run->output))
        return NN_OK;
    const nni_metrics *test = &run->progress.test;
    draw_curves(run);
    nni_output_say(&run->output, "done     %s in %s%s%s", nni_figure_plural(run->progress.counters.epoch, "epoch").text,
                   nni_figure_seconds(run->progress.counters.seconds).text, run->progress.finish_reason ? ": " : "",
                   run->progress.finish_reason ? run->progress.finish_reason : "");
    if (run->recipe->training.restore_best)
        nni_output_say(&run->output, "best     %s %.6g after %s; its weights are the model",
                       nn_metric_name(run->recipe->training.stop.metric), run->progress.counters.best,
                       nni_figure_plural(run->progress.counters.best_epoch, "epoch").text);
    if (run->data.test && shown(test) == NN_METRIC_F1_MICRO)
        nni_output_say(&run->output, "test     micro F1 %.4f; all labels right in %s of %s; loss %.4g",
                       test->value[NN_METRIC_F1_MICRO], nni_figure_count(test->correct).text,
                       nni_figure_plural(test->rows, "row").text, test->value[NN_METRIC_LOSS]);
    else if (run->data.test && test->classes)
        nni_output_say(&run->output, "test     accuracy %.4f%s: %s of %s; loss %.4g", test->value[NN_METRIC_ACCURACY],
                       run->data.test->row.weighted ? " weighted; of rows" : "", nni_figure_count(test->correct).text,
                       nni_figure_count(test->rows).text, test->value[NN_METRIC_LOSS]);
    else if (run->data.test)
        nni_output_say(&run->output, "test     RMSE %.4g, R2 %.4g over %s; loss %.4g", test->value[NN_METRIC_RMSE],
                       test->value[NN_METRIC_R2], nni_figure_plural(test->rows, "row").text,
                       test->value[NN_METRIC_LOSS]);
    nni_output_say(&run->output, "model    %s/model.h5", run->files.folder);
    nni_output_say(&run->output, "metrics  %s/metrics.jsonl", run->files.folder);
    say_report(run);
    nni_output_say_command(&run->output, "next     nntrain inspect %s/model.h5", run->files.folder);
    nni_output_say_command(&run->output,
                           "         nntrain predict --model %s/model.h5 --data FILE.h5 --output predictions.h5",
                           run->files.folder);
    return NN_OK;
}

nn_status nni_callback_progress(nni_run *run, nni_callback *callback, nn_error *error)
{
    progress *state = NULL;
    NN_TRY(nni_allocate(1, sizeof *state, "the progress bar", &state, error));
    if (run->output.file && run->output.style == NN_PROGRESS_BAR)
        run->output.bar_width = &state->bar_width;
    *callback = (nni_callback){
        .begin = begin, .step = step, .epoch = epoch, .end = end, .halt = halt, .free = nni_release, .self = state};
    return NN_OK;
}
