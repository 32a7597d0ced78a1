/* SPDX-License-Identifier: MIT */
#include "train/record/frames.h"

#include <math.h>
#include <string.h>

#include "support/extremes.h"
#include "support/memory.h"
#include "train/record/predictions.h"

static const char what[] = "the frames that are recorded";

/* Points along an input. */
enum { CURVE = 256, SIDE_LEAST = 32, SIDE_MOST = 64 };

/* Values of a frame; of all frames unless the recipe wants all, at 5.3 bytes each; outputs of a frame that may have
 * only some: as many as a report draws. */
enum { VALUES_MOST = 1 << 18, ALL_VALUES_MOST = 1 << 21, OUTPUTS_MOST = 6 };

/* Of the range of an input, what is shown beyond it on either side. */
static const double margin = 0.1;

struct nni_record_frames {
    const nni_run *run; /* borrowed */
    size_t inputs;
    size_t outputs; /* the first of the network's, or all */
    size_t width, height;
    double least[2], most[2];
    /* On rank 0: */
    size_t count;
    uint64_t *epochs; /* [count] that frames are of, rising */
    double *x;        /* [height, width, inputs] */
    double *found;    /* [NNI_PROBE_ROWS, network's outputs] */
    float *values;    /* [height, width, outputs] */
};

/* As many points as the share of the work that records may take allows, but so many that a picture is one, and no more
 * than values. */
static size_t side_of(const nni_run *run, size_t outputs)
{
    const double rows = (double)run->data.train->slicing.slices.rows * (double)run->recipe->training.epochs;
    const double points = 0.005 * 3 * rows / (double)run->comm->size / (double)run->recipe->record.boundary;
    const double side = run->recipe->record.name == NNI_RECORD_FULL ? SIDE_MOST : fmax(sqrt(points), SIDE_LEAST);
    return (size_t)fmin(fmin(side, SIDE_MOST), sqrt((double)VALUES_MOST / (double)outputs));
}

static size_t count_of(const nni_record_frames *frames)
{
    const size_t asked = frames->run->recipe->record.boundary;
    const size_t most = ALL_VALUES_MOST / (frames->width * frames->height * frames->outputs);
    return frames->run->recipe->record.name == NNI_RECORD_FULL ? asked : nni_smaller(asked, most);
}

/* 0, then 1 and ever farther apart, by one factor, to the last. */
static void choose_epochs(nni_record_frames *frames)
{
    const double epochs = (double)frames->run->recipe->training.epochs;
    frames->epochs[0] = 0;
    for (size_t k = 1; k < frames->count; k++) {
        const double power = frames->count > 2 ? (double)(k - 1) / (double)(frames->count - 2) : 1;
        const uint64_t next = (uint64_t)floor(pow(epochs, power) + 0.5), before = frames->epochs[k - 1];
        frames->epochs[k] = next > before ? next : before + 1;
    }
}

static nn_status take_memory(nni_record_frames *frames, nn_error *error)
{
    const size_t points = frames->width * frames->height;
    NN_TRY(nni_allocate(frames->count, sizeof *frames->epochs, what, &frames->epochs, error));
    NN_TRY(nni_allocate(points, frames->inputs * sizeof *frames->x, what, &frames->x, error));
    NN_TRY(nni_allocate(NNI_PROBE_ROWS, frames->run->model.network->outputs * sizeof *frames->found, what,
                        &frames->found, error));
    return nni_allocate(points, frames->outputs * sizeof *frames->values, what, &frames->values, error);
}

nn_status nni_record_frames_create(const nni_run *run, nni_record_frames **result, nn_error *error)
{
    const nn_network *network = run->model.network;
    const size_t least = network->inputs == 1 ? CURVE : SIDE_LEAST * SIDE_LEAST;
    const bool fits = least * network->outputs <= VALUES_MOST;
    *result = NULL;
    /* Which of the classes is the most likely takes all of them. */
    if (network->inputs > 2 || run->recipe->record.boundary == 0 ||
        (!fits && nni_record_predicts(run) == NN_PREDICTS_CLASSES))
        return NN_OK;
    nni_record_frames *frames = NULL;
    NN_TRY(nni_allocate(1, sizeof *frames, what, &frames, error));
    *result = frames;
    frames->run = run;
    frames->inputs = network->inputs;
    frames->outputs = fits ? network->outputs : OUTPUTS_MOST;
    frames->width = network->inputs == 1 ? CURVE : side_of(run, frames->outputs);
    frames->height = network->inputs == 1 ? 1 : frames->width;
    frames->count = count_of(frames);
    if (run->comm->rank != 0)
        return NN_OK;
    NN_TRY(take_memory(frames, error));
    choose_epochs(frames);
    return NN_OK;
}

