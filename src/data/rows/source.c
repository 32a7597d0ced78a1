#include "data/rows/source.h"

#include <string.h>

#include "data/dataset/labels.h"
#include "data/rows/rows.h"
#include "hdf5/files.h"
#include "hdf5/guard.h"
#include "hdf5/lock.h"
#include "hdf5/multi_file.h"
#include "kernels/elementwise/convert.h"
#include "support/memory.h"
#include "support/timeline.h"

/* Of rows that are converted on their way. */
enum { STAGING_BYTES = 1 << 20 };

struct nni_source {
    const nni_dataset *dataset;
    nni_dataset_layouts layouts;
    nni_hdf5_columns x_columns, y_columns; /* borrowed names */
    size_t file_row;                       /* of the file, the first one of this rank */
    bool classes;                          /* y holds classes, whatever they were fitted to */
    int64_t class_limit;                   /* all classes are below */
    char *w_name;
    hid_t file;
    nni_hdf5_reader x, y, w;
    void *staging;
    size_t staging_bytes;
    nni_worker *worker;
    double waited; /* seconds */
};

/* --- room --- */

nn_status nni_rows_buffer_create(const nni_dataset *dataset, size_t capacity, nni_rows_buffer *room, nn_error *error)
{
    const char what[] = "rows that are read ahead";
    *room = (nni_rows_buffer){.capacity = capacity};
    NN_TRY(nni_reserve(capacity, nni_dataset_row_bytes(dataset), what, &room->x, error));
    if (dataset->target == NNI_TARGET_CLASSES)
        NN_TRY(nni_reserve(capacity, sizeof *room->classes, what, &room->classes, error));
    if (dataset->target == NNI_TARGET_VALUES)
        NN_TRY(nni_reserve(capacity, dataset->outputs * sizeof *room->values, what, &room->values, error));
    if (dataset->weighted)
        NN_TRY(nni_reserve(capacity, sizeof *room->weights, what, &room->weights, error));
    return NN_OK;
}

void nni_rows_buffer_free(nni_rows_buffer *room)
{
    nni_release(room->x);
    nni_release(room->classes);
    nni_release(room->values);
    nni_release(room->weights);
    *room = (nni_rows_buffer){.capacity = 0};
}

nni_rows nni_rows_of_buffer(const nni_dataset *dataset, const nni_rows_buffer *room, size_t first, size_t count,
                            size_t number)
{
    return (nni_rows){
        .first = number,
        .count = count,
        .x = (const char *)room->x + first * nni_dataset_row_bytes(dataset),
        .classes = room->classes ? room->classes + first : NULL,
        .values = room->values ? room->values + first * dataset->outputs : NULL,
        .weights = room->weights ? room->weights + first : NULL,
    };
}

size_t nni_rows_buffer_row_bytes(const nni_dataset *dataset)
{
    size_t bytes = nni_dataset_row_bytes(dataset);
    if (dataset->target == NNI_TARGET_CLASSES)
        bytes += sizeof(int32_t);
    if (dataset->target == NNI_TARGET_VALUES)
        bytes += dataset->outputs * sizeof(double);
    return bytes + (dataset->weighted ? sizeof(nni_real) : 0);
}

/* --- reading, on the worker's thread --- */

/* Rows of one table as they are kept, through the staging room where they are not kept as they come. */
static nn_status read_numbers(const nni_source *source, const nni_hdf5_reader *reader, nni_file_run run,
                              nni_element kept, void *to, nn_error *error)
{
    const size_t width = reader->table.rows.layout->row_values,
                 from_size = nni_element_size(reader->table.rows.element);
    const size_t at = source->file_row + run.first;
    if (kept == reader->table.rows.element)
        return nni_hdf5_reader_read(reader, at, run.count, to, error);
    const size_t row = width * from_size, step = source->staging_bytes / row;
    for (size_t done = 0; done < run.count; done += step) {
        const size_t count = run.count - done < step ? run.count - done : step;
        NN_TRY(nni_hdf5_reader_read(reader, at + done, count, source->staging, error));
        if (kept == NNI_DOUBLE)
            nni_convert_double(reader->table.rows.element, source->staging, (double *)to + done * width, count * width);
        else
            nni_convert(reader->table.rows.element, source->staging, (nni_real *)to + done * width, count * width);
    }
    return NN_OK;
}

static nn_status fail_class(const nni_dataset *dataset, uint64_t row, int64_t class, nn_error *error)
{
    const char *path = nni_files_locate(dataset->files, dataset->file, &row);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s became class %lld while the file was in use", path,
                   (unsigned long long)row, dataset->y_name, (long long)class);
}

