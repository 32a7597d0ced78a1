/* SPDX-License-Identifier: MIT */
#include "data/rows/source.h"

#include "hdf5/file.h"
#include "hdf5/files.h"
#include "hdf5/multi_file.h"
#include "hdf5/process/guard.h"
#include "hdf5/process/lock.h"
#include "kernels/elementwise/convert.h"
#include "support/memory.h"
#include "support/timeline.h"

/* Of rows that are converted on their way. */
enum { STAGING_BYTES = 1 << 20 };

struct nni_source {
    nni_source_spec spec;
    size_t file_row; /* of the file, the first one of this rank */
    hid_t file;
    nni_hdf5_reader x, y, w;
    void *staging;
    size_t staging_bytes;
    nni_worker *worker;
    double waited; /* seconds */
};

/* --- reading, on the worker's thread --- */

/* Rows of one dataset as they are kept, through the staging buffer where they are not kept as they come. */
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

static nn_status fail_class(const nni_origin *origin, uint64_t row, int64_t class, nn_error *error)
{
    const char *path = nni_files_locate(origin->files, origin->file, &row);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s became class %lld while the file was in use", path,
                   (unsigned long long)row, origin->y_name, (long long)class);
}

/* What was found to be in range when the file was opened may have been written over since, and indexes memory. */
static nn_status take_classes(const nni_source *source, const int64_t *from, size_t count, size_t row,
                              const nni_rows_buffer *buffer, size_t at, nn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (from[i] < 0 || from[i] >= source->spec.class_limit)
            return fail_class(source->spec.origin, row + i, from[i], error);
        if (buffer->classes)
            buffer->classes[at + i] = (int32_t)from[i];
        else
            buffer->values[at + i] = (double)from[i];
    }
    return NN_OK;
}

static nn_status read_classes(const nni_source *source, nni_file_run run, const nni_rows_buffer *buffer, size_t at,
                              nn_error *error)
{
    const size_t first = source->file_row + run.first, step = source->staging_bytes / sizeof(int64_t);
    for (size_t done = 0; done < run.count; done += step) {
        const size_t count = run.count - done < step ? run.count - done : step;
        NN_TRY(nni_hdf5_reader_read(&source->y, first + done, count, source->staging, error));
        NN_TRY(take_classes(source, source->staging, count, first + done, buffer, at + done, error));
    }
    return NN_OK;
}

/* Moves the rows that the split has over those that it does not have. @return those it has */
static size_t compact(const nni_source *source, nni_file_run run, const nni_rows_buffer *buffer, size_t at)
{
    const nni_source_spec *spec = &source->spec;
    size_t kept = at;
    for (size_t i = 0; i < run.count; i++)
        if (nni_row_set_has(spec->slicing->present, run.first + i))
            nni_rows_buffer_move(spec->format, buffer, at + i, buffer, kept++);
    return kept - at;
}

static nn_status read_run(const nni_source *source, nni_file_run run, const nni_rows_buffer *buffer, size_t at,
                          nn_error *error)
{
    const nni_row_format *format = source->spec.format;
    NN_TRY(nni_hdf5_reader_read(&source->x, source->file_row + run.first, run.count,
                                (char *)buffer->x + at * nni_row_bytes(format), error));
    if (source->spec.classes)
        NN_TRY(read_classes(source, run, buffer, at, error));
    else if (buffer->values)
        NN_TRY(read_numbers(source, &source->y, run, NNI_DOUBLE, buffer->values + at * format->outputs, error));
    if (buffer->weights)
        NN_TRY(read_numbers(source, &source->w, run, NNI_REAL, buffer->weights + at, error));
    return NN_OK;
}

