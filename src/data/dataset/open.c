/* SPDX-License-Identifier: MIT */
#include "data/dataset/open.h"

#include <string.h>

#include "data/dataset/labels.h"
#include "data/dataset/plan.h"
#include "data/dataset/read.h"
#include "data/order/order.h"
#include "data/rows/source.h"
#include "hdf5/process/guard.h"
#include "support/memory.h"
#include "support/system/cpu.h"

/* Rows are read from the file in runs of about so many bytes: enough for a disk to stream. */
enum { BLOCK_BYTES = 1 << 20, LEAST_BLOCKS = 8 };

/* --- describing --- */

/* Bytes of a row where the order of rows is planned: wide types count as nni_real, so that the order is the same
 * whether a file has its numbers as floats or as doubles. */
static size_t planned_row_bytes(const nni_dataset *dataset)
{
    const size_t size = nni_element_size(dataset->row.element);
    return dataset->row.features * (size < sizeof(nni_real) ? size : sizeof(nni_real));
}

/* Of a file in chunks, whole ones; where rows are shuffled in windows, a window has several, that far parts of the file
 * mix. */
static void plan_blocks(nni_dataset *dataset, const nni_hdf5_layout *x, size_t window)
{
    const size_t row_bytes = planned_row_bytes(dataset), chunk = x->chunk_rows;
    size_t rows = BLOCK_BYTES / row_bytes;
    if (chunk > 0)
        rows = rows > chunk ? rows / chunk * chunk : chunk;
    if (window > 0) {
        dataset->slicing.window_rows = window / dataset->slicing.slices.count / row_bytes;
        if (dataset->slicing.window_rows == 0)
            dataset->slicing.window_rows = 1;
        if (rows > dataset->slicing.window_rows / LEAST_BLOCKS)
            rows = dataset->slicing.window_rows / LEAST_BLOCKS;
    }
    dataset->slicing.block_rows = rows > 0 ? rows : 1;
}

static void describe(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_plan *plan, size_t slices,
                     const nn_comm *comm)
{
    const nni_hdf5_layout *x = &plan->layouts.x;
    nni_row_format *row = &dataset->row;
    nni_slicing_cut(&dataset->slicing, (nni_slices){x->rows, slices}, (size_t)comm->rank, (size_t)comm->size);
    row->features = x->row_values;
    row->dimensions = x->dimensions - 1;
    for (int i = 0; i < row->dimensions && i < 3; i++)
        row->extent[i] = x->extent[i + 1];
    row->element = x->element;
    row->target = plan->target;
    row->outputs = plan->target == NNI_TARGET_VALUES ? plan->layouts.y.row_values : 0;
    row->weighted = spec->w != NULL;
    row->missing = spec->missing;
    dataset->origin.bytes = plan->bytes;
    memcpy(dataset->origin.x_type, x->type, sizeof dataset->origin.x_type);
    plan_blocks(dataset, x, spec->window);
}

static size_t resident_bytes(const nni_dataset *dataset)
{
    return dataset->slicing.rows * nni_rows_buffer_row_bytes(&dataset->row);
}

size_t nni_dataset_memory(size_t asked, const nn_comm *comm)
{
    return asked > 0 ? asked : nni_host_memory_available() / 2 / (size_t)comm->local_size;
}

/* --- taking memory --- */

/* Linux would grant memory that it does not have, and kill the process later without a message. */
static nn_status check_memory(const nni_dataset *dataset, const nn_comm *comm, nn_error *error)
{
    const double gigabyte = 1024.0 * 1024 * 1024;
    double host = (double)resident_bytes(dataset) * comm->local_size;
    const double limit = (double)nni_host_memory_limit();
    const double there = limit > 0 ? limit : (double)nni_host_memory_installed();
    if (host < there || there <= 0)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM,
                   "%s: the rows of %s for the %d ranks of %s take %.1f GiB, but %s %.1f GiB; lower data.memory",
                   dataset->origin.file, dataset->origin.x_name, comm->local_size, comm->host, host / gigabyte,
                   limit > 0 ? "its container or job may have" : "it has", there / gigabyte);
}

static nn_status take_memory(nni_dataset *dataset, const nni_dataset_spec *spec, bool resident, const nn_comm *comm,
                             nn_error *error)
{
    nni_slicing *slicing = &dataset->slicing;
    nni_origin *origin = &dataset->origin;
    NN_TRY(nni_copy_text(origin->files->name, &origin->file, error));
    NN_TRY(nni_copy_text(spec->x, &origin->x_name, error));
    NN_TRY(nni_copy_text(spec->y, &origin->y_name, error));
    NN_TRY(nni_copy_text(spec->w, &origin->w_name, error));
    NN_TRY(nni_allocate(slicing->slice_count, sizeof *slicing->slice_end, "the slices", &slicing->slice_end, error));
    NN_TRY(
        nni_allocate(slicing->slice_count, sizeof *dataset->slice_digest, "the slices", &dataset->slice_digest, error));
    nni_slicing_cut(slicing, slicing->slices, (size_t)comm->rank, (size_t)comm->size);
    NN_TRY(nni_blocks_create(slicing, NULL, &dataset->blocks, error));
    if (!resident)
        return NN_OK;
    NN_TRY(check_memory(dataset, comm, error));
    return nni_rows_buffer_create(&dataset->row, slicing->rows, "the rows of a split", &dataset->resident, error);
}

/* Whether the rows of every rank fit into memory: all ranks alike, for they read together. */
static nn_status check_residence(const nni_dataset *dataset, size_t memory, nn_comm *comm, bool *resident,
                                 nn_error *error)
{
    double short_of = memory > 0 && resident_bytes(dataset) > memory ? 1 : 0;
    NN_TRY(nni_comm_max_double(comm, &short_of, 1, error));
    *resident = short_of == 0;
    return NN_OK;
}