/* What was found to be in range when the file was opened may have been written over since, and indexes memory. */
static nn_status take_classes(const nni_source *source, const int64_t *from, size_t count, size_t row,
                              const nni_rows_buffer *room, size_t at, nn_error *error)
{
    const nni_dataset *dataset = source->dataset;
    for (size_t i = 0; i < count; i++) {
        if (from[i] < 0 || from[i] >= source->class_limit)
            return fail_class(dataset, row + i, from[i], error);
        if (room->classes)
            room->classes[at + i] = (int32_t)from[i];
        else
            room->values[at + i] = (double)from[i];
    }
    return NN_OK;
}

static nn_status read_classes(const nni_source *source, nni_file_run run, const nni_rows_buffer *room, size_t at,
                              nn_error *error)
{
    const size_t first = source->file_row + run.first, step = source->staging_bytes / sizeof(int64_t);
    for (size_t done = 0; done < run.count; done += step) {
        const size_t count = run.count - done < step ? run.count - done : step;
        NN_TRY(nni_hdf5_reader_read(&source->y, first + done, count, source->staging, error));
        NN_TRY(take_classes(source, source->staging, count, first + done, room, at + done, error));
    }
    return NN_OK;
}

/* Rows that the split does not have make way for those that follow. @return those it has */
static size_t compact(const nni_source *source, nni_file_run run, const nni_rows_buffer *room, size_t at)
{
    const size_t bytes = nni_dataset_row_bytes(source->dataset), outputs = source->dataset->outputs;
    size_t kept = at;
    for (size_t i = 0; i < run.count; i++) {
        if (!nni_split_rows_has(source->dataset->part, run.first + i))
            continue;
        const size_t from = at + i, to = kept++;
        if (from == to)
            continue;
        memcpy((char *)room->x + to * bytes, (char *)room->x + from * bytes, bytes);
        if (room->classes)
            room->classes[to] = room->classes[from];
        if (room->values)
            memcpy(room->values + to * outputs, room->values + from * outputs, outputs * sizeof *room->values);
        if (room->weights)
            room->weights[to] = room->weights[from];
    }
    return kept - at;
}

static nn_status read_run(const nni_source *source, nni_file_run run, const nni_rows_buffer *room, size_t at,
                          nn_error *error)
{
    const nni_dataset *dataset = source->dataset;
    NN_TRY(nni_hdf5_reader_read(&source->x, source->file_row + run.first, run.count,
                                (char *)room->x + at * nni_dataset_row_bytes(dataset), error));
    if (source->classes)
        NN_TRY(read_classes(source, run, room, at, error));
    else if (room->values)
        NN_TRY(read_numbers(source, &source->y, run, NNI_DOUBLE, room->values + at * dataset->outputs, error));
    if (room->weights)
        NN_TRY(read_numbers(source, &source->w, run, NNI_REAL, room->weights + at, error));
    return NN_OK;
}

/* The lock is let go between runs, for a checkpoint may wait for it. */
static nn_status read_runs(void *context, nn_error *error)
{
    nni_reading *reading = context;
    const nni_source *source = reading->source;
    reading->got = 0;
    const nni_dataset *dataset = source->dataset;
    nn_status status = NN_OK;
    for (size_t r = 0; r < reading->run_count && status == NN_OK; r++) {
        const nni_file_run run = reading->runs[r];
        nni_hdf5_lock();
        const nni_hdf5_printer printer = nni_hdf5_silence();
        status = read_run(source, run, reading->room, reading->got, error);
        if (!nni_hdf5_is_lost())
            nni_hdf5_restore(printer);
        nni_hdf5_unlock();
        if (status == NN_OK)
            reading->got += dataset->part ? compact(source, run, reading->room, reading->got) : run.count;
    }
    if (source->file >= 0) /* of several files, each is looked at once it was read */
        NN_TRY(nni_hdf5_check_size(dataset->file, dataset->file_bytes, error));
    return status;
}

void nni_source_begin(nni_reading *reading)
{
    reading->job.run = read_runs;
    reading->job.context = reading;
    nni_worker_submit(reading->source->worker, &reading->job);
}

nn_status nni_source_finish(nni_reading *reading, nn_error *error)
{
    const double before = nni_clock();
    const nn_status status = nni_worker_wait(reading->source->worker, &reading->job, error);
    reading->source->waited += nni_clock() - before;
    return status;
}

double nni_dataset_waited(const nni_dataset *dataset)
{
    return dataset->source ? dataset->source->waited : 0;
}

/* --- opening --- */

