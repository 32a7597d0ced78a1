/* SPDX-License-Identifier: MIT */
/* records.jsonl: an event a line (report/README.md). Events and members that are not known are skipped, so that those
 * of a later version do no harm; shapes that do not fit the network are counted, and the line is left out. */
#include <math.h>
#include <string.h>

#include "report/history/parts.h"
#include "support/memory.h"

/* --- arrays of records, all of which begin with their epoch --- */

static void clear_norms(nni_history *history, void *record)
{
    (void)history;
    nni_norm_record *norms = record;
    nni_release(norms->weight);
    nni_release(norms->gradient);
}

static void clear_histograms(nni_history *history, void *record)
{
    nni_histogram_record *histograms = record;
    for (size_t i = 0; histograms->layers && i < history->layer_count; i++) {
        nni_release(histograms->layers[i].weights.counts);
        nni_release(histograms->layers[i].activations.counts);
        nni_release(histograms->layers[i].gradients.counts);
    }
    nni_release(histograms->layers);
}

static void clear_frame(nni_history *history, void *record)
{
    (void)history;
    nni_release(((nni_frame *)record)->values);
}

static void clear_ranks(nni_history *history, void *record)
{
    (void)history;
    nni_rank_record *ranks = record;
    nni_release(ranks->rank);
    nni_release(ranks->compute);
    nni_release(ranks->wait);
    nni_release(ranks->evaluate);
    nni_release(ranks->checkpoint);
    nni_release(ranks->io);
    nni_release(ranks->memory);
}

/* An array of a history. */
typedef struct series {
    void *array; /* pointer to its pointer */
    size_t *count;
    size_t size;
    void (*clear)(nni_history *history, void *record);
} series;

static series norms_of(nni_history *h)
{
    return (series){&h->norms, &h->norm_count, sizeof *h->norms, clear_norms};
}

static series histograms_of(nni_history *h)
{
    return (series){&h->histograms, &h->histogram_count, sizeof *h->histograms, clear_histograms};
}

static series frames_of(nni_history *h)
{
    return (series){&h->frames, &h->frame_count, sizeof *h->frames, clear_frame};
}

static series ranks_of(nni_history *h)
{
    return (series){&h->rank_times, &h->rank_time_count, sizeof *h->rank_times, clear_ranks};
}

static char *records_of(const series *s)
{
    char *records = NULL;
    memcpy(&records, s->array, sizeof records);
    return records;
}

static double epoch_of(const void *record)
{
    double epoch = 0;
    memcpy(&epoch, record, sizeof epoch);
    return epoch;
}

/* Drops records of an epoch and later ones, which are written again after a resumption. */
static void drop_from(nni_history *history, const series *s, double epoch)
{
    for (; *s->count > 0; --*s->count) {
        char *last = records_of(s) + (*s->count - 1) * s->size;
        if (epoch_of(last) < epoch)
            return;
        s->clear(history, last);
    }
}

/* Takes a record over, or frees it where it was not good. */
static nn_status append(nni_history *history, series s, void *record, bool good, nn_error *error)
{
    nn_status status = good ? NN_OK : NN_DATA;
    if (good) {
        drop_from(history, &s, epoch_of(record));
        status = nni_history_grow(s.array, *s.count, s.size, error);
    }
    if (status == NN_OK)
        memcpy(records_of(&s) + (*s.count)++ * s.size, record, s.size);
    else
        s.clear(history, record);
    return status;
}

static void free_series(nni_history *history, series s)
{
    drop_from(history, &s, -(double)INFINITY);
    nni_release(records_of(&s));
}

/* --- events; each returns NN_DATA where its line is not as it should be --- */

static nn_status read_norms(nni_object line, nni_history *history, nn_error *error)
{
    if (history->layer_count == 0) /* a later line may tell of layers, which what has none would not have */
        return NN_DATA;
    nni_norm_record norms = {.epoch = nni_object_number(line, "epoch")};
    nn_status status = nni_object_numbers(line, "weight", history->layer_count, &norms.weight, error);
    if (status == NN_OK)
        status = nni_object_numbers(line, "gradient", history->layer_count, &norms.gradient, error);
    const nn_status appended =
        append(history, norms_of(history), &norms, status == NN_OK && norms.weight && norms.gradient, error);
    return status == NN_OK ? appended : status;
}

/* @return NN_OK also where there is none */
static nn_status read_histogram(nni_object layer, const char *name, nni_histogram *histogram, nn_error *error)
{
    const nni_object object = nni_object_member(layer, name);
    const size_t bins = nni_object_length(object, "counts");
    const double least = nni_object_number(object, "least"), most = nni_object_number(object, "most");
    if (bins == SIZE_MAX || bins == 0 || !(least <= most))
        return NN_OK;
    *histogram = (nni_histogram){.least = least, .most = most, .bins = bins};
    return nni_object_numbers(object, "counts", bins, &histogram->counts, error);
}

