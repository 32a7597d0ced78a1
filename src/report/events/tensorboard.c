/* SPDX-License-Identifier: MIT */
/* Event files of TensorBoard: TFRecords of Event messages, each with a step, a time and tagged values. Numbers of
 * fields are those of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. Values are of the
 * older kinds, as PyTorch writes them: every reader knows those, and of tensors TensorBoard's own server shows no
 * doubles either. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/png.h"
#include "report/events/events.h"
#include "report/events/images.h"
#include "report/events/protobuf.h"
#include "report/events/runs.h"
#include "report/events/tfrecord.h"
#include "support/files.h"
#include "support/memory.h"

enum { EVENT_TIME = 1, EVENT_STEP = 2, EVENT_VERSION = 3, EVENT_SUMMARY = 5 };
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_SCALAR = 2, VALUE_IMAGE = 4, VALUE_HISTOGRAM = 5, VALUE_METADATA = 9 };
enum { IMAGE_HEIGHT = 1, IMAGE_WIDTH = 2, IMAGE_COLOURS = 3, IMAGE_FILE = 4, RGB = 3 };
enum { METADATA_PLUGIN = 1, METADATA_DESCRIPTION = 3, PLUGIN_NAME = 1 };
enum {
    HISTOGRAM_LEAST = 1,
    HISTOGRAM_MOST,
    HISTOGRAM_COUNT,
    HISTOGRAM_SUM,
    HISTOGRAM_SQUARES,
    HISTOGRAM_EDGES,
    HISTOGRAM_BINS
};

/* An event file being written. Borrows all but the message, which serves all events one after the other. */
typedef struct event_file {
    FILE *out;
    const nni_history *run;
    nni_message message;
    size_t summary; /* where that of the event begins; SIZE_MAX: no event is begun */
} event_file;

/* --- events and values --- */

static void begin_event(event_file *file, double epoch)
{
    nni_message *event = &file->message;
    event->count = 0;
    nni_message_double(event, EVENT_TIME, nni_run_time(file->run, epoch));
    nni_message_integer(event, EVENT_STEP, epoch >= 0 && epoch < 1e15 ? (uint64_t)epoch : 0);
    file->summary = nni_message_begin(event, EVENT_SUMMARY);
}

static void end_event(event_file *file)
{
    nni_message_end(&file->message, file->summary);
    nni_tfrecord_write(file->out, file->message.bytes, file->message.count);
}

/* @return where the value begins, for nni_message_end */
static size_t begin_value(nni_message *event, const char *tag)
{
    const size_t value = nni_message_begin(event, SUMMARY_VALUE);
    nni_message_text(event, VALUE_TAG, tag);
    return value;
}

static void put_scalar(nni_message *event, const char *tag, double number)
{
    if (!isfinite(number))
        return;
    const size_t value = begin_value(event, tag);
    nni_message_float(event, VALUE_SCALAR, (float)number);
    nni_message_end(event, value);
}

/* --- what a run has --- */

enum { TAG_SIZE = 256 };

/* "test_accuracy" as "test/accuracy", "learning_rate" as "run/learning_rate": what is before the slash is a group. */
static void tag_of(const char *figure, char tag[TAG_SIZE])
{
    const char *metric;
    const nni_figure_split split = nni_figure_split_of(figure, &metric);
    snprintf(tag, TAG_SIZE, "%s/%s", split == NNI_FIGURE_OF_NONE ? "run" : nni_figure_split_names[split], metric);
}

static void put_curves(event_file *file)
{
    const nni_history *run = file->run;
    for (size_t i = 0; i < run->epochs; i++) {
        begin_event(file, run->epoch[i]);
        for (size_t c = 0; c < run->curve_count; c++) {
            char tag[TAG_SIZE];
            tag_of(run->curves[c].name, tag);
            put_scalar(&file->message, tag, run->curves[c].values[i]);
        }
        end_event(file);
    }
}