static nn_status open_table(const nni_source *source, const char *name, const nni_hdf5_layout *layout,
                            nni_hdf5_columns columns, nni_element element, nni_hdf5_reader *reader, nn_error *error)
{
    const nni_hdf5_rows rows = {
        .file = source->file,
        .files = nni_dataset_file_count(source->dataset) > 1 ? source->dataset->files : NULL,
        .path = source->dataset->file,
        .name = name,
        .layout = layout,
        .columns = columns,
        .element = element,
        .classes = nni_labels_map(name == source->dataset->y_name ? source->dataset->labels : NULL),
    };
    return nni_hdf5_reader_open(&rows, NULL, source->dataset->block_rows, reader, error);
}

static nn_status open_tables(nni_source *source, nn_error *error)
{
    const nni_dataset *dataset = source->dataset;
    const nni_dataset_layouts *layouts = &source->layouts;
    const nni_hdf5_columns all = {.count = 0};
    if (nni_dataset_file_count(dataset) == 1)
        NN_TRY(nni_hdf5_open(dataset->file, NULL, &source->file, error));
    NN_TRY(open_table(source, dataset->x_name, &layouts->x, source->x_columns, layouts->x.element, &source->x, error));
    if (dataset->target != NNI_TARGET_NONE)
        NN_TRY(open_table(source, dataset->y_name, &layouts->y, source->y_columns,
                          source->classes ? NNI_INT64 : layouts->y.element, &source->y, error));
    if (source->w_name)
        NN_TRY(open_table(source, source->w_name, &layouts->w, all, layouts->w.element, &source->w, error));
    return NN_OK;
}

/* A row of targets goes into it. */
static size_t staging_bytes(const nni_dataset_layouts *layouts)
{
    const size_t row = layouts->y.row_values * sizeof(double);
    return row > STAGING_BYTES ? row : STAGING_BYTES;
}

/* @param model  a source without a file, whose facts this one has as well */
static nn_status open_source(const nni_dataset *dataset, const nni_source *model, nni_source **result, nn_error *error)
{
    nni_source *source = NULL;
    NN_TRY(nni_allocate(1, sizeof *source, "a file to be read again", &source, error));
    const nni_hdf5_reader closed = nni_hdf5_reader_closed();
    *source = (nni_source){
        .dataset = dataset,
        .layouts = model->layouts,
        .x_columns = model->x_columns,
        .y_columns = model->y_columns,
        .file_row = nni_dataset_file_row(dataset, 0),
        .classes = model->classes,
        .class_limit = model->class_limit,
        .file = NNI_HDF5_CLOSED,
        .x = closed,
        .y = closed,
        .w = closed,
        .staging_bytes = staging_bytes(&model->layouts),
    };
    nn_status status = nni_copy_text(model->w_name, &source->w_name, error);
    if (status == NN_OK)
        status = nni_reserve(source->staging_bytes, 1, "rows to be converted", &source->staging, error);
    nni_hdf5_lock();
    const nni_hdf5_printer printer = nni_hdf5_silence();
    if (status == NN_OK)
        status = open_tables(source, error);
    nni_hdf5_restore(printer);
    nni_hdf5_unlock();
    if (status == NN_OK)
        status = nni_worker_create(&source->worker, error);
    if (status != NN_OK) {
        nni_source_close(source);
        return status;
    }
    *result = source;
    return NN_OK;
}

nn_status nni_source_open(const nni_dataset *dataset, const nni_dataset_spec *spec, const nni_dataset_layouts *layouts,
                          nni_source **source, nn_error *error)
{
    const nni_source model = {
        .layouts = *layouts,
        .x_columns = {spec->x_columns, spec->x_column_count},
        .y_columns = {spec->y_columns, spec->y_column_count},
        .classes = dataset->target == NNI_TARGET_CLASSES,
        .class_limit = (int64_t)dataset->outputs,
        .w_name = (char *)spec->w,
    };
    return open_source(dataset, &model, source, error);
}

nn_status nni_source_open_again(const nni_source *source, const nni_dataset *dataset, nni_source **result,
                                nn_error *error)
{
    return open_source(dataset, source, result, error);
}

void nni_source_close(nni_source *source)
{
    if (!source)
        return;
    nni_worker_free(source->worker);
    nni_hdf5_lock();
    nni_hdf5_reader_close(&source->x);
    nni_hdf5_reader_close(&source->y);
    nni_hdf5_reader_close(&source->w);
    nni_hdf5_close(source->file);
    nni_hdf5_unlock();
    nni_release(source->staging);
    nni_release(source->w_name);
    nni_release(source);
}