static nn_status read_layer_histograms(nni_object line, nni_layer_histograms *layers, nn_error *error)
{
    const nni_json_value *array = nni_object_member(line, "layers").value;
    for (const nni_json_value *value = array + 1; value < array + array->span; value += value->span, layers++) {
        const nni_object layer = {line.document, value};
        NN_TRY(read_histogram(layer, "weights", &layers->weights, error));
        NN_TRY(read_histogram(layer, "activations", &layers->activations, error));
        NN_TRY(read_histogram(layer, "gradients", &layers->gradients, error));
        layers->dead = nni_object_count(layer, "dead");
    }
    return NN_OK;
}

static nn_status read_histograms(nni_object line, nni_history *history, nn_error *error)
{
    const nni_json_value *array = nni_object_member(line, "layers").value;
    if (history->layer_count == 0 || !array || array->type != NNI_JSON_ARRAY || array->count != history->layer_count)
        return NN_DATA;
    nni_histogram_record record = {.epoch = nni_object_number(line, "epoch"), .rows = nni_object_count(line, "rows")};
    NN_TRY(nni_allocate(history->layer_count, sizeof *record.layers, "the histograms of a run", &record.layers, error));
    const nn_status status = read_layer_histograms(line, record.layers, error);
    const nn_status appended = append(history, histograms_of(history), &record, status == NN_OK, error);
    return status == NN_OK ? appended : status;
}

/* What of each listed rank; where that is not recorded, NAN. */
static nn_status read_of_ranks(nni_object line, const char *name, size_t listed, double **numbers, nn_error *error)
{
    NN_TRY(nni_object_numbers(line, name, listed, numbers, error));
    if (*numbers)
        return NN_OK;
    NN_TRY(nni_reserve(listed, sizeof **numbers, "the times of ranks", numbers, error));
    for (size_t i = 0; i < listed; i++)
        (*numbers)[i] = (double)NAN;
    return NN_OK;
}

static nn_status read_rank_numbers(nni_object line, nni_rank_record *record, nn_error *error)
{
    const nni_json_value *ranks = nni_object_member(line, "rank").value;
    NN_TRY(nni_reserve(record->listed, sizeof *record->rank, "the ranks of a run", &record->rank, error));
    for (size_t i = 0; i < record->listed; i++) {
        if (!ranks[1 + i].is_count)
            return NN_DATA;
        record->rank[i] = (size_t)ranks[1 + i].count;
    }
    NN_TRY(read_of_ranks(line, "compute", record->listed, &record->compute, error));
    NN_TRY(read_of_ranks(line, "wait", record->listed, &record->wait, error));
    NN_TRY(read_of_ranks(line, "evaluate", record->listed, &record->evaluate, error));
    NN_TRY(read_of_ranks(line, "checkpoint", record->listed, &record->checkpoint, error));
    NN_TRY(read_of_ranks(line, "io", record->listed, &record->io, error));
    return read_of_ranks(line, "memory", record->listed, &record->memory, error);
}

static nn_status read_ranks(nni_object line, nni_history *history, nn_error *error)
{
    nni_rank_record record = {
        .epoch = nni_object_number(line, "epoch"),
        .ranks = nni_object_count(line, "ranks"),
        .listed = nni_object_length(line, "rank"),
    };
    if (record.listed == SIZE_MAX || record.listed == 0)
        return NN_DATA;
    const nn_status status = read_rank_numbers(line, &record, error);
    const nn_status appended = append(history, ranks_of(history), &record, status == NN_OK, error);
    return status == NN_OK ? appended : status;
}

/* A grid of one or two inputs. @return whether it is one, of width * height points */
static bool read_grid(nni_object line, double least[2], double most[2], size_t *width, size_t *height, size_t *points)
{
    const nni_json_value *from = nni_object_member(line, "least").value, *to = nni_object_member(line, "most").value;
    const size_t inputs = nni_object_length(line, "least");
    if (inputs < 1 || inputs > 2 || nni_object_length(line, "most") != inputs)
        return false;
    for (size_t i = 0; i < inputs; i++) {
        least[i] = nni_object_value(&from[1 + i]), most[i] = nni_object_value(&to[1 + i]);
        if (!(least[i] < most[i]))
            return false;
    }
    *width = nni_object_count(line, "width");
    *height = nni_object_count(line, "height");
    return *width > 0 && *height > 0 && (inputs == 2 || *height == 1) &&
           !__builtin_mul_overflow(*width, *height, points);
}

/* Whether a frame has the inputs and outputs of those before it. Those of its epoch and later ones will be dropped. */
static bool fits(const nni_frame *frame, const nni_history *history)
{
    const nni_frame *first = history->frames;
    return history->frame_count == 0 || first->epoch >= frame->epoch ||
           (first->outputs == frame->outputs && (first->height == 1) == (frame->height == 1));
}