/* The lock is released between runs, for a checkpoint may wait for it. */
static nn_status read_runs(void *context, nn_error *error)
{
    nni_reading *reading = context;
    const nni_source *source = reading->source;
    const nni_origin *origin = source->spec.origin;
    reading->got = 0;
    nn_status status = NN_OK;
    for (size_t r = 0; r < reading->run_count && status == NN_OK; r++) {
        const nni_file_run run = reading->runs[r];
        nni_hdf5_lock();
        const nni_hdf5_printer printer = nni_hdf5_silence();
        status = read_run(source, run, reading->buffer, reading->got, error);
        if (!nni_hdf5_is_lost())
            nni_hdf5_restore(printer);
        nni_hdf5_unlock();
        if (status == NN_OK)
            reading->got +=
                source->spec.slicing->present ? compact(source, run, reading->buffer, reading->got) : run.count;
    }
    if (source->file >= 0) /* of several files, the reader checks each one after reading it */
        NN_TRY(nni_hdf5_check_size(origin->file, origin->bytes, error));
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

double nni_source_waited(const nni_source *source)
{
    return source->waited;
}

/* --- opening --- */

static nn_status open_reader(const nni_source *source, const char *name, const nni_hdf5_layout *layout,
                             nni_hdf5_columns columns, nni_element element, nni_hdf5_reader *reader, nn_error *error)
{
    const nni_source_spec *spec = &source->spec;
    nni_hdf5_rows rows = {
        .file = source->file,
        .files = nni_origin_several(spec->origin),
        .path = spec->origin->file,
        .name = name,
        .layout = layout,
        .columns = columns,
        .element = element,
    };
    if (reader == &source->y)
        rows.classes = spec->class_map;
    return nni_hdf5_reader_open(&rows, NULL, spec->slicing->block_rows, reader, error);
}

static nn_status open_readers(nni_source *source, nn_error *error)
{
    const nni_source_spec *spec = &source->spec;
    const nni_origin *origin = spec->origin;
    const nni_dataset_layouts *layouts = &spec->layouts;
    const nni_hdf5_columns all = {.count = 0};
    if (!nni_origin_several(origin))
        NN_TRY(nni_hdf5_open(origin->file, NULL, &source->file, error));
    NN_TRY(open_reader(source, origin->x_name, &layouts->x, spec->x_columns, layouts->x.element, &source->x, error));
    if (spec->format->target != NNI_TARGET_NONE)
        NN_TRY(open_reader(source, origin->y_name, &layouts->y, spec->y_columns,
                           spec->classes ? NNI_INT64 : layouts->y.element, &source->y, error));
    if (origin->w_name)
        NN_TRY(open_reader(source, origin->w_name, &layouts->w, all, layouts->w.element, &source->w, error));
    return NN_OK;
}

/* Room for a row of targets at least. */
static size_t staging_bytes(const nni_dataset_layouts *layouts)
{
    const size_t row = layouts->y.row_values * sizeof(double);
    return row > STAGING_BYTES ? row : STAGING_BYTES;
}

static nn_status open_files(nni_source *source, nn_error *error)
{
    NN_TRY(nni_reserve(source->staging_bytes, 1, "rows to be converted", &source->staging, error));
    nni_hdf5_lock();
    const nni_hdf5_printer printer = nni_hdf5_silence();
    const nn_status status = open_readers(source, error);
    nni_hdf5_restore(printer);
    nni_hdf5_unlock();
    return status;
}

nn_status nni_source_open(const nni_source_spec *spec, nni_source **result, nn_error *error)
{
    nni_source *source = NULL;
    NN_TRY(nni_allocate(1, sizeof *source, "a file to be read again", &source, error));
    const nni_hdf5_reader closed = nni_hdf5_reader_closed();
    *source = (nni_source){
        .spec = *spec,
        .file_row = nni_slicing_file_row(spec->slicing, 0),
        .file = NNI_HDF5_CLOSED,
        .x = closed,
        .y = closed,
        .w = closed,
        .staging_bytes = staging_bytes(&spec->layouts),
    };
    nn_status status = open_files(source, error);
    if (status == NN_OK)
        status = nni_worker_create(&source->worker, error);
    if (status != NN_OK) {
        nni_source_close(source);
        return status;
    }
    *result = source;
    return NN_OK;
}

const nni_source_spec *nni_source_spec_of(const nni_source *source)
{
    return &source->spec;
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
    nni_release(source);
}