void nni_record_frames_free(nni_record_frames *frames)
{
    if (!frames)
        return;
    nni_release(frames->epochs);
    nni_release(frames->x);
    nni_release(frames->found);
    nni_release(frames->values);
    nni_release(frames);
}

/* --- the grid --- */

/* The range of this rank's rows; of those that stay in their files that of all values, whichever input's they are. */
static void find_range(nni_record_frames *frames)
{
    const nni_dataset *train = frames->run->data.train;
    for (size_t i = 0; i < frames->inputs; i++) {
        frames->least[i] = train->source ? train->x_range[0] : INFINITY;
        frames->most[i] = train->source ? train->x_range[1] : -INFINITY;
    }
    for (size_t row = 0; !train->source && row < train->slicing.rows; row++) {
        nni_real x[2];
        const nni_rows one = nni_dataset_resident(train, row, 1);
        nni_row_convert(&train->row, NULL, &one, 0, x);
        for (size_t i = 0; i < frames->inputs; i++) {
            frames->least[i] = fmin(frames->least[i], (double)x[i]);
            frames->most[i] = fmax(frames->most[i], (double)x[i]);
        }
    }
}

/* On rank 0. */
static void lay_out(nni_record_frames *frames)
{
    const size_t points[2] = {frames->width, frames->height};
    for (size_t i = 0; i < frames->inputs; i++) {
        const double range = frames->most[i] - frames->least[i], beyond = range > 0 ? margin * range : 1;
        frames->least[i] -= beyond;
        frames->most[i] += beyond;
    }
    for (size_t p = 0; p < frames->width * frames->height; p++) {
        const size_t place[2] = {p % frames->width, p / frames->width};
        for (size_t i = 0; i < frames->inputs && i < 2; i++)
            frames->x[p * frames->inputs + i] =
                frames->least[i] + (frames->most[i] - frames->least[i]) * (double)place[i] / (double)(points[i] - 1);
    }
}

nn_status nni_record_frames_begin(nni_record_frames *frames, nn_comm *comm, nn_error *error)
{
    if (!frames)
        return NN_OK;
    find_range(frames);
    NN_TRY(nni_comm_min_double(comm, frames->least, frames->inputs, error));
    NN_TRY(nni_comm_max_double(comm, frames->most, frames->inputs, error));
    if (comm->rank == 0)
        lay_out(frames);
    return NN_OK;
}

/* --- the frames --- */

bool nni_record_frames_due(const nni_record_frames *frames, uint64_t epoch, bool last)
{
    bool due = frames && last;
    for (size_t k = 0; frames && !due && k < frames->count; k++)
        due = frames->epochs[k] == epoch;
    return due;
}

static void predict(nni_record_frames *frames, nni_probe *probe)
{
    const size_t points = frames->width * frames->height, of_network = probe->network.outputs;
    for (size_t first = 0; first < points; first += NNI_PROBE_ROWS) {
        const size_t rows = nni_smaller(points - first, NNI_PROBE_ROWS);
        nni_probe_predict(probe, frames->x + first * frames->inputs, rows, frames->found);
        for (size_t row = 0; row < rows; row++)
            for (size_t j = 0; j < frames->outputs; j++)
                frames->values[(first + row) * frames->outputs + j] = (float)frames->found[row * of_network + j];
    }
}

void nni_record_frame(nni_record_frames *frames, nni_probe *probe, nni_record_lines *lines)
{
    nni_json json;
    if (!nni_record_line(lines, "frame", &json))
        return;
    predict(frames, probe);
    json.digits = 9;
    nni_json_numbers(&json, "least", frames->least, frames->inputs);
    nni_json_numbers(&json, "most", frames->most, frames->inputs);
    nni_json_count(&json, "width", frames->width);
    nni_json_count(&json, "height", frames->height);
    nni_json_count(&json, "outputs", frames->outputs);
    nni_json_bytes(&json, "values", frames->values,
                   frames->width * frames->height * frames->outputs * sizeof *frames->values);
    nni_json_end(&json, '}');
}