static nn_status read_frame(nni_object line, nni_history *history, nn_error *error)
{
    size_t points = 0, count = 0;
    nni_frame frame = {.epoch = nni_object_number(line, "epoch"), .outputs = nni_object_count(line, "outputs")};
    if (!read_grid(line, frame.least, frame.most, &frame.width, &frame.height, &points) || frame.outputs == 0 ||
        !fits(&frame, history) || __builtin_mul_overflow(points, frame.outputs, &count))
        return NN_DATA;
    NN_TRY(nni_object_floats(line, "values", count, &frame.values, error));
    return append(history, frames_of(history), &frame, frame.values != NULL, error);
}

static nn_status read_surface(nni_object line, nni_history *history, nn_error *error)
{
    size_t points = 0;
    nni_surface *surface = &history->surface, found = {.loss = NULL};
    if (nni_object_length(line, "least") != 2 ||
        !read_grid(line, found.least, found.most, &found.width, &found.height, &points))
        return NN_DATA;
    NN_TRY(nni_object_floats(line, "loss", points, &found.loss, error));
    if (!found.loss)
        return NN_DATA;
    nni_release(surface->loss);
    found.path = surface->path, found.path_step = surface->path_step, found.path_count = surface->path_count;
    *surface = found;
    return NN_OK;
}

static nn_status read_parameters(nni_object line, nni_history *history, nn_error *error)
{
    nni_surface *surface = &history->surface;
    const nni_json_value *values = nni_object_member(line, "values").value;
    const double step = nni_object_number(line, "step");
    if (nni_object_length(line, "values") != 2 || isnan(step))
        return NN_DATA;
    while (surface->path_count > 0 && surface->path_step[surface->path_count - 1] >= step)
        surface->path_count--;
    NN_TRY(nni_history_grow(&surface->path, surface->path_count, 2 * sizeof *surface->path, error));
    NN_TRY(nni_history_grow(&surface->path_step, surface->path_count, sizeof *surface->path_step, error));
    for (size_t i = 0; i < 2; i++) /* a parameter that is not finite any more is null */
        surface->path[2 * surface->path_count + i] = nni_object_value(&values[1 + i]);
    surface->path_step[surface->path_count++] = step;
    return NN_OK;
}

/* --- the file --- */

typedef nn_status read_event(nni_object line, nni_history *history, nn_error *error);

static read_event *find_event(const char *name)
{
    static const struct {
        const char *name;
        read_event *read;
    } events[] = {
        {"begin", nni_history_read_begin}, {"end", nni_history_read_end},   {"norms", read_norms},
        {"histograms", read_histograms},   {"ranks", read_ranks},           {"frame", read_frame},
        {"surface", read_surface},         {"parameters", read_parameters},
    };
    for (size_t i = 0; name && i < sizeof events / sizeof *events; i++)
        if (strcmp(name, events[i].name) == 0)
            return events[i].read;
    return NULL;
}

/* Whether a line is of the run's beginning or end, found without reading it: others may be long. */
static bool is_frame_of_run(const nni_lines *lines)
{
    enum { HEAD = 64 }; /* {"epoch": N, "event": "NAME" */
    char head[HEAD + 1] = "";
    memcpy(head, lines->text, lines->length < HEAD ? lines->length : HEAD);
    return strstr(head, "\"event\": \"begin\"") || strstr(head, "\"event\": \"end\"");
}

static nn_status read_line(const nni_lines *lines, nni_history *history, nn_error *error)
{
    nni_json_document *document = NULL;
    NN_TRY(nni_json_read(lines->text, lines->length, "records.jsonl", &document, error));
    const nni_object line = {document, nni_json_root(document)};
    read_event *read = find_event(nni_json_member_text(document, line.value, "event"));
    nn_status status = NN_OK;
    if (isnan(nni_object_number(line, "epoch")))
        status = NN_DATA;
    else if (read)
        status = read(line, history, error);
    nni_json_free(document);
    return status;
}

static nn_status read_lines(nni_lines *lines, nni_history *history, bool all, nn_error *error)
{
    while (nni_lines_next(lines)) {
        if (!all && !is_frame_of_run(lines))
            continue;
        const nn_status status = read_line(lines, history, error);
        if (status == NN_SYSTEM)
            return status;
        if (status != NN_OK)
            nni_lines_refuse(lines);
    }
    nni_lines_note(lines, "records.jsonl", history);
    return NN_OK;
}

nn_status nni_history_read_records(nni_history *history, bool all, nn_error *error)
{
    char path[PATH_MAX];
    nn_error said;
    nni_lines lines = {.file = NULL};
    if (!nni_history_has(history, "records.jsonl", path))
        return NN_OK;
    nn_status status = nni_lines_open(path, &lines, &said);
    if (status == NN_OK)
        status = read_lines(&lines, history, all, &said);
    nni_lines_close(&lines);
    return nni_history_excuse(history, status, &said, error);
}

void nni_history_free_records(nni_history *history)
{
    free_series(history, norms_of(history));
    free_series(history, histograms_of(history));
    free_series(history, frames_of(history));
    free_series(history, ranks_of(history));
    nni_release(history->surface.loss);
    nni_release(history->surface.path);
    nni_release(history->surface.path_step);
}
