/* SPDX-License-Identifier: MIT */
#include "train/record/surface.h"

#include "data/dataset/cursor.h"
#include "support/memory.h"
#include "train/run/gradient_sync.h"

/* Points along a side. */
enum { SIDE = 49, POINTS = SIDE * SIDE };

bool nni_record_surface_is_on(const nni_run *run)
{
    return run->recipe->record.surface > 0 && run->model.network->parameter_count == 2;
}

/* Where the two are in a flat array: the weight first, then what is added to it; of others in the order of the array.
 */
static void find_parameters(const nn_network *network, size_t at[2])
{
    size_t found = 0;
    at[0] = at[1] = 0;
    for (size_t t = 0; t < network->tensor_count; t++)
        for (size_t i = 0; i < network->tensors[t].count && found < 2; i++)
            at[found++] = network->tensors[t].offset + i;
    if (network->tensors[0].role == NNI_TENSOR_BIAS) {
        const size_t bias = at[0];
        at[0] = at[1];
        at[1] = bias;
    }
}

static double coordinate(const nni_run *run, size_t place)
{
    const double half = run->recipe->record.surface;
    return -half + 2 * half * (double)place / (SIDE - 1);
}

/* A pass over this rank's training rows with each point's parameters. */
typedef struct survey {
    const nni_run *run;
    nn_network network; /* the run's with parameters of its own */
    nni_workspace *work;
    nni_cursor *cursor;
    nni_real *x, *y;
    double *sums; /* [POINTS] of losses */
} survey;

static nn_status take_memory(survey *s, nn_error *error)
{
    static const char what[] = "the surface of the loss";
    const nni_dataset *train = s->run->data.train;
    const size_t capacity = s->run->model.work->capacity;
    s->network = *s->run->model.network;
    s->network.parameters = NULL;
    NN_TRY(nni_allocate(s->network.flat_count, sizeof *s->network.parameters, what, &s->network.parameters, error));
    NN_TRY(nni_workspace_create(&s->network, capacity, s->run->threads.count, 0, &s->work, error));
    NN_TRY(nni_cursor_create(train, capacity, &s->cursor, error));
    NN_TRY(nni_allocate(capacity, train->row.features * sizeof *s->x, what, &s->x, error));
    return nni_allocate(capacity, train->row.outputs * sizeof *s->y, what, &s->y, error);
}

static void release(survey *s)
{
    nni_release(s->network.parameters);
    nni_workspace_free(s->work);
    nni_cursor_free(s->cursor);
    nni_release(s->x);
    nni_release(s->y);
}

static void add_losses(survey *s, const nni_rows *rows)
{
    const nni_dataset *train = s->run->data.train;
    const nni_batch batch = {
        .rows = rows->count,
        .global_rows = train->slicing.slices.rows,
        .x = nni_dataset_convert(train, rows, s->x),
        .y = {.classes = rows->classes, .values = nni_dataset_convert_targets(train, rows, s->y)},
        .weights = rows->weights,
    };
    size_t at[2];
    find_parameters(&s->network, at);
    for (size_t p = 0; p < POINTS; p++) {
        s->network.parameters[at[0]] = (nni_real)coordinate(s->run, p % SIDE);
        s->network.parameters[at[1]] = (nni_real)coordinate(s->run, p / SIDE);
        nni_network_infer(&s->network, batch.x, batch.rows, s->work);
        s->sums[p] += nni_loss(&s->run->recipe->loss, &s->network, &batch, s->work);
    }
}

static nn_status run_rows(survey *s, nn_error *error)
{
    nni_rows rows = {.count = 1};
    while (rows.count > 0) {
        NN_TRY(nni_cursor_next(s->cursor, &rows, error));
        if (rows.count > 0)
            add_losses(s, &rows);
    }
    return NN_OK;
}

static void put_surface(const nni_run *run, nni_record_lines *lines, const double *loss)
{
    nni_json json;
    float values[POINTS];
    const double half = run->recipe->record.surface, least[2] = {-half, -half}, most[2] = {half, half};
    if (!nni_record_line(lines, "surface", &json))
        return;
    for (size_t p = 0; p < POINTS; p++)
        values[p] = (float)loss[p];
    json.digits = 9;
    nni_json_numbers(&json, "least", least, 2);
    nni_json_numbers(&json, "most", most, 2);
    nni_json_count(&json, "width", SIDE);
    nni_json_count(&json, "height", SIDE);
    nni_json_bytes(&json, "loss", values, sizeof values);
    nni_json_end(&json, '}');
}

nn_status nni_record_surface(const nni_run *run, nni_record_lines *lines, nn_error *error)
{
    double sums[POINTS] = {0};
    survey s = {.run = run, .sums = sums};
    nn_status status = take_memory(&s, error);
    if (status == NN_OK)
        status = run_rows(&s, error);
    release(&s);
    NN_TRY(nn_comm_agree(run->comm, status, error));
    NN_TRY(nn_comm_sum_double(run->comm, sums, POINTS, error));
    put_surface(run, lines, sums);
    return NN_OK;
}

nn_status nni_record_parameters(const nni_run *run, nni_record_lines *lines, nn_error *error)
{
    nni_json json;
    size_t at[2];
    const nn_network *network = run->model.network;
    NN_TRY(nni_gradient_sync_settle(run->model.gradient_sync, error));
    find_parameters(network, at);
    const double values[2] = {(double)network->parameters[at[0]], (double)network->parameters[at[1]]};
    if (!nni_record_line(lines, "parameters", &json))
        return NN_OK;
    json.digits = 9;
    nni_json_count(&json, "step", run->progress.counters.step);
    nni_json_numbers(&json, "values", values, 2);
    nni_json_end(&json, '}');
    return NN_OK;
}
