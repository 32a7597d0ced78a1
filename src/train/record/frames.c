/* SPDX-License-Identifier: MIT */
#include "train/record/frames.h"

#include <math.h>
#include <string.h>

#include "support/memory.h"

/* Points along an input. */
enum { CURVE = 256, SIDE_LEAST = 32, SIDE_MOST = 64 };

/* Of the range of an input, what is shown beyond it on either side. */
static const double margin = 0.1;

struct nni_record_frames {
    const nni_run *run; /* borrowed */
    size_t count;       /* that are planned */
    size_t inputs, outputs;
    size_t width, height;
    double least[2], most[2];
    double *x;     /* [height, width, inputs] */
    double *found; /* [height, width, outputs] */
    float *values; /* the same */
};

/* As many points as the share of the work that records may take allows, but so many that a picture is one. */
static size_t side_of(const nni_run *run)
{
    const double rows = (double)run->data.train->slicing.slices.rows * (double)run->recipe->training.epochs;
    const double points = 0.005 * 3 * rows / (double)run->comm->size / (double)run->recipe->record.boundary;
    if (run->recipe->record.name == NNI_RECORD_FULL)
        return SIDE_MOST;
    return (size_t)fmin(fmax(sqrt(points), SIDE_LEAST), SIDE_MOST);
}

nn_status nni_record_frames_create(const nni_run *run, nni_record_frames **result, nn_error *error)
{
    static const char what[] = "the frames that are recorded";
    const nn_network *network = run->model.network;
    *result = NULL;
    if (network->inputs > 2 || run->recipe->record.boundary == 0)
        return NN_OK;
    nni_record_frames *frames = NULL;
    NN_TRY(nni_allocate(1, sizeof *frames, what, &frames, error));
    *result = frames;
    frames->run = run;
    frames->count = run->recipe->record.boundary;
    frames->inputs = network->inputs;
    frames->outputs = network->outputs;
    frames->width = network->inputs == 1 ? CURVE : side_of(run);
    frames->height = network->inputs == 1 ? 1 : frames->width;
    const size_t points = frames->width * frames->height;
    NN_TRY(nni_allocate(points, frames->inputs * sizeof *frames->x, what, &frames->x, error));
    NN_TRY(nni_allocate(points, frames->outputs * sizeof *frames->found, what, &frames->found, error));
    return nni_allocate(points, frames->outputs * sizeof *frames->values, what, &frames->values, error);
}

void nni_record_frames_free(nni_record_frames *frames)
{
    if (!frames)
        return;
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
    lay_out(frames);
    return NN_OK;
}

/* --- the frames --- */

/* Epochs of the frames: 0, then 1 and ever farther apart, by one factor, to the last. */
static uint64_t epoch_of(const nni_record_frames *frames, size_t frame)
{
    const double epochs = (double)frames->run->recipe->training.epochs;
    uint64_t epoch = 0;
    for (size_t k = 1; k <= frame; k++) {
        const double power = frames->count > 2 ? (double)(k - 1) / (double)(frames->count - 2) : 1;
        const uint64_t next = (uint64_t)floor(pow(epochs, power) + 0.5);
        epoch = next > epoch ? next : epoch + 1;
    }
    return epoch;
}

bool nni_record_frames_due(const nni_record_frames *frames, uint64_t epoch, bool last)
{
    bool due = frames && last;
    for (size_t k = 0; frames && !due && k < frames->count; k++)
        due = epoch_of(frames, k) == epoch;
    return due;
}

void nni_record_frame(nni_record_frames *frames, nni_probe *probe, nni_record_lines *lines)
{
    nni_json json;
    const size_t points = frames->width * frames->height, count = points * frames->outputs;
    if (!nni_record_line(lines, "frame", &json))
        return;
    nni_probe_predict(probe, frames->x, points, frames->found);
    for (size_t i = 0; i < count; i++)
        frames->values[i] = (float)frames->found[i];
    json.digits = 9;
    nni_json_numbers(&json, "least", frames->least, frames->inputs);
    nni_json_numbers(&json, "most", frames->most, frames->inputs);
    nni_json_count(&json, "width", frames->width);
    nni_json_count(&json, "height", frames->height);
    nni_json_count(&json, "outputs", frames->outputs);
    nni_json_bytes(&json, "values", frames->values, count * sizeof *frames->values);
    nni_json_end(&json, '}');
}