static void put_norms(event_file *file)
{
    const nni_history *run = file->run;
    for (size_t i = 0; i < run->norm_count; i++) {
        const nni_norm_record *norms = &run->norms[i];
        begin_event(file, norms->epoch);
        for (size_t l = 0; l < run->layer_count; l++) {
            char tag[TAG_SIZE];
            snprintf(tag, sizeof tag, "weight_norm/layer_%zu", l);
            put_scalar(&file->message, tag, norms->weight[l]);
            snprintf(tag, sizeof tag, "gradient_norm/layer_%zu", l);
            put_scalar(&file->message, tag, norms->gradient[l]);
        }
        end_event(file);
    }
}

/* Each bin has its right edge. Sums are those of values in the middle of their bins. */
static void put_histogram(nni_message *event, const char *name, size_t layer, const nni_histogram *histogram)
{
    const size_t bins = histogram->bins;
    const double width = (histogram->most - histogram->least) / (double)bins;
    double *edges = NULL, count = 0, sum = 0, squares = 0;
    char tag[TAG_SIZE];
    if (bins == 0 || !isfinite(width))
        return;
    if (nni_allocate(bins, sizeof *edges, "a histogram", &edges, NULL) != NN_OK) {
        event->failed = true;
        return;
    }
    for (size_t b = 0; b < bins; b++) {
        const double middle = histogram->least + ((double)b + 0.5) * width;
        edges[b] = b + 1 < bins ? histogram->least + (double)(b + 1) * width : histogram->most;
        count += histogram->counts[b];
        sum += histogram->counts[b] * middle;
        squares += histogram->counts[b] * middle * middle;
    }
    snprintf(tag, sizeof tag, "%s/layer_%zu", name, layer);
    const size_t value = begin_value(event, tag), inside = nni_message_begin(event, VALUE_HISTOGRAM);
    nni_message_double(event, HISTOGRAM_LEAST, histogram->least);
    nni_message_double(event, HISTOGRAM_MOST, histogram->most);
    nni_message_double(event, HISTOGRAM_COUNT, count);
    nni_message_double(event, HISTOGRAM_SUM, sum);
    nni_message_double(event, HISTOGRAM_SQUARES, squares);
    nni_message_doubles(event, HISTOGRAM_EDGES, edges, bins);
    nni_message_doubles(event, HISTOGRAM_BINS, histogram->counts, bins);
    nni_message_end(event, inside);
    nni_message_end(event, value);
    nni_release(edges);
}

static void put_histograms(event_file *file)
{
    const nni_history *run = file->run;
    for (size_t i = 0; i < run->histogram_count; i++) {
        const nni_histogram_record *record = &run->histograms[i];
        begin_event(file, record->epoch);
        for (size_t l = 0; l < run->layer_count; l++) {
            char tag[TAG_SIZE];
            put_histogram(&file->message, "weights", l, &record->layers[l].weights);
            put_histogram(&file->message, "activations", l, &record->layers[l].activations);
            put_histogram(&file->message, "gradients", l, &record->layers[l].gradients);
            snprintf(tag, sizeof tag, "dead_units/layer_%zu", l);
            put_scalar(&file->message, tag, (double)record->layers[l].dead);
        }
        end_event(file);
    }
}

static nn_status put_image(event_file *file, double epoch, const char *tag, const nni_image *image, nn_error *error)
{
    unsigned char *png = NULL;
    size_t bytes = 0;
    if (!image->rgb)
        return NN_OK;
    if (!nni_png_encode(image->rgb, image->width, image->height, &png, &bytes))
        return nn_fail(error, NN_SYSTEM, "no memory left for a picture of %s", file->run->folder);
    begin_event(file, epoch);
    nni_message *event = &file->message;
    const size_t value = begin_value(event, tag), inside = nni_message_begin(event, VALUE_IMAGE);
    nni_message_integer(event, IMAGE_HEIGHT, image->height);
    nni_message_integer(event, IMAGE_WIDTH, image->width);
    nni_message_integer(event, IMAGE_COLOURS, RGB);
    nni_message_bytes(event, IMAGE_FILE, png, bytes);
    nni_message_end(event, inside);
    const size_t metadata = nni_message_begin(event, VALUE_METADATA);
    const size_t plugin = nni_message_begin(event, METADATA_PLUGIN);
    nni_message_text(event, PLUGIN_NAME, "images");
    nni_message_end(event, plugin);
    nni_message_text(event, METADATA_DESCRIPTION, image->caption);
    nni_message_end(event, metadata);
    nni_message_end(event, value);
    end_event(file);
    free(png);
    return NN_OK;
}