static nn_status open_source(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_plan *plan, bool training,
                             nn_error *error)
{
    const double megabyte = 1024.0 * 1024;
    const size_t ahead = nni_order_rows_ahead(&dataset->slicing) * nni_rows_buffer_row_bytes(&dataset->row);
    if (training && ahead > spec->memory)
        return nn_fail(
            error, NN_USAGE,
            "data.memory: %s does not fit into the %.3g MiB of a rank, and to read it ahead in windows takes "
            "%.3g MiB; raise data.memory, lower data.window or start more ranks",
            dataset->origin.file, (double)spec->memory / megabyte, (double)ahead / megabyte);
    const nni_source_spec source = {
        .slicing = &dataset->slicing,
        .format = &dataset->row,
        .origin = &dataset->origin,
        .layouts = plan->layouts,
        .x_columns = {spec->x_columns, spec->x_column_count},
        .y_columns = {spec->y_columns, spec->y_column_count},
        .class_map = nni_labels_map(dataset->labels),
        .classes = dataset->row.target == NNI_TARGET_CLASSES,
        .class_limit = (int64_t)dataset->row.outputs,
    };
    return nni_source_open(&source, &dataset->source, error);
}

/* --- opening --- */

static nn_status check_slices(const nni_dataset *dataset, const nni_dataset_spec *spec, size_t rows, size_t slices,
                              bool every_slice, nn_error *error)
{
    if (!every_slice || slices <= rows)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: %s has %zu rows, too few for %zu slices; lower parallel.slices",
                   dataset->origin.files->name, spec->x, rows, slices);
}

static nn_status read_dataset(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_plan *plan, nn_comm *comm,
                              nn_error *error)
{
    hid_t file = NNI_HDF5_CLOSED;
    nn_comm *together = plan->layouts.x.composed ? NULL : comm;
    nn_status status = NN_OK;
    if (nni_dataset_file_count(dataset) == 1) /* several are opened one by one, as their rows are wanted */
        status = nn_comm_agree(comm, nni_hdf5_open(dataset->origin.file, together, &file, error), error);
    if (status == NN_OK)
        status = nni_dataset_read(dataset, spec, &plan->layouts, file, comm, error);
    nni_hdf5_close(file);
    return status;
}

/* @param class_names  receives what the file calls its classes, to be freed also after a failure */
static nn_status open_dataset(const nni_dataset_spec *spec, size_t slices, bool every_slice, nn_comm *comm,
                              nni_dataset *dataset, nni_string_set *class_names, nn_error *error)
{
    nni_plan plan;
    NN_TRY(nni_files_find(nni_dataset_spec_files(spec), nni_dataset_spec_file_count(spec), comm, &dataset->origin.files,
                          error));
    NN_TRY(nni_plan_make(spec, dataset->origin.files, comm, &plan, class_names, error));
    if (spec->features > 0 && plan.layouts.x.row_values != spec->features) /* before the rows of another table */
        return nn_fail(error, NN_DATA, "%s: %s has %zu features a row, the model takes %zu",
                       dataset->origin.files->paths.text[0], spec->x, plan.layouts.x.row_values, spec->features);
    NN_TRY(check_slices(dataset, spec, plan.layouts.x.rows, slices, every_slice, error));
    describe(dataset, spec, &plan, slices, comm);
    bool resident = true;
    NN_TRY(check_residence(dataset, spec->memory, comm, &resident, error));
    NN_TRY(nn_comm_agree(comm, take_memory(dataset, spec, resident, comm, error), error));
    NN_TRY(nn_comm_agree(comm, nni_labels_of_numbers(spec, class_names, &dataset->labels, error), error));
    NN_TRY(read_dataset(dataset, spec, &plan, comm, error));
    return resident ? NN_OK : nn_comm_agree(comm, open_source(dataset, spec, &plan, every_slice, error), error);
}

nn_status nni_dataset_open(const nni_dataset_spec *spec, size_t slices, bool every_slice, nn_comm *comm,
                           nni_dataset **result, nn_error *error)
{
    if (slices < (size_t)comm->size)
        return nn_fail(error, NN_USAGE,
                       "%d ranks cannot share %zu slices, for a rank owns at least one; raise the number of slices or "
                       "start fewer ranks",
                       comm->size, slices);
    nni_dataset *dataset = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *dataset, "the dataset", &dataset, error), error));
    nni_hdf5_printer printer = nni_hdf5_silence();
    nni_string_set class_names = {.count = 0};
    nn_status status = open_dataset(spec, slices, every_slice, comm, dataset, &class_names, error);
    nni_string_set_free(&class_names);
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    if (status != NN_OK) {
        nni_dataset_free(dataset);
        return status;
    }
    *result = dataset;
    return NN_OK;
}

nn_status nni_dataset_count(const nni_dataset_spec *spec, nn_comm *comm, size_t *rows, nn_error *error)
{
    nni_files *files = NULL;
    nni_string_set class_names = {.count = 0};
    nni_plan plan;
    NN_TRY(nni_files_find(nni_dataset_spec_files(spec), nni_dataset_spec_file_count(spec), comm, &files, error));
    const nni_hdf5_printer printer = nni_hdf5_silence();
    const nn_status status = nni_plan_make(spec, files, comm, &plan, &class_names, error);
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    nni_string_set_free(&class_names);
    nni_files_free(files);
    *rows = status == NN_OK ? plan.layouts.x.rows : 0;
    return status;
}
