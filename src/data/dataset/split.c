/* SPDX-License-Identifier: MIT */
#include "data/dataset/split.h"

#include "data/dataset/labels.h"
#include "data/rows/source.h"
#include "support/memory.h"

/* What the training split gets in the place of what it had. */
struct remainder {
    nni_row_set *present;
    nni_blocks *blocks;
};

/* All that both splits share; the arrays are each its own. */
static void describe(const nni_dataset *dataset, nni_dataset *held_out)
{
    const nni_slicing *slicing = &dataset->slicing;
    held_out->slicing = (nni_slicing){
        .slices = slicing->slices,
        .whole = slicing->whole,
        .first_slice = slicing->first_slice,
        .slice_count = slicing->slice_count,
        .block_rows = slicing->block_rows,
        .window_rows = slicing->window_rows,
    };
    held_out->row = dataset->row;
    held_out->x_range[0] = dataset->x_range[0];
    held_out->x_range[1] = dataset->x_range[1];
    held_out->x_beyond = dataset->x_beyond;
    held_out->normalization = dataset->normalization;
    held_out->target_scaling = dataset->target_scaling;
}

/* Where each slice of the rows held out begins, and those of this rank end. */
static nn_status cut_slices(const nni_slicing *slicing, const nni_held_rows *held, nni_slicing *cut, nn_error *error)
{
    const size_t slices = slicing->slices.count;
    NN_TRY(nni_allocate(slices + 1, sizeof *cut->slice_first, "the slices", &cut->slice_first, error));
    NN_TRY(nni_allocate(cut->slice_count, sizeof *cut->slice_end, "the slices", &cut->slice_end, error));
    for (size_t s = 0; s <= slices; s++)
        cut->slice_first[s] = nni_slicing_first(slicing, s) - held->staying[s];
    nni_slicing_recount(cut, cut->slice_first);
    return NN_OK;
}

/* Which rows of the files stay and which go, of those that the split has by now. */
static nn_status divide_files(const nni_slicing *slicing, const nni_row_set *going, nni_row_set **staying,
                              nni_row_set **held_out, nn_error *error)
{
    const size_t rows = nni_slicing_file_rows(slicing);
    NN_TRY(nni_row_set_create(rows, staying, error));
    NN_TRY(nni_row_set_create(rows, held_out, error));
    for (size_t file_row = 0, row = 0; file_row < rows; file_row++)
        if (nni_row_set_has(slicing->present, file_row))
            nni_row_set_add(nni_row_set_has(going, row++) ? *held_out : *staying, file_row);
    return NN_OK;
}

static nn_status open_source(const nni_dataset *dataset, nni_dataset *held_out, nn_error *error)
{
    nni_source_spec spec = *nni_source_spec_of(dataset->source);
    spec.slicing = &held_out->slicing;
    spec.format = &held_out->row;
    spec.origin = &held_out->origin;
    spec.class_map = nni_labels_map(held_out->labels);
    return nni_source_open(&spec, &held_out->source, error);
}

/* Takes all memory before anything is changed. Local. */
static nn_status prepare(const nni_dataset *dataset, const nni_held_rows *held, nni_dataset *held_out,
                         struct remainder *remainder, nn_error *error)
{
    const nni_slicing *slicing = &dataset->slicing;
    NN_TRY(cut_slices(slicing, held, &held_out->slicing, error));
    NN_TRY(divide_files(slicing, held->rows, &remainder->present, &held_out->slicing.present, error));
    NN_TRY(nni_origin_copy(&dataset->origin, &held_out->origin, error));
    NN_TRY(nni_labels_copy(dataset->labels, &held_out->labels, error));
    if (dataset->blocks)
        NN_TRY(nni_blocks_create(slicing, remainder->present, &remainder->blocks, error));
    return dataset->source ? open_source(dataset, held_out, error)
                           : nni_rows_buffer_create(&held_out->row, held_out->slicing.rows, "the rows held out",
                                                    &held_out->resident, error);
}

static void divide_rows(nni_dataset *dataset, const nni_row_set *going, nni_dataset *held_out)
{
    const nni_rows_buffer *from = &dataset->resident;
    size_t stayed = 0, went = 0;
    for (size_t row = 0; row < dataset->slicing.rows; row++) {
        if (nni_row_set_has(going, row))
            nni_rows_buffer_move(&dataset->row, from, row, &held_out->resident, went++);
        else
            nni_rows_buffer_move(&dataset->row, from, row, from, stayed++);
    }
}

/* The training split keeps the rest. Takes over what is the remainder's, and the slices of what stays. */
static void keep_remainder(nni_dataset *dataset, nni_held_rows *held, struct remainder *remainder)
{
    nni_slicing *slicing = &dataset->slicing;
    nni_row_set_free(slicing->present);
    nni_blocks_free(dataset->blocks);
    nni_release(dataset->slice_digest);
    nni_release(slicing->slice_first);
    slicing->present = remainder->present;
    dataset->blocks = remainder->blocks;
    dataset->slice_digest = NULL;
    slicing->slice_first = NULL;
    nni_slicing_recount(slicing, held->staying);
    if (!held->regular) {
        slicing->slice_first = held->staying;
        held->staying = NULL;
    }
}

static nn_status divide(nni_dataset *dataset, nni_held_rows *held, nni_dataset *held_out, nn_comm *comm,
                        nn_error *error)
{
    struct remainder remainder = {.present = NULL};
    describe(dataset, held_out);
    const nn_status status = nn_comm_agree(comm, prepare(dataset, held, held_out, &remainder, error), error);
    if (status != NN_OK) {
        nni_row_set_free(remainder.present);
        nni_blocks_free(remainder.blocks);
        return status;
    }
    if (!dataset->source)
        divide_rows(dataset, held->rows, held_out);
    keep_remainder(dataset, held, &remainder);
    return NN_OK;
}

nn_status nni_dataset_split(nni_dataset *dataset, const nni_holdout *holdout, nn_comm *comm, nni_dataset **result,
                            nn_error *error)
{
    nni_held_rows held;
    nni_dataset *held_out = NULL;
    nn_status status = nni_holdout_choose(dataset, holdout, comm, &held, error);
    if (status == NN_OK)
        status = nn_comm_agree(comm, nni_allocate(1, sizeof *held_out, "the rows held out", &held_out, error), error);
    if (status == NN_OK)
        status = divide(dataset, &held, held_out, comm, error);
    nni_held_rows_free(&held);
    if (status != NN_OK) {
        nni_dataset_free(held_out);
        return status;
    }
    *result = held_out;
    return NN_OK;
}