static nn_status put_images(event_file *file, nn_error *error)
{
    const nni_history *run = file->run;
    nni_image image;
    NN_TRY(nni_image_of_weights(run, &image, error));
    nn_status status =
        put_image(file, run->epochs > 0 ? run->epoch[run->epochs - 1] : 0, "first_layer/weights", &image, error);
    nni_release(image.rgb);
    const size_t each = nni_images_of_frame(run);
    for (size_t i = 0; status == NN_OK && i < run->frame_count * each; i++) {
        const nni_frame *frame = &run->frames[i / each];
        char tag[TAG_SIZE] = "frames/all_outputs";
        if (each > 1)
            snprintf(tag, sizeof tag, "frames/output_%zu", i % each);
        status = nni_image_of_frame(run, frame, i % each, &image, error);
        if (status == NN_OK)
            status = put_image(file, frame->epoch, tag, &image, error);
        nni_release(image.rgb);
    }
    return status;
}

/* --- files --- */

static nn_status write_events(event_file *file, nn_error *error)
{
    nni_message *event = &file->message;
    nni_message_double(event, EVENT_TIME, nni_run_time(file->run, 0));
    nni_message_text(event, EVENT_VERSION, "brain.Event:2");
    nni_tfrecord_write(file->out, event->bytes, event->count);
    put_curves(file);
    put_norms(file);
    put_histograms(file);
    NN_TRY(put_images(file, error));
    return event->failed ? nn_fail(error, NN_SYSTEM, "no memory left for events of %s", file->run->folder) : NN_OK;
}

/* Of the same run always the same name, so that its events of an earlier time are replaced and not shown twice. */
static nn_status write_run(const nni_history *run, const char *folder, const char *name, nn_error *error)
{
    char path[PATH_MAX], inside[PATH_MAX];
    bool created;
    if (snprintf(inside, sizeof inside, "%s/%s", folder, name) >= (int)sizeof inside ||
        snprintf(path, sizeof path, "%s/events.out.tfevents.%010" PRIu64 ".nntrain", inside,
                 (uint64_t)fmax(0, nni_run_begin(run))) >= (int)sizeof path)
        return nn_fail(error, NN_SYSTEM, "cannot write events into %s: the name is too long", folder);
    const int reason = nni_make_folders(inside, &created);
    if (reason != 0)
        return nn_fail(error, NN_SYSTEM, "cannot make the folder %s: %s; name another with --tensorboard", inside,
                       strerror(reason));
    nni_draft draft = {.file = NULL};
    NN_TRY(nni_draft_open(path, &draft, error));
    event_file file = {.out = draft.file, .run = run};
    nn_status status = write_events(&file, error);
    nni_message_free(&file.message);
    if (status == NN_OK)
        status = nni_draft_commit(&draft, error);
    nni_draft_drop(&draft);
    return status;
}

nn_status nni_report_tensorboard(const nni_history *const *runs, size_t count, const char *folder, nn_error *error)
{
    nni_string_set names = {.count = 0};
    nn_status status = nni_history_names(runs, count, false, &names, error);
    for (size_t i = 0; status == NN_OK && i < count; i++)
        status = write_run(runs[i], folder, names.text[i], error);
    nni_string_set_free(&names);
    return status;
}
